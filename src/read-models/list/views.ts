/** Standings as they are answered, from the domain's and from rows. */
import type { Standing } from '../../domain/case/period.js';
import type { Custody, Proceedings, SentenceState } from '../../domain/case/state.js';
import { formatDay, MAX_DAY, MIN_DAY, type Day } from '../../domain/time.js';
import type { StandingView } from '../questions.js';
import { scopeValues, valid, type Scope } from './predicate.js';
import { prepared, type Db } from '../table.js';

/** Null at the open ends. */
export const dayText = (day: Day): string | null => (day <= MIN_DAY || day >= MAX_DAY ? null : formatDay(day));

const sentenceEnd = (earliest: Day, latest: Day): StandingView['sentenceEnd'] => ({
  earliest: formatDay(earliest),
  latest: formatDay(latest),
});

export const standingView = (standing: Standing): StandingView => ({
  custody: standing.custody,
  proceedings: standing.proceedings,
  sentence: standing.sentence,
  sentenceEnd: standing.sentenceEnd && sentenceEnd(standing.sentenceEnd.earliest, standing.sentenceEnd.latest),
  life: standing.life,
  articles: standing.articles,
  facility: standing.facility,
  incident: standing.incident,
  lists: standing.lists.map(({ list, recognition, category }) => ({ list, recognition, category })),
});

/** Every standing possible, each once and sorted; none where any is undecided. */
export const possible = (standings: readonly (StandingView | null)[]): readonly StandingView[] =>
  standings.some((standing) => standing === null)
    ? []
    : [...new Map(standings.map((standing) => [JSON.stringify(standing), standing as StandingView])).entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, standing]) => standing);

/** The standings of a case on the day of a scope, by its number in this file. */
export const standingsReader = (db: Db, scope: Scope): ((caseNo: number) => readonly StandingView[]) => {
  const select = prepared(
    db,
    `SELECT * FROM periods p WHERE p.list = '' AND p.case_no = @caseNo AND ${valid('p', scope)}`,
  );
  return (caseNo) => possible((select.all({ ...scopeValues(scope), caseNo }) as OwnRow[]).map(fromRow));
};

/** A row of the case in itself. */
interface OwnRow {
  readonly undecided: 0 | 1;
  readonly custody: Custody;
  readonly proceedings: Proceedings;
  readonly sentence: SentenceState;
  readonly end_earliest: Day | null;
  readonly end_latest: Day | null;
  readonly life: 0 | 1;
  readonly articles: string;
  readonly facility: string | null;
  readonly incident: string | null;
  readonly lists: string;
}

const fromRow = (row: OwnRow): StandingView | null =>
  row.undecided === 1
    ? null
    : {
        custody: row.custody,
        proceedings: row.proceedings,
        sentence: row.sentence,
        sentenceEnd:
          row.end_earliest === null || row.end_latest === null ? null : sentenceEnd(row.end_earliest, row.end_latest),
        life: row.life === 1,
        articles: JSON.parse(row.articles) as readonly string[],
        facility: row.facility,
        incident: row.incident,
        lists: JSON.parse(row.lists) as StandingView['lists'],
      };
