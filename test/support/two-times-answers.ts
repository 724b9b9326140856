/** What the read models answer on two times, in the words of the model. */
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { ListDifferences } from '../../src/read-models/counts/differences.query.js';
import type { CertainOrPossible } from '../../src/read-models/counts/movement.view.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import type { StandingView } from '../../src/read-models/list/person.view.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import type { Scope } from '../../src/read-models/scope.js';
import { WHOLE_PAGE, type Handlers } from '../read-models/support.js';
import type { Grouping } from './brute-force-model.js';
import { dayText } from './two-times-events.js';

export const GROUPINGS = ['category', 'custody', 'proceedings', 'stage', 'incident', 'article'] satisfies Grouping[];
const MOVEMENTS = ['entered', 'left', 'moved'] as const;

export const sortedSet = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();

const standingText = ({ sentenceEnd, lists, ...standing }: StandingView): string => {
  const { custody, proceedings, sentence, life, articles, facility, incident } = standing;
  return JSON.stringify([
    [custody, proceedings, sentence, life, articles.join(), facility, incident],
    sentenceEnd === null ? null : [sentenceEnd.earliest, sentenceEnd.latest],
    lists.map(({ list, recognition, category }) => `${list}:${recognition}:${String(category)}`).sort(),
  ]);
};

/** The members of a list in the order of their names, with all that the list says of them. */
export const members = async (ask: Handlers, scope: Scope, list: string): Promise<object> => {
  const page = await ask.members.execute(new ListMembers(scope, list, WHOLE_PAGE));
  return (page?.items ?? []).map(({ caseId, name, certainty, references, standings }) => ({
    id: caseId,
    name,
    certainty,
    references: references.map((reference) => `${reference.list}:${reference.reference}`),
    standings: sortedSet(standings.map(standingText)),
  }));
};

export const counts = async (ask: Handlers, scope: Scope, list: string, by: Grouping): Promise<object> => {
  const found = await ask.counts.execute(new MemberCounts(scope, list, { by, filters: {} }));
  const groups = (found?.groups ?? []).filter(({ yes, uncertain }) => yes + uncertain > 0);
  return { total: found?.total, groups: groups.map(({ key, yes, uncertain }) => `${key} ${yes} ${uncertain}`).sort() };
};

/** The movements of a list over all days, and its size before and after them. */
export const movements = async (
  ask: Handlers,
  scope: Scope,
  list: string,
  set: CertainOrPossible,
  days: number,
): Promise<object> => {
  const span = { from: dayText(-1), to: dayText(days) };
  const found = await ask.movements.execute(new Movements(scope, list, { ...span, set, limit: 1_000 }));
  if (found === null) throw new Error('no list');
  const lines = MOVEMENTS.flatMap((kind) =>
    found[kind].map(
      ({ day, caseId, category, previousCategory }) =>
        `${kind} ${day} ${caseId} ${String(previousCategory)} > ${String(category)}`,
    ),
  );
  return { opening: found.opening, closing: found.closing, movements: lines.sort() };
};

export const differences = async (
  ask: Handlers,
  [from, to]: readonly [Scope, Scope],
  list: string,
  set: CertainOrPossible,
): Promise<object> => {
  const found = await ask.differences.execute(new ListDifferences(from, to, list, { set, limit: 1_000 }));
  if (found === null) throw new Error('no list');
  const { opening, reopening, closing, totals, items } = found;
  const sums = [totals.learnedLate, totals.happenedSince].map(({ entered, left, moved }) => [entered, left, moved]);
  const lines = items.map(({ origin, kind, caseId, previousCategory, category, event }) =>
    [origin, kind, caseId, `${String(previousCategory)} > ${String(category)}`]
      .concat(origin === 'learned-late' ? [String(event)] : [])
      .join(' '),
  );
  return { opening, reopening, closing, sums, lines: lines.sort() };
};

/** What is said of a case: on a day, on every day by its periods, its findings and its person; null if there is no case of its own. */
export const oneCase = async (ask: Handlers, scope: Scope, id: string, days: number): Promise<object | null> => {
  const found = await ask.one.execute(new OneCase(scope, id));
  if (found === null) return null;
  const { names, references, description, standings, findings, periods } = found;
  const on = (day: string): readonly string[] =>
    periods.flatMap(({ from, to, standing }) =>
      (from ?? '') <= day && day < (to ?? '9') ? [standing === null ? 'undecided' : standingText(standing)] : [],
    );
  return {
    names,
    references,
    description,
    standings: sortedSet(standings.map(standingText)),
    findings: findings.map(({ code, grade, events }) => `${code} ${grade} ${events.join()}`).sort(),
    days: Array.from({ length: days + 2 }, (_, at) => sortedSet(on(dayText(at - 1)))),
  };
};
