/**
 * Compares the statistics of random registers with what a brute-force model of every possible course says, person by person and day by
 * day. `REGISTER_SEED=17 npx jest test/simulation/statistics` repeats one register.
 */
import { MEMBER_SETS } from '../../src/read-models/counts/movement.view.js';
import type { StatisticName, StatisticView } from '../../src/read-models/statistics/statistic.view.js';
import { OneStatistic, type StatisticParameters } from '../../src/read-models/statistics/statistics.query.js';
import type { Handlers } from '../read-models/support.js';
import { BruteForceModel, type DayState, type RegisterScript, type Totals } from '../support/brute-force-model.js';
import { effort } from '../support/effort.js';
import { HELD } from '../support/model-case.js';
import { projectRegister, text } from '../support/projected-register.js';
import { CATEGORIES, Random, randomRegister } from '../support/random-register.js';
import { scopeOf } from '../support/scopes.js';

const { REGISTER_SEED, REGISTER_SEEDS = effort(6, 150) } = process.env;
const seeds =
  REGISTER_SEED === undefined ? Array.from({ length: Number(REGISTER_SEEDS) }, (_, at) => at) : [Number(REGISTER_SEED)];

type Cells = Readonly<Record<string, Totals>>;

/** The cells where anybody is, by `row column`. */
const cellsOf = ({ rows, columns, cells, uncertain }: StatisticView): Cells =>
  Object.fromEntries(
    rows.flatMap((row, at) =>
      columns.flatMap((column, index) => {
        const [yes = 0, perhaps = 0] = [cells[at]?.[index], uncertain[at]?.[index]];
        return yes + perhaps === 0 ? [] : [[`${row} ${column}`, { yes, uncertain: perhaps }]];
      }),
    ),
  );

/** Adds people, each with the keys that are possible for them; certain if there is one, and nothing else is possible. */
class Tally {
  readonly cells: Record<string, { yes: number; uncertain: number }> = {};

  add(keys: readonly (string | null)[], isSure = true): void {
    const distinct = new Set(keys);
    for (const key of distinct) {
      if (key === null) continue;
      const cell = (this.cells[key] ??= { yes: 0, uncertain: 0 });
      cell[distinct.size === 1 && isSure ? 'yes' : 'uncertain'] += 1;
    }
  }
}

/** Adds calendar months to a day; a day that the month lacks becomes its last. */
const plusMonths = (day: number, count: number): number => {
  const [year = 0, month = 0, date = 0] = text(day).split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + count + 1, 0)).getUTCDate();
  return (Date.UTC(year, month - 1 + count, Math.min(date, last)) - Date.UTC(2024, 1, 1)) / 86_400_000;
};

const TERMS = [
  ['under-6-months', 6],
  ['6-to-12-months', 12],
  ['1-to-2-years', 24],
  ['2-to-5-years', 60],
  ['5-to-10-years', 120],
] as const;
const bandOf = (fits: (count: number) => boolean): string =>
  TERMS.find(([, count]) => fits(count))?.[0] ?? '10-years-or-more';

const DAY_BANDS = ['0', '1', '2-to-3', '2-to-3', '4-to-7', '4-to-7', '4-to-7', '4-to-7'];
const dayBandOf = (days: number): string => DAY_BANDS[days] ?? (days <= 30 ? '8-to-30' : '31-or-more');

/** Counts slowly. Later than the last day of the script, only sentences end. */
class SlowStatistics {
  readonly #model: BruteForceModel;

  constructor(private readonly register: RegisterScript) {
    this.#model = new BruteForceModel(register);
  }

