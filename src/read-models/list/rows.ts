/** Where a case stands, day by day, as rows that SQL can ask: in itself and in every list that has judged it. */
import type { CaseEvent } from '../../domain/case/events.js';
import type { ListStanding, Standing } from '../../domain/case/period.js';
import type { Custody, Proceedings, Recognition, SentenceState } from '../../domain/case/state.js';
import { toNfc } from '../../domain/text.js';
import { MAX_DAY, parseEdtf, type Day } from '../../domain/time.js';
import { judgingLists } from '../person.js';
import type { CaseHistory } from '../table.js';

/** Days [from_day, to_day). Where `undecided` is 1 anything may be true, and the rest is null. */
export interface PeriodRow {
  /** '': the case in itself. */
  readonly list: string;
  readonly from_day: Day;
  readonly to_day: Day;
  readonly undecided: 0 | 1;
  readonly custody: Custody | null;
  readonly custody_by: string | null;
  /** What set the custody, with its reason: `arrested`, `released:amnesty`, `released:unfounded`. */
  readonly custody_why: string | null;
  readonly proceedings: Proceedings | null;
  readonly sentence: SentenceState | null;
  readonly end_earliest: Day | null;
  readonly end_latest: Day | null;
  readonly life: 0 | 1;
  /** JSON, sorted: `["234.4.3"]`. */
  readonly articles: string;
  readonly facility: string | null;
  readonly incident: string | null;
  /** JSON, of the case in itself: what each list makes of it. */
  readonly lists: string | null;
  readonly recognition: Recognition | null;
  readonly category: string | null;
  readonly recognition_by: string | null;
  readonly recognition_why: string | null;
}

/** From which day on a case has been recognised: over days [from_day, to_day), the earliest that is possible. */
export interface RecognitionRow {
  readonly list: string;
  readonly case_id: string;
  readonly since_day: Day;
  readonly from_day: Day;
  readonly to_day: Day;
}

interface Stretch {
  readonly from_day: Day;
  readonly to_day: Day;
}
/** Events by id, and which releases among them no event founds. */
interface Events {
  readonly byId: ReadonlyMap<string, CaseEvent>;
  readonly unfounded: ReadonlySet<string>;
}

const eventsById = ({ events, unfounded }: CaseHistory): Events => ({
  byId: new Map(events.map(({ id, event }) => [id, event])),
  unfounded,
});

/**
 * The rows of the case in itself cover every day. Those of a list cover the days on which the list says anything in
 * any possible course; where it says nothing in another course of the same day, that too has its row.
 */
export const periodRows = (history: CaseHistory): readonly PeriodRow[] => {
  const events = eventsById(history);
  return [
    ...ownRows(history, events),
    ...judgingLists(history.events).flatMap((list) => listRows(history, list, events)),
  ];
};

const ownRows = ({ periods }: CaseHistory, events: Events): readonly PeriodRow[] =>
  longest(
    periods.map(({ from, to, standing }) => ({
      ...cells('', standing, events),
      lists:
        standing &&
        JSON.stringify(standing.lists.map(({ list, recognition, category }) => ({ list, recognition, category }))),
      from_day: from,
      to_day: to,
    })),
  );

const listRows = ({ periods }: CaseHistory, list: string, events: Events): readonly PeriodRow[] => {
  const rows = longest(
    periods.map(({ from, to, standing }) => {
      const judged = standing?.lists.find((l) => l.list === list);
      return { ...cells(list, standing, events), ...judgement(judged, standing, events), from_day: from, to_day: to };
    }),
  );
  const said = rows.filter((row) => row.recognition !== 'none');
  const unsaid = rows.filter((row) => row.recognition === 'none');
  const cover = union(said);
  return [...said, ...unsaid.flatMap((row) => cover.flatMap((days) => within(row, days)))];
};

const cells = (list: string, standing: Standing | null, events: Events): Omit<PeriodRow, 'from_day' | 'to_day'> => ({
  list,
  undecided: standing === null ? 1 : 0,
  custody: standing?.custody ?? null,
  custody_by: standing?.custodyBy ?? null,
  custody_why: why(standing?.custodyBy, events),
  proceedings: standing?.proceedings ?? null,
  sentence: standing?.sentence ?? null,
  end_earliest: standing?.sentenceEnd?.earliest ?? null,
  end_latest: standing?.sentenceEnd?.latest ?? null,
  life: standing?.life === true ? 1 : 0,
  articles: JSON.stringify(standing?.articles ?? []),
  facility: composedOrNull(standing?.facility),
  incident: standing?.incident ?? null,
  lists: null,
  recognition: null,
  category: null,
  recognition_by: null,
  recognition_why: null,
});

