/** Cases that may be of a person whom somebody is about to record. */
import { likenessOf, type DuplicateCandidate, type PersonData } from '../../domain/names/likeness.js';
import { listEntriesOf } from '../list/entries.js';
import type { ListScope } from '../list/predicate.js';
import type { Db } from '../table.js';
import { ANY_CASE, searchNames, type FoundName } from './name-search.js';

/** More are no help to anybody. */
const MAX_SHOWN = 10;
/** Spellings of the new person that are searched for; the first are the fullest. */
const MAX_SEARCHED = 5;

/** Cases of a like name that are known in the scope, the likeliest first, at most MAX_SHOWN. */
export const possibleDuplicates = (db: Db, scope: ListScope, person: PersonData): readonly DuplicateCandidate[] => {
  const best = new Map<number, Candidate>();
  for (const name of person.names.slice(0, MAX_SEARCHED)) {
    for (const found of searchNames(db, scope, name, ANY_CASE).found) {
      if (found.why.includes('beginning')) continue;
      const candidate = candidateOf(found, person);
      if (isLikelier(candidate, best.get(found.case_no))) best.set(found.case_no, candidate);
    }
  }
  const likeliest = [...best]
    .sort(([a, one], [b, other]) => (isLikelier(one, other) ? -1 : isLikelier(other, one) ? 1 : a - b))
    .slice(0, MAX_SHOWN);
  const entries = listEntriesOf(
    db,
    scope,
    likeliest.map(([caseNo]) => caseNo),
  );
  return likeliest.flatMap(([caseNo, candidate]) => {
    const entry = entries.get(caseNo);
    return entry === undefined ? [] : [{ caseId: entry.caseId, references: entry.references, ...candidate }];
  });
};

type Candidate = Omit<DuplicateCandidate, 'caseId' | 'references'>;

/** What is asked about comes first, whatever its score. */
const isLikelier = (one: Candidate, other: Candidate | undefined): boolean =>
  other === undefined || (one.isProbable === other.isProbable ? one.score > other.score : one.isProbable);

const candidateOf = (found: FoundName, person: PersonData): Candidate => {
  const { score, ...likeness } = likenessOf(found, found, person);
  return { text: found.text, score: Math.round(score * 1_000) / 1_000, ...likeness };
};