  #states(id: string, day: number): readonly DayState[] {
    return this.#model.standings(id, Math.min(day, this.register.days)) ?? [];
  }

  #isListed(list: string, state: DayState, day: number): boolean {
    const policies = this.register.lists.find(({ id }) => id === list)?.policies ?? [];
    const custody = policies.filter(({ from }) => from <= day).at(-1)?.custody ?? [];
    return state.lists[list]?.recognition === 'recognised' && custody.includes(state.custody);
  }

  members(list: string, day: number, keysOf: (state: DayState, id: string) => readonly string[]): Cells {
    const tally = new Tally();
    for (const id of Object.keys(this.register.cases))
      tally.add(
        this.#states(id, day).flatMap((state): readonly (string | null)[] =>
          this.#isListed(list, state, day) ? keysOf(state, id) : [null],
        ),
      );
    return tally.cells;
  }

  timeHeld(list: string, day: number): Cells {
    return this.members(list, day, ({ custody }, id) => {
      if (!HELD.includes(custody)) return ['not-held people'];
      const held = (on: number): readonly boolean[] =>
        this.#states(id, on).map((state) => HELD.includes(state.custody));
      let [first, last] = [day, day];
      while (first > -1 && held(first - 1).includes(true)) first -= 1;
      while (last > -1 && !held(last).includes(false) && !held(last - 1).includes(false)) last -= 1;
      const since = Array.from({ length: last - first + 1 }, (_, at) => first + at);
      return since.map((start) => `${bandOf((count) => plusMonths(start, count) > day)} people`);
    });
  }

  /** The applications to each case that are possible by the day, with the states on their days. */
  *#applications(day: number) {
    for (const [id, script] of Object.entries(this.register.cases))
      for (const { type, first, last } of script) {
        if (type !== 'pardoned' || first > day) continue;
        const days = Array.from({ length: last - first + 1 }, (_, at) => first + at);
        yield { id, script, first, last, states: days.flatMap((on) => this.#states(id, on)) };
      }
  }

  categoryByInstrument(list: string, day: number): Cells {
    const sure = new Map<string, boolean>();
    for (const { id, last, states } of this.#applications(day)) {
      const judged = states.filter(({ lists }) => lists[list]?.recognition === 'recognised');
      if (judged.length === 0) continue;
      const [only = 'unknown', ...others] = new Set(judged.map(({ lists }) => lists[list]?.category ?? 'unknown'));
      const key = `${id} ${others.length > 0 ? 'unknown' : only} decree`;
      sure.set(key, (sure.get(key) ?? false) || (last <= day && judged.length === states.length));
    }
    const tally = new Tally();
    for (const [key, isSure] of sure) tally.add([key.slice(key.indexOf(' ') + 1)], isSure);
    return tally.cells;
  }

  daysToRelease(list: string, day: number): Cells {
    const people = new Map<string, { isSure: boolean; readonly keys: Set<string> }>();
    for (const { id, script, first, last, states } of this.#applications(day)) {
      const judged = states.filter(({ lists }) => lists[list]?.recognition === 'recognised');
      if (judged.length === 0) continue;
      const person = people.get(id) ?? { isSure: false, keys: new Set<string>() };
      person.isSure ||= last <= day && judged.length === states.length;
      const [release] = script
        .filter((event) => event.type === 'released' && event.fields['reason'] === 'pardon' && event.last >= first)
        .sort((a, b) => a.first - b.first || a.last - b.last);
      if (release === undefined || release.last > day) person.keys.add('not-released decree');
      if (release !== undefined)
        for (let on = first; on <= Math.min(last, day); on += 1)
          for (let out = release.first; out <= Math.min(release.last, day); out += 1)
            person.keys.add(`${dayBandOf(Math.max(0, out - on))} decree`);
      people.set(id, person);
    }
    const tally = new Tally();
    for (const { isSure, keys } of people.values()) tally.add([...keys], isSure);
    return tally.cells;
  }

  size = (...asked: Parameters<BruteForceModel['size']>): number => this.#model.size(...asked);

  movements = (...asked: Parameters<BruteForceModel['movements']>): ReturnType<BruteForceModel['movements']> =>
    this.#model.movements(...asked);
}

const ask = async (
  handlers: Handlers,
  name: StatisticName,
  day: number,
  parameters: Pick<StatisticParameters, 'list'> & Partial<StatisticParameters>,
): Promise<StatisticView> => {
  const query = new OneStatistic(scopeOf({ asOf: text(day) }), name, { filters: {}, ...parameters });
  const view = await handlers.statistics.execute(query);
  if (view === null) throw new Error('no list');
  return view;
};

