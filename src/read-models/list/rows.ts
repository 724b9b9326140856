/** Rows of the periods of a case: independent of lists, and for every list that has judged it. */
import type { CaseEvent } from '../../domain/case/events.js';
import type { RecognitionByList, Period, Standing } from '../../domain/case/period.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../../domain/case/state.js';
import { intersect, mergeEqual, unionOf, type DaySpan } from '../../domain/intervals.js';
import { toNfc } from '../../domain/text.js';
import { MAX_DAY, parseEdtf, type Day } from '../../domain/time.js';
import { judgingLists } from '../person.js';
import { rememberLast } from '../remember.js';
import type { CaseHistory } from '../table.js';

/** Valid on days [from_day, to_day). If `undecided` is 1, any standing is possible, and the columns of a standing are null, 0 or `[]`. */
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
  /** JSON: the judgments of all lists. Null in an undecided period, and in a row of a list if no other list judges the case. */
  readonly lists: string | null;
  readonly recognition: Recognition | null;
  readonly category: string | null;
  readonly recognition_by: string | null;
  readonly recognition_why: string | null;
}

/** Since which day a case has been recognised (the earliest possible), valid on days [from_day, to_day). */
export interface RecognitionRow {
  readonly list: string;
  readonly since_day: Day;
  readonly from_day: Day;
  readonly to_day: Day;
}

/** Events by id, and the ids of unfounded releases. */
export interface CaseEventIndex {
  readonly byId: ReadonlyMap<string, CaseEvent>;
  readonly unfoundedReleases: ReadonlySet<string>;
}

const indexEvents = rememberLast(({ events, unfoundedReleases: unfounded }: CaseHistory): CaseEventIndex => ({
  byId: new Map(events.map(({ id, event }) => [id, event])),
  unfoundedReleases: unfounded,
}));

/**
 * Rows independent of lists cover all days. Rows of a list cover the days on which it judges the case in some possible course, and the
 * undecided days, on which it may. Where it does not judge the case in other courses of such a day, there is also a row with recognition
 * `none`.
 */
export const periodRows = rememberLast((history: CaseHistory): readonly PeriodRow[] => {
  const events = indexEvents(history);
  return [
    ...listIndependentRows(history, events),
    ...judgingLists(history.events).flatMap((list) => listRows(history, list, events)),
  ];
});

const listIndependentRows = ({ periods }: CaseHistory, events: CaseEventIndex): readonly PeriodRow[] =>
  mergeEqual(
    periods.map((period) => periodItemOf('', period, events)),
    haveEqualCells,
  ).map(toPeriodRow);

const listRows = ({ periods }: CaseHistory, list: string, events: CaseEventIndex): readonly PeriodRow[] => {
  const items = mergeEqual(
    periods.map((period) => periodItemOf(list, period, events)),
    haveEqualCells,
  );
  const judged = items.filter(({ recognition }) => recognition !== 'none');
  const unjudged = items.filter(({ recognition }) => recognition === 'none');
  const judgedDays = unionOf(judged);
  const cut = unjudged.flatMap((item) => judgedDays.flatMap((days) => intersect(item, days) ?? []));
  return [...judged, ...cut].map(toPeriodRow);
};

/** The cells of a period, with its days. */
type PeriodItem = Omit<PeriodRow, 'from_day' | 'to_day'> & DaySpan;

/** Cached by period and list: most events leave most periods of a timeline the same objects, and their rows then stay the same too. */
const ITEMS_BY_PERIOD = new WeakMap<Period, Map<string, PeriodItem>>();
const ROW_BY_ITEM = new WeakMap<PeriodItem, PeriodRow>();

/** An empty list stands for the register as a whole. */
const periodItemOf = (list: string, period: Period, events: CaseEventIndex): PeriodItem => {
  const { from, to, standing } = period;
  const judged = standing?.lists.find((l) => l.list === list);
  // These two cells depend on the events too; all others on the period and the list alone, by which items are cached.
  const custody_why = typeAndReasonOf(standing?.custodyEventId, events);
  const recognition_why = typeAndReasonOf(judged?.by, events);
  const items = ITEMS_BY_PERIOD.get(period) ?? new Map<string, PeriodItem>();
  const known = items.get(list);
  if (known !== undefined && known.custody_why === custody_why && known.recognition_why === recognition_why)
    return known;
  const recognition = judged?.recognition ?? (list === '' || standing === null ? null : 'none');
  const isAlone = list !== '' && standing !== null && standing.lists.length === (recognition === 'none' ? 0 : 1);
  const item: PeriodItem = {
    list,
    from,
    to,
    undecided: standing === null ? 1 : 0,
    custody: standing?.custody ?? null,
    custody_by: standing?.custodyEventId ?? null,
    custody_why,
    proceedings: standing?.proceedings ?? null,
    sentence: standing?.sentence ?? null,
    end_earliest: standing?.sentenceEnd?.earliest ?? null,
    end_latest: standing?.sentenceEnd?.latest ?? null,
    life: standing?.isForLife === true ? 1 : 0,
    articles: JSON.stringify(standing?.articles ?? []),
    facility: toNfcOrNull(standing?.facility),
    incident: standing?.incident ?? null,
    running: list === '' && standing?.running ? JSON.stringify(standing.running) : null,
    lists: standing === null || isAlone ? null : judgmentsJson(standing),
    recognition,
    category: judged?.category ?? null,
    recognition_by: judged?.by ?? null,
    recognition_why,
  };
  ITEMS_BY_PERIOD.set(period, items.set(list, item));
  return item;
};