/** Events of earlier builds may have texts in another form than NFC. */
const composedOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : toNfc(text);

const judgement = (
  judged: ListStanding | undefined,
  standing: Standing | null,
  events: Events,
): Partial<PeriodRow> => ({
  recognition: judged?.recognition ?? (standing === null ? null : 'none'),
  category: judged?.category ?? null,
  recognition_by: judged?.by ?? null,
  recognition_why: why(judged?.by, events),
});

/** The mechanism of a release whose reason names an event that the episode does not have. */
const UNFOUNDED = 'unfounded';

/** An event as a reason: its type, and that of a release, unless no event founds it. The words of `declined` and `delisted` are personal and stay out. */
const why = (id: string | null | undefined, { byId, unfounded }: Events): string | null => {
  const event = byId.get(id ?? '');
  if (event === undefined || id === null || id === undefined) return null;
  return event.type === 'released' ? `${event.type}:${unfounded.has(id) ? UNFOUNDED : event.reason}` : event.type;
};

/**
 * Joins rows of one content whose days touch or overlap; by first day. Contents are compared field by field, and only of rows
 * that touch, since this is done of every case after every event.
 */
const longest = <Row extends Stretch>(rows: readonly Row[]): readonly Row[] => {
  const joined: { row: Row; to_day: Day }[] = [];
  /** Those that the next rows may still touch. */
  let open: typeof joined = [];
  for (const row of [...rows].sort((a, b) => a.from_day - b.from_day)) {
    open = open.filter(({ to_day }) => to_day >= row.from_day);
    const alike = open.find((other) => isAlike(other.row, row));
    if (alike !== undefined) alike.to_day = Math.max(alike.to_day, row.to_day);
    else {
      const begun = { row, to_day: row.to_day };
      open.push(begun);
      joined.push(begun);
    }
  }
  return joined.map(({ row, to_day }) => (row.to_day === to_day ? row : { ...row, to_day }));
};

/** The same but for the days. */
const isAlike = <Row extends Stretch>(a: Row, b: Row): boolean => {
  for (const column in a) if (column !== 'from_day' && column !== 'to_day' && a[column] !== b[column]) return false;
  return true;
};

/** The days of all the stretches, as the fewest stretches, sorted. */
const union = (stretches: readonly Stretch[]): readonly Stretch[] => {
  const joined: Stretch[] = [];
  for (const { from_day, to_day } of [...stretches].sort((a, b) => a.from_day - b.from_day)) {
    const last = joined.at(-1);
    if (last === undefined || last.to_day < from_day) joined.push({ from_day, to_day });
    else joined[joined.length - 1] = { from_day: last.from_day, to_day: Math.max(last.to_day, to_day) };
  }
  return joined;
};

/** What of a row lies within a stretch: itself, cut, or nothing. */
const within = <Row extends Stretch>(row: Row, days: Stretch): readonly Row[] => {
  const from_day = Math.max(row.from_day, days.from_day);
  const to_day = Math.min(row.to_day, days.to_day);
  return from_day < to_day ? [{ ...row, from_day, to_day }] : [];
};

/** One row for each day and key: by list, and by the register as a whole the earliest of any list. MAX_DAY: not recognised. */
export const recognitionRows = (history: CaseHistory): readonly RecognitionRow[] => {
  const events = eventsById(history);
  const since = ({ recognition, by }: ListStanding): Day =>
    recognition === 'recognised' ? (parseEdtf(events.byId.get(by)?.occurredOn ?? '')?.earliest ?? MAX_DAY) : MAX_DAY;
  const days = [...new Set(history.periods.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const rowsOf = (list: string): readonly RecognitionRow[] => {
    const stretches = days.slice(0, -1).flatMap((from_day, at) => {
      const valid = history.periods.filter(({ from, to }) => from <= from_day && from_day < to);
      const judged = valid.flatMap(
        ({ standing }) => standing?.lists.filter((l) => list === '' || l.list === list) ?? [],
      );
      const says = list === '' || judged.length > 0 || valid.some(({ standing }) => standing === null);
      const since_day = Math.min(MAX_DAY, ...judged.map(since));
      return says ? [{ list, case_id: history.id, since_day, from_day, to_day: days[at + 1] ?? MAX_DAY }] : [];
    });
    return longest(stretches);
  };
  return ['', ...judgingLists(history.events)].flatMap(rowsOf);
};
