import type { Db } from '../table.js';
import { listEntriesOf } from './entries.js';
import type { NameMatchView, PersonView } from './person.view.js';
import type { ListScope } from './predicate.js';
import { standingsOf } from './standings.js';

/** A case on a page. */
export interface PersonOnPage {
  readonly caseNo: number;
  readonly isUncertain: boolean;
  /** How a name matched that was searched for. */
  readonly match?: NameMatchView;
}

/** What a page shows of people, in their order. */
export const personRows = (db: Db, scope: ListScope, people: readonly PersonOnPage[]): readonly PersonView[] => {
  const caseNos = people.map(({ caseNo }) => caseNo);
  const entries = listEntriesOf(db, scope, caseNos);
  const standings = standingsOf(db, scope, caseNos);
  return people.map(({ caseNo, isUncertain, match }) => {
    const entry = entries.get(caseNo);
    if (entry === undefined) throw new Error('a case that is found has an entry');
    return {
      caseId: entry.caseId,
      references: entry.references,
      name: entry.name,
      certainty: isUncertain ? 'uncertain' : 'yes',
      standings: standings.get(caseNo) ?? [],
      ...(match && { match }),
    };
  });
};
