/** Rows of the periods of a case: independent of lists, and for every list that has judged it. */
import type { CaseEvent } from '../../domain/case/events.js';
import type { ListStanding, Standing } from '../../domain/case/period.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../../domain/case/state.js';
import { intersect, mergeEqual, unionOf, type DaySpan } from '../../domain/intervals.js';
import { toNfc } from '../../domain/text.js';
import { MAX_DAY, parseEdtf, type Day } from '../../domain/time.js';
import { judgingLists } from '../person.js';
import type { CaseHistory } from '../table.js';

/** Valid on days [from_day, to_day). If `undecided` is 1, any standing is possible and the other columns are null. */
export interface PeriodRow {
  /** Empty for the rows independent of lists. */
  readonly list: string;
  readonly from_day: Day;
  readonly to_day: Day;
  readonly undecided: 0 | 1;
  readonly custody: Custody | null;
  readonly custody_by: string | null;
  /**
   * Type of the event that set the custody, with the reason of a release: `arrested`, `released:amnesty`,
   * `released:unfounded`.
   */
  readonly custody_why: string | null;
  readonly proceedings: Proceedings | null;
  readonly sentence: SentenceState | null;
  readonly end_earliest: Day | null;
  readonly end_latest: Day | null;
  /** JSON of the running sentence; only in rows independent of lists. */
  readonly running: string | null;
  readonly life: 0 | 1;
  /** JSON, sorted: `["234.4.3"]`. */
  readonly articles: string;
  readonly facility: string | null;
  readonly incident: string | null;
  /** JSON; only in rows independent of lists: the judgments of all lists. */
  readonly lists: string | null;
  readonly recognition: Recognition | null;
  readonly category: string | null;
  readonly recognition_by: string | null;
  readonly recognition_why: string | null;
}

/** Since which day a case has been recognised (the earliest possible), valid on days [from_day, to_day). */
export interface RecognitionRow {
  readonly list: string;
  readonly case_id: string;
  readonly since_day: Day;
  readonly from_day: Day;
  readonly to_day: Day;
}

interface Days {
  readonly from_day: Day;
  readonly to_day: Day;
}
/** Events by id, and the ids of unfounded releases. */
interface CaseEventIndex {
  readonly byId: ReadonlyMap<string, CaseEvent>;
  readonly unfounded: ReadonlySet<string>;
}

const indexEvents = ({ events, unfounded }: CaseHistory): CaseEventIndex => ({
  byId: new Map(events.map(({ id, event }) => [id, event])),
  unfounded,
});

/**
 * Rows independent of lists cover all days. Rows of a list cover the days on which the list judges the case in at least
 * one possible course; for other courses of the same days there is a row with recognition `none`.
 */
export const periodRows = (history: CaseHistory): readonly PeriodRow[] => {
  const events = indexEvents(history);
  return [
    ...ownRows(history, events),
    ...judgingLists(history.events).flatMap((list) => listRows(history, list, events)),
  ];
};

const ownRows = ({ periods }: CaseHistory, events: CaseEventIndex): readonly PeriodRow[] =>
  toRows(
    periods.map(({ from, to, standing }) => ({
      ...standingCells('', standing, events),
      running: standing?.running ? JSON.stringify(standing.running) : null,
      lists:
        standing &&
        JSON.stringify(standing.lists.map(({ list, recognition, category }) => ({ list, recognition, category }))),
      from,
      to,
    })),
  );

const listRows = ({ periods }: CaseHistory, list: string, events: CaseEventIndex): readonly PeriodRow[] => {
  const items = mergeEqual(
    periods.map(({ from, to, standing }) => {
      const judged = standing?.lists.find((l) => l.list === list);
      return {
        ...standingCells(list, standing, events),
        ...judgementCells(judged, standing, events),
        from,
        to,
      };
    }),
    haveEqualCells,
  );
  const judged = items.filter(({ recognition }) => recognition !== 'none');
  const unjudged = items.filter(({ recognition }) => recognition === 'none');
  const judgedDays = unionOf(judged);
  const cut = unjudged.flatMap((item) => judgedDays.flatMap((days) => intersect(item, days) ?? []));
  return [...judged, ...cut].map(toRow);
};

