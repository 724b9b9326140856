/** Standings and periods of cases, from the rows independent of lists. */
import { LRUCache } from 'lru-cache';
import type { Custody, Proceedings, SentenceState } from '../../domain/case/state.js';
import { formatDay, MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';
import type { StandingView } from './person.view.js';
import { scopeValues, validCondition, versionCondition, type ListScope } from './predicate.js';
import { cachedStatement, type Db } from '../table.js';

/** Days and JSON texts that were met before: a page shows the same few again and again, and reading them is most of its own work. */
const FORMATTED = new LRUCache<Day, string>({ max: 10_000 });
const PARSED = new LRUCache<string, readonly unknown[]>({ max: 10_000 });

const formatted = (day: Day): string => {
  const known = FORMATTED.get(day);
  if (known !== undefined) return known;
  const text = formatDay(day);
  FORMATTED.set(day, text);
  return text;
};

/** Of a JSON array; shared, so that nobody may change it. */
const parsed = <Item>(json: string): readonly Item[] => {
  const known = PARSED.get(json) as readonly Item[] | undefined;
  if (known !== undefined) return known;
  const items = JSON.parse(json) as readonly Item[];
  PARSED.set(json, items);
  return items;
};

/** Formats a bound of an interval; null if it is unbounded. */
export const formatBound = (day: Day): string | null => (day <= MIN_DAY || day >= MAX_DAY ? null : formatted(day));

const sentenceEnd = (earliest: Day, latest: Day): StandingView['sentenceEnd'] => ({
  earliest: formatted(earliest),
  latest: formatBound(latest),
});

/** Distinct standings, sorted; empty if any of them is undecided (null). */
export const possibleStandings = (standings: readonly (StandingView | null)[]): readonly StandingView[] => {
  if (standings.some((standing) => standing === null)) return [];
  if (standings.length < 2) return standings as readonly StandingView[];
  return [...new Map(standings.map((standing) => [JSON.stringify(standing), standing as StandingView])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, standing]) => standing);
};

/** Standings of cases on the day of a scope, by case number, in one statement. */
export const standingsOf = (
  db: Db,
  scope: ListScope,
  caseNos: readonly number[],
): ReadonlyMap<number, readonly StandingView[]> => {
  const sql = `SELECT ${COLUMNS}, p.case_no FROM json_each(@caseNos) c
    CROSS JOIN periods p ON p.list = '' AND p.case_no = c.value AND ${validCondition('p', scope)}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(caseNos) };
  const found = new Map<number, (StandingView | null)[]>();
  for (const row of cachedStatement(db, sql).raw().all(values) as [...OwnRow, number][]) {
    const [standing, caseNo] = [standingFromRow(row), row[11]];
    const others = found.get(caseNo);
    if (others === undefined) found.set(caseNo, [standing]);
    else others.push(standing);
  }
  return new Map(Array.from(found, ([caseNo, standings]) => [caseNo, possibleStandings(standings)]));
};

/** A period independent of lists, as its row has it; `standing` is null if it is undecided. */
export interface OwnPeriod {
  readonly from: Day;
  readonly to: Day;
  readonly standing: StandingView | null;
}

/** The periods of a case, by their first day. Periods overlap where several standings are possible. */
export const periodsOf = (db: Db, scope: ListScope, caseNo: number): readonly OwnPeriod[] => {
  const sql = `SELECT ${COLUMNS}, p.from_day, p.to_day FROM periods p
    WHERE p.list = '' AND p.case_no = @caseNo AND ${versionCondition('p', scope)}`;
  const rows = cachedStatement(db, sql)
    .raw()
    .all({ ...scopeValues(scope), caseNo }) as [...OwnRow, Day, Day][];
  return rows
    .map((row) => ({ from: row[11], to: row[12], standing: standingFromRow(row) }))
    .sort((a, b) => a.from - b.from || a.to - b.to || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
};

const COLUMNS = `p.undecided, p.custody, p.proceedings, p.sentence, p.end_earliest, p.end_latest, p.life, p.articles,
  p.facility, p.incident, p.lists`;

/** A row independent of lists, with the columns above. */
type OwnRow = [
  undecided: 0 | 1,
  custody: Custody,
  proceedings: Proceedings,
  sentence: SentenceState,
  earliest: Day | null,
  latest: Day | null,
  life: 0 | 1,
  articles: string,
  facility: string | null,
  incident: string | null,
  lists: string,
];

const standingFromRow = ([
  undecided,
  custody,
  proceedings,
  sentence,
  earliest,
  latest,
  life,
  articles,
  facility,
  incident,
  lists,
]: readonly [...OwnRow, ...number[]]): StandingView | null =>
  undecided === 1
    ? null
    : {
        custody,
        proceedings,
        sentence,
        sentenceEnd: earliest === null || latest === null ? null : sentenceEnd(earliest, latest),
        life: life === 1,
        articles: parsed(articles),
        facility,
        incident,
        lists: parsed(lists),
      };
