/** Standings as answers show them, read from rows of `periods`; and the periods of a case, from its rows independent of lists. */
import { LRUCache } from 'lru-cache';
import type { Custody, Proceedings, Recognition, SentenceState } from '../../domain/case/state.js';
import { formatDay, MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';
import type { StandingView } from './person.view.js';
import { scopeValues, versionCondition, type ListScope } from './predicate.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';

/** Cached, since a page shows the same few days again and again, and formatting them takes much of its time. */
const FORMATTED_DAYS = new LRUCache<Day, string>({ max: 10_000 });
/** Parsed JSON arrays by their text, cached for the same reason. */
const PARSED_ARRAYS = new LRUCache<string, readonly unknown[]>({ max: 10_000 });

const formattedDay = (day: Day): string => {
  const known = FORMATTED_DAYS.get(day);
  if (known !== undefined) return known;
  const text = formatDay(day);
  FORMATTED_DAYS.set(day, text);
  return text;
};

/** The items of a JSON array; they are shared, so nobody may change them. */
const parsedItems = <Item>(json: string): readonly Item[] => {
  const known = PARSED_ARRAYS.get(json) as readonly Item[] | undefined;
  if (known !== undefined) return known;
  const items = JSON.parse(json) as readonly Item[];
  PARSED_ARRAYS.set(json, items);
  return items;
};

/** Formats a bound of an interval; null if it is unbounded. */
export const formatBound = (day: Day): string | null => (day <= MIN_DAY || day >= MAX_DAY ? null : formattedDay(day));

const sentenceEndView = (earliest: Day, latest: Day): StandingView['sentenceEnd'] => ({
  earliest: formattedDay(earliest),
  latest: formatBound(latest),
});

/** Distinct standings, sorted; empty if any of them is undecided (null). */
export const possibleStandingsIfDecided = (standings: readonly (StandingView | null)[]): readonly StandingView[] => {
  if (standings.some((standing) => standing === null)) return [];
  if (standings.length < 2) return standings as readonly StandingView[];
  return [...new Map(standings.map((standing) => [JSON.stringify(standing), standing as StandingView])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, standing]) => standing);
};

/** A period independent of lists, as its row has it; `standing` is null if it is undecided. */
export interface StandingPeriod {
  readonly from: Day;
  /** The first day after it. */
  readonly to: Day;
  readonly standing: StandingView | null;
}

/** The periods of a case, by their first day. Periods overlap where several standings are possible. */
export const periodsOf = (db: Db, scope: ListScope, caseNo: number): readonly StandingPeriod[] => {
  const sql = `SELECT p.from_day, p.to_day, ${STANDING_COLUMNS} FROM periods p
    WHERE p.list = '' AND p.case_no = @caseNo AND ${versionCondition('p', scope)}`;
  const rows = cachedStatement(db, sql)
    .raw()
    .all({ ...scopeValues(scope), caseNo }) as [Day, Day, ...SqlValue[]][];
  return rows
    .map((row) => ({ from: row[0], to: row[1], standing: standingIn(row, 2) }))
    .sort((a, b) => a.from - b.from || a.to - b.to || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
};

/** The columns of a period `p` that `standingIn` reads. */
export const STANDING_COLUMNS = `p.undecided, p.custody, p.proceedings, p.sentence, p.end_earliest, p.end_latest, p.life, p.articles,
  p.facility, p.incident, p.lists, p.list, p.recognition, p.category`;

/** The standing in a row that has the STANDING_COLUMNS from the index `at` on; null if it is undecided. */
export const standingIn = (row: readonly SqlValue[], at: number): StandingView | null => {
  if (row[at] === 1) return null;
  const [earliest, latest] = [row[at + 4] as Day | null, row[at + 5] as Day | null];
  return {
    custody: row[at + 1] as Custody,
    proceedings: row[at + 2] as Proceedings,
    sentence: row[at + 3] as SentenceState,
    sentenceEnd: earliest === null || latest === null ? null : sentenceEndView(earliest, latest),
    life: row[at + 6] === 1,
    articles: parsedItems(row[at + 7] as string),
    facility: row[at + 8] as string | null,
    incident: row[at + 9] as string | null,
    lists: judgmentsIn(row[at + 10] as string | null, row, at + 11),
  };
};

/** `lists` is null if no list but that of the row judges the case (rows.ts). */
const judgmentsIn = (lists: string | null, row: readonly SqlValue[], at: number): StandingView['lists'] => {
  if (lists !== null) return parsedItems(lists);
  const recognition = row[at + 1] as Recognition;
  if (recognition === 'none') return [];
  return [{ list: row[at] as string, recognition, category: row[at + 2] as string | null }];
};