const checkDay = async (handlers: Handlers, slow: SlowStatistics, list: string, day: number): Promise<void> => {
  const stage = ({ proceedings, custody }: DayState): string => {
    if (['convicted', 'on-appeal', 'final'].includes(proceedings)) return 'convicted';
    return HELD.includes(custody) ? 'awaiting-judgment' : 'unknown';
  };
  const timeLeft = ({ sentence, sentenceState, end }: DayState): readonly string[] => {
    if (end === null) {
      if (sentence.life) return ['life people'];
      return [['none', 'extinguished'].includes(sentenceState) ? 'no-sentence people' : 'unknown people'];
    }
    const [first, last] = end;
    const ends = Array.from({ length: (last ?? first) - first + 1 }, (_, at) => first + at);
    return ends.map((on) => `${on <= day ? 'over' : bandOf((count) => on < plusMonths(day, count))} people`);
  };
  const expected: Partial<Record<StatisticName, Cells>> = {
    'stage-by-category': slow.members(list, day, (state) => [`${state.lists[list]?.category} ${stage(state)}`]),
    'time-left': slow.members(list, day, timeLeft),
    'time-held': slow.timeHeld(list, day),
    'category-by-instrument': slow.categoryByInstrument(list, day),
    'days-to-release': slow.daysToRelease(list, day),
  };
  for (const [name, cells] of Object.entries(expected)) {
    const view = await ask(handlers, name as StatisticName, day, { list });
    expect({ name, day, cells: cellsOf(view) }).toEqual({ name, day, cells });
  }
};

const checkSpan = async (
  handlers: Handlers,
  slow: SlowStatistics,
  list: string,
  [from, to]: readonly [number, number],
): Promise<void> => {
  for (const set of MEMBER_SETS)
    for (const category of [undefined, ['believers'], CATEGORIES.slice(1)]) {
      const span = { list, set, from: text(from), filters: category === undefined ? {} : { category } };
      const series = await ask(handlers, 'daily', to, span);
      const days = Array.from({ length: to - from + 1 }, (_, at) => from + at);
      expect(series.rows).toEqual(days.map(text));
      expect(series.cells).toEqual(days.map((day) => [slow.size(list, day, set, category)]));

      const flows = await ask(handlers, 'entries-and-exits', to, span);
      const found = cellsOf(flows);
      const movements = slow.movements(list, from, to, set, category);
      for (const month of flows.rows)
        for (const kind of ['entered', 'left', 'moved'] as const) {
          const expected = movements.filter(
            (movement) =>
              movement.kind === kind &&
              text(movement.day).startsWith(month) &&
              (kind !== 'moved' || movement.side !== null),
          );
          const counted = Object.entries(found).filter(([key]) => key.startsWith(`${month} ${kind}:`));
          expect(counted.reduce((sum, [, { yes }]) => sum + yes, 0)).toBe(expected.length);
          for (const reason of new Set(expected.flatMap((movement) => movement.reason ?? [])))
            expect(found[`${month} ${kind}:${reason}`]?.yes ?? 0).toBeGreaterThanOrEqual(
              expected.filter((movement) => movement.reason === reason).length,
            );
        }
    }
};

test.each(seeds)('register %i has the statistics of the brute-force model', async (seed) => {
  const register = randomRegister(seed);
  const random = new Random(seed + 2_000_000);
  const slow = new SlowStatistics(register);
  const { ask: handlers, close } = await projectRegister(register, random);
  for (const { id } of register.lists) {
    const within = Array.from({ length: 8 }, () => random.below(register.days + 2) - 1);
    // Half a year and a year later, when bands of time held end.
    const later = [170, 185, 360, 370].map((days) => register.days + days + random.below(12));
    for (const day of within) await checkDay(handlers, slow, id, day);
    for (const day of later) {
      const view = await ask(handlers, 'time-held', day, { list: id });
      expect({ day, cells: cellsOf(view) }).toEqual({ day, cells: slow.timeHeld(id, day) });
    }
    await checkSpan(handlers, slow, id, [-1, register.days]);
  }
  await close();
});