const standingCells = (
  list: string,
  standing: Standing | null,
  events: CaseEventIndex,
): Omit<PeriodRow, 'from_day' | 'to_day'> => ({
  list,
  undecided: standing === null ? 1 : 0,
  custody: standing?.custody ?? null,
  custody_by: standing?.custodyBy ?? null,
  custody_why: reasonOf(standing?.custodyBy, events),
  proceedings: standing?.proceedings ?? null,
  sentence: standing?.sentence ?? null,
  end_earliest: standing?.sentenceEnd?.earliest ?? null,
  end_latest: standing?.sentenceEnd?.latest ?? null,
  life: standing?.life === true ? 1 : 0,
  articles: JSON.stringify(standing?.articles ?? []),
  facility: composedOrNull(standing?.facility),
  incident: standing?.incident ?? null,
  running: null,
  lists: null,
  recognition: null,
  category: null,
  recognition_by: null,
  recognition_why: null,
});

/** Events of earlier versions may contain text that is not in NFC. */
const composedOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : toNfc(text);

const judgementCells = (
  judged: ListStanding | undefined,
  standing: Standing | null,
  events: CaseEventIndex,
): Partial<PeriodRow> => ({
  recognition: judged?.recognition ?? (standing === null ? null : 'none'),
  category: judged?.category ?? null,
  recognition_by: judged?.by ?? null,
  recognition_why: reasonOf(judged?.by, events),
});

/** Stored in place of the reason of a release that no event of its episode supports. */
const UNFOUNDED = 'unfounded';

/**
 * Type of an event, with the reason of a release. The texts of `declined` and `delisted` are personal data and are left
 * out.
 */
const reasonOf = (id: string | null | undefined, { byId, unfounded }: CaseEventIndex): string | null => {
  const event = byId.get(id ?? '');
  if (event === undefined || id === null || id === undefined) return null;
  return event.type === 'released' ? `${event.type}:${unfounded.has(id) ? UNFOUNDED : event.reason}` : event.type;
};

/** Merges equal rows whose days touch or overlap. */
const toRows = <Cells extends object>(items: readonly (Cells & DaySpan)[]): readonly (Cells & Days)[] =>
  mergeEqual(items, haveEqualCells).map(toRow);

const toRow = <Cells extends object>({ from, to, ...cells }: Cells & DaySpan): Cells & Days =>
  ({ ...cells, from_day: from, to_day: to }) as unknown as Cells & Days;

const haveEqualCells = <Item extends DaySpan>(a: Item, b: Item): boolean => {
  for (const column in a) if (column !== 'from' && column !== 'to' && a[column] !== b[column]) return false;
  return true;
};

/**
 * One row for each list and, with an empty `list`, for the register as a whole (the earliest of any list). MAX_DAY: not
 * recognised.
 */
export const recognitionRows = (history: CaseHistory): readonly RecognitionRow[] => {
  const events = indexEvents(history);
  const since = ({ recognition, by }: ListStanding): Day =>
    recognition === 'recognised' ? (parseEdtf(events.byId.get(by)?.occurredOn ?? '')?.earliest ?? MAX_DAY) : MAX_DAY;
  const days = [...new Set(history.periods.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const rowsOf = (list: string): readonly RecognitionRow[] => {
    const items = days.slice(0, -1).flatMap((day, index) => {
      const valid = history.periods.filter(({ from, to }) => from <= day && day < to);
      const judged = valid.flatMap(
        ({ standing }) => standing?.lists.filter((l) => list === '' || l.list === list) ?? [],
      );
      const isCovered = list === '' || judged.length > 0 || valid.some(({ standing }) => standing === null);
      const since_day = Math.min(MAX_DAY, ...judged.map(since));
      return isCovered ? [{ list, case_id: history.id, since_day, from: day, to: days[index + 1] ?? MAX_DAY }] : [];
    });
    return toRows(items);
  };
  return ['', ...judgingLists(history.events)].flatMap(rowsOf);
};
