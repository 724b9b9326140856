/**
 * `clemencies` has each application of an act or decree to a person, and the release that followed; `holdings` has
 * since when each person has been held.
 */
import { caseEvents, type CaseEvent } from '../../domain/case/events.js';
import type { Standing } from '../../domain/case/period.js';
import { instrumentIdsIn } from '../../domain/case/reference-data.js';
import { HELD_CUSTODIES } from '../../domain/case/state.js';
import type { EventWithId } from '../../domain/event.js';
import { ANY_DAY, MAX_DAY, parseEdtf, type Day, type Interval } from '../../domain/time.js';
import { judgingLists } from '../person.js';
import { STILL_KNOWN, type CaseHistory, type ProjectedTable } from '../table.js';

/** One application to one person, for each list that may have recognised them then and, with an empty `list`, without regard to lists. */
export interface ClemencyRow {
  readonly list: string;
  readonly instrument: string;
  /** The first day on which the instrument may have been applied. */
  readonly from_day: Day;
  /** The last day on which it may have been applied. */
  readonly latest_day: Day;
  /** Whether the list recognised the person in every possible course; 1 with an empty `list`. */
  readonly certain: 0 | 1;
  /** The category in the list; null without a list, and where several are possible. */
  readonly category: string | null;
  readonly incident: string | null;
  /** The first day on which the first release by amnesty or pardon from then on may have been; null where none is recorded. */
  readonly released_from: Day | null;
  /** The last day on which that release may have been. */
  readonly released_by: Day | null;
}

const CLEMENCY_REASONS: ReadonlySet<string> = new Set(['amnesty', 'pardon']);

export const clemencyRows = ({ events, periods }: CaseHistory): readonly ClemencyRow[] =>
  events.flatMap(({ event }) =>
    instrumentIdsIn(event).flatMap((instrument) => {
      const applied = possibleDaysOf(event);
      const released = releaseAfter(applied, events);
      const standings = periods
        .filter(({ from, to }) => from <= applied.latest && applied.earliest < to)
        .map(({ standing }) => standing);
      const row = {
        instrument,
        from_day: applied.earliest,
        latest_day: applied.latest,
        incident: onlyIfEqual(standings.map((standing) => standing?.incident ?? null)),
        released_from: released?.earliest ?? null,
        released_by: released?.latest ?? null,
      };
      const ofLists = judgingLists(events).flatMap((list): readonly ClemencyRow[] => {
        const judged = standings.map((standing) => standing?.lists.find((one) => one.list === list) ?? null);
        const recognised = judged.filter((one) => one?.recognition === 'recognised');
        if (recognised.length === 0 && !standings.includes(null)) return [];
        const certain = recognised.length === judged.length ? 1 : 0;
        return [{ ...row, list, certain, category: onlyIfEqual(recognised.map((one) => one?.category ?? null)) }];
      });
      return [{ ...row, list: '', certain: 1, category: null }, ...ofLists];
    }),
  );

const possibleDaysOf = (event: CaseEvent): Interval => parseEdtf(event.occurredOn ?? '') ?? ANY_DAY;

/** The first release by amnesty or pardon that may have been on the day of the application or after it. */
const releaseAfter = (applied: Interval, events: readonly EventWithId<CaseEvent>[]): Interval | null => {
  const releases = events.flatMap(({ event }) =>
    event.type === 'released' && CLEMENCY_REASONS.has(event.reason) ? [possibleDaysOf(event)] : [],
  );
  const possible = releases.filter(({ latest }) => latest >= applied.earliest);
  return possible.sort((a, b) => a.earliest - b.earliest || a.latest - b.latest)[0] ?? null;
};

/** The value, if all are equal. */
const onlyIfEqual = <T>(values: readonly (T | null)[]): T | null =>
  new Set(values).size === 1 ? (values[0] ?? null) : null;

export const clemencies: ProjectedTable<ClemencyRow> = {
  name: 'clemencies',
  isPersonal: false,
  dependsOn: 'events',
  columns: {
    list: 'TEXT',
    instrument: 'TEXT',
    from_day: 'INTEGER',
    latest_day: 'INTEGER',
    certain: 'INTEGER',
    category: 'TEXT',
    incident: 'TEXT',
    released_from: 'INTEGER',
    released_by: 'INTEGER',
  },
  indexes: ['(list, instrument, case_no)'],
  rows: clemencyRows,
  // Applications, recognitions and releases are all dated events.
  readsEvent: ({ type }) => caseEvents[type].dated,
};

/** Since when a person has been held without a break, valid on days [from_day, to_day) on which the person may be held. */
export interface HeldSinceRow {
  readonly from_day: Day;
  readonly to_day: Day;
  /** The first day since which the person may have been held on every day. */
  readonly since_from: Day;
  /** The first day since which the person has certainly been held on every day; null where it is uncertain whether they are held. */
  readonly since_by: Day | null;
}

export const heldSinceRows = ({ periods }: CaseHistory): readonly HeldSinceRow[] => {
  const days = [...new Set(periods.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const rows: HeldSinceRow[] = [];
  let [since_from, since_by]: [Day | null, Day | null] = [null, null];
  days.slice(0, -1).forEach((day, index) => {
    const held = periods.filter(({ from, to }) => from <= day && day < to).map(({ standing }) => isHeld(standing));
    since_from = held.some((one) => one !== false) ? (since_from ?? day) : null;
    since_by = held.length > 0 && held.every((one) => one === true) ? (since_by ?? day) : null;
    const to_day = days[index + 1] ?? MAX_DAY;
    const last = rows.at(-1);
    if (since_from === null) return;
    if (last?.to_day === day && last.since_from === since_from && last.since_by === since_by)
      rows[rows.length - 1] = { ...last, to_day };
    else rows.push({ from_day: day, to_day, since_from, since_by });
  });
  return rows;
};

/** Whether the person is held; null if that is not decided. */
const isHeld = (standing: Standing | null): boolean | null => standing && HELD_CUSTODIES.has(standing.custody);

export const holdings: ProjectedTable<HeldSinceRow> = {
  name: 'holdings',
  isPersonal: false,
  dependsOn: 'events',
  columns: { from_day: 'INTEGER', to_day: 'INTEGER', since_from: 'INTEGER', since_by: 'INTEGER' },
  indexes: [
    `(case_no, from_day, to_day, since_from, since_by) WHERE known_to = ${STILL_KNOWN}`,
    '(case_no, known_from)',
  ],
  rows: heldSinceRows,
  readsEvent: ({ type }) => caseEvents[type].dated,
};