/** Names every column, because an object rest or spread would take longer than all else here. */
const toPeriodRow = (item: PeriodItem): PeriodRow => {
  const known = ROW_BY_ITEM.get(item);
  if (known !== undefined) return known;
  const row: PeriodRow = {
    list: item.list,
    from_day: item.from,
    to_day: item.to,
    undecided: item.undecided,
    custody: item.custody,
    custody_by: item.custody_by,
    custody_why: item.custody_why,
    proceedings: item.proceedings,
    sentence: item.sentence,
    end_earliest: item.end_earliest,
    end_latest: item.end_latest,
    running: item.running,
    life: item.life,
    articles: item.articles,
    facility: item.facility,
    incident: item.incident,
    lists: item.lists,
    recognition: item.recognition,
    category: item.category,
    recognition_by: item.recognition_by,
    recognition_why: item.recognition_why,
  };
  ROW_BY_ITEM.set(item, row);
  return row;
};

const judgmentsJson = ({ lists }: Standing): string =>
  JSON.stringify(lists.map(({ list, recognition, category }) => ({ list, recognition, category })));

/** Events of earlier versions may contain text that is not in NFC. */
const toNfcOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : toNfc(text);

/** Stored in place of the reason of a release that no event of its episode supports. */
const UNFOUNDED_REASON = 'unfounded';

/**
 * Type of an event, with the reason of a release. The texts of `declined` and `delisted` are personal data and are left
 * out.
 */
export const typeAndReasonOf = (
  id: string | null | undefined,
  { byId, unfoundedReleases: unfounded }: CaseEventIndex,
): string | null => {
  const event = byId.get(id ?? '');
  if (event === undefined || id === null || id === undefined) return null;
  if (event.type !== 'released') return event.type;
  return `${event.type}:${unfounded.has(id) ? UNFOUNDED_REASON : event.reason}`;
};

const haveEqualCells = <Item extends DaySpan>(a: Item, b: Item): boolean => {
  for (const column in a) if (column !== 'from' && column !== 'to' && a[column] !== b[column]) return false;
  return true;
};

/**
 * The rows of each list and, with an empty `list`, of the register as a whole (the earliest day of any list). MAX_DAY: not
 * recognised.
 */
export const recognitionRows = (history: CaseHistory): readonly RecognitionRow[] => {
  const { byId } = indexEvents(history);
  const since = ({ recognition, by }: RecognitionByList): Day =>
    recognition === 'recognised' ? (parseEdtf(byId.get(by)?.occurredOn ?? '')?.earliest ?? MAX_DAY) : MAX_DAY;
  const days = boundDaysOf(history.periods);
  const rowsOf = (list: string): readonly RecognitionRow[] => {
    const rows: RecognitionRow[] = [];
    days.slice(0, -1).forEach((day, index) => {
      let isCovered = list === '';
      let since_day = MAX_DAY;
      for (const { from, to, standing } of history.periods) {
        if (from > day || to <= day) continue;
        if (standing === null) isCovered = true;
        for (const judged of standing?.lists ?? []) {
          if (list !== '' && judged.list !== list) continue;
          isCovered = true;
          since_day = Math.min(since_day, since(judged));
        }
      }
      if (!isCovered) return;
      const to_day = days[index + 1] ?? MAX_DAY;
      const last = rows.at(-1);
      if (last?.to_day === day && last.since_day === since_day) rows[rows.length - 1] = { ...last, to_day };
      else rows.push({ list, since_day, from_day: day, to_day });
    });
    return rows;
  };
  return ['', ...judgingLists(history.events)].flatMap(rowsOf);
};

/** The days on which a period begins or ends, in order. */
const boundDaysOf = (periods: readonly Period[]): readonly Day[] =>
  [...new Set(periods.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
