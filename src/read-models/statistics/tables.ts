/** `clemencies`: to whom which act or decree was applied, when, and when they walked out. */
import { caseEvents, type CaseEvent } from '../../domain/case/events.js';
import { instrumentIdsIn } from '../../domain/case/reference-data.js';
import type { EventWithId } from '../../domain/event.js';
import { ANY_DAY, parseEdtf, type Day, type Interval } from '../../domain/time.js';
import { judgingLists } from '../person.js';
import type { CaseHistory, ProjectedTable } from '../table.js';

/** One application to one person, for each list that recognised the person then and, with an empty `list`, without regard to lists. */
export interface ClemencyRow {
  readonly list: string;
  readonly instrument: string;
  /** The days on which it may have been applied, both included. */
  readonly from_day: Day;
  readonly by_day: Day;
  /** Whether the list recognised the person in every possible course; 1 with an empty `list`. */
  readonly certain: 0 | 1;
  /** Of the list; null without a list, and where several are possible. */
  readonly category: string | null;
  readonly incident: string | null;
  /** The days on which the person may have walked out for it, both included; null where no release is recorded. */
  readonly released_from: Day | null;
  readonly released_by: Day | null;
}

const RELEASE_REASONS: ReadonlySet<string> = new Set(['amnesty', 'pardon']);

export const clemencyRows = ({ events, periods }: CaseHistory): readonly ClemencyRow[] =>
  events.flatMap(({ event }) =>
    instrumentIdsIn(event).flatMap((instrument) => {
      const applied = daysOf(event);
      const released = releaseAfter(applied, events);
      const standings = periods
        .filter(({ from, to }) => from <= applied.latest && applied.earliest < to)
        .map(({ standing }) => standing);
      const row = {
        instrument,
        from_day: applied.earliest,
        by_day: applied.latest,
        incident: only(standings.map((standing) => standing?.incident ?? null)),
        released_from: released?.earliest ?? null,
        released_by: released?.latest ?? null,
      };
      const ofLists = judgingLists(events).flatMap((list): readonly ClemencyRow[] => {
        const judged = standings.map((standing) => standing?.lists.find((one) => one.list === list) ?? null);
        const recognised = judged.filter((one) => one?.recognition === 'recognised');
        if (recognised.length === 0 && !standings.includes(null)) return [];
        const certain = recognised.length === judged.length ? 1 : 0;
        return [{ ...row, list, certain, category: only(recognised.map((one) => one?.category ?? null)) }];
      });
      return [{ ...row, list: '', certain: 1, category: null }, ...ofLists];
    }),
  );

const daysOf = (event: CaseEvent): Interval => parseEdtf(event.occurredOn ?? '') ?? ANY_DAY;

/** The first release for an amnesty or a pardon that may not have been before. */
const releaseAfter = (applied: Interval, events: readonly EventWithId<CaseEvent>[]): Interval | null => {
  const releases = events.flatMap(({ event }) =>
    event.type === 'released' && RELEASE_REASONS.has(event.reason) ? [daysOf(event)] : [],
  );
  const possible = releases.filter(({ latest }) => latest >= applied.earliest);
  return possible.sort((a, b) => a.earliest - b.earliest || a.latest - b.latest)[0] ?? null;
};

/** The value, if all are equal. */
const only = <T>(values: readonly (T | null)[]): T | null => (new Set(values).size === 1 ? (values[0] ?? null) : null);

export const clemencies: ProjectedTable<ClemencyRow> = {
  name: 'clemencies',
  isPersonal: false,
  dependsOn: 'events',
  columns: {
    list: 'TEXT',
    instrument: 'TEXT',
    from_day: 'INTEGER',
    by_day: 'INTEGER',
    certain: 'INTEGER',
    category: 'TEXT',
    incident: 'TEXT',
    released_from: 'INTEGER',
    released_by: 'INTEGER',
  },
  indexes: ['(list, instrument, case_no)'],
  rows: clemencyRows,
  // What a person was recognised as, and released from, is in dated events alone.
  readsEvent: ({ type }) => caseEvents[type].dated,
};
