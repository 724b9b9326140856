/**
 * Compares the read models of random registers with a brute-force model, on every day and over spans of days.
 * A failure names its seed: `REGISTER_SEED=17 npx jest test/simulation/counting` repeats it. `REGISTER_SEEDS` sets the number of seeds
 * (`npm run test:counting`).
 */
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { MEMBER_SETS, type Movement } from '../../src/read-models/counts/movement.view.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import type { Handlers } from '../read-models/support.js';
import { projectRegister, text } from '../support/projected-register.js';
import { CATEGORIES, Random, randomRegister } from '../support/random-register.js';
import { BruteForceModel, type Grouping, type ModelMovement } from '../support/brute-force-model.js';
import { NOW, scopeOf } from '../support/scopes.js';
import { effort } from '../support/effort.js';

const { REGISTER_SEED, REGISTER_SEEDS = effort(6, 200) } = process.env;
const seeds =
  REGISTER_SEED === undefined ? Array.from({ length: Number(REGISTER_SEEDS) }, (_, at) => at) : [Number(REGISTER_SEED)];

const checkDay = async (ask: Handlers, slow: BruteForceModel, list: string, day: number): Promise<void> => {
  const page = { filters: {}, page: { limit: 100 } };
  const items = (await ask.members.execute(new ListMembers(scopeOf({ asOf: text(day) }), list, page)))?.items ?? [];
  const ids = (wanted: string): string[] =>
    items
      .filter(({ certainty }) => certainty === wanted)
      .map(({ caseId }) => caseId)
      .sort();
  expect({ day, yes: ids('yes'), uncertain: ids('uncertain') }).toEqual({ day, ...slow.members(list, day) });
  for (const by of ['category', 'custody', 'proceedings', 'stage', 'incident', 'article'] satisfies Grouping[]) {
    const counts = await ask.counts.execute(new MemberCounts(scopeOf({ asOf: text(day) }), list, { by, filters: {} }));
    const groups = (counts?.groups ?? []).filter(({ yes, uncertain }) => yes + uncertain > 0);
    const actual = Object.fromEntries(groups.map(({ key, yes, uncertain }) => [key, { yes, uncertain }]));
    expect({ day, by, groups: actual }).toEqual({ day, by, groups: slow.counts(list, day, by) });
    expect(counts?.total).toEqual({ yes: ids('yes').length, uncertain: ids('uncertain').length });
    // Who is certainly on the list is `yes` in one group at most, where all possible standings have its key; else `uncertain` in several.
    expect(groups.reduce((sum, { yes }) => sum + yes, 0)).toBeLessThanOrEqual(ids('yes').length);
    expect(groups.reduce((sum, { yes, uncertain }) => sum + yes + uncertain, 0)).toBeGreaterThanOrEqual(items.length);
  }
};

const inOrder = (movements: readonly string[]): readonly string[] => [...movements].sort();
const line = ({ day, id, category, previousCategory }: Omit<ModelMovement, 'reason' | 'side' | 'kind'>): string =>
  `${text(day)} ${id} ${String(previousCategory)} > ${String(category)}`;

/** Compares a span of days with the brute-force model, and checks that consecutive parts of the span add up to it. */
const checkSpan = async (
  ask: Handlers,
  slow: BruteForceModel,
  list: string,
  bounds: readonly number[],
  set: (typeof MEMBER_SETS)[number],
  category: readonly string[] | undefined,
): Promise<void> => {
  const between = async (from: number, to: number) => {
    const asked = { from: text(from), to: text(to), set, limit: 1_000, ...(category && { category }) };
    const found = await ask.movements.execute(new Movements(NOW, list, asked));
    if (found === null) throw new Error('no list');
    return found;
  };
  const [from = 0, to = 0] = [bounds[0], bounds.at(-1)];
  const whole = await between(from, to);
  const movements = slow.movements(list, from, to, set, category);
  for (const kind of ['entered', 'left', 'moved'] as const) {
    const actual = whole[kind].map(
      ({ day, caseId, category, previousCategory }: Movement) =>
        `${day} ${caseId} ${String(previousCategory)} > ${String(category)}`,
    );
    const expected = movements.filter((movement) => movement.kind === kind).map(line);
    expect({ list, set, category, kind, movements: inOrder(actual) }).toEqual({
      list,
      set,
      category,
      kind,
      movements: inOrder(expected),
    });
  }
  for (const kind of ['entered', 'left'] as const) {
    const known = movements.filter((movement) => movement.kind === kind && movement.reason !== null);
    const actual = whole[kind].map(({ day, caseId, reason }) => `${day} ${caseId} ${reason}`);
    expect(actual).toEqual(
      expect.arrayContaining(known.map(({ day, id, reason }) => `${text(day)} ${id} ${String(reason)}`)),
    );
  }
  const { totals, opening, closing, leftByReason } = whole;
  expect([opening, closing]).toEqual([from, to].map((day) => slow.size(list, day, set, category)));
  expect(opening + totals.entered - totals.left + totals.movedIn - totals.movedOut).toBe(closing);
  expect(leftByReason.reduce((sum, { count }) => sum + count, 0)).toBe(totals.left);

  const parts = await Promise.all(bounds.slice(1).map((day, at) => between(bounds[at] ?? 0, day)));
  for (const kind of ['entered', 'left', 'moved'] as const)
    expect(parts.flatMap((part) => part[kind])).toEqual(whole[kind]);
  for (const key of ['entered', 'left', 'moved', 'movedIn', 'movedOut'] as const)
    expect(parts.reduce((sum, part) => sum + part.totals[key], 0)).toBe(totals[key]);
};

/** Sorted days, of which the first and last bound a span. */
const partition = (random: Random, days: number): readonly number[] => {
  const bounds = new Set([...Array.from({ length: 2 + random.below(5) }, () => random.below(days + 1) - 1)]);
  return [...bounds].sort((a, b) => a - b);
};

test.each(seeds)('register %i answers what the brute-force model answers', async (seed) => {
  const register = randomRegister(seed);
  const random = new Random(seed + 1_000_000);
  const slow = new BruteForceModel(register);
  const { ask, close } = await projectRegister(register, random);
  for (const { id } of register.lists) {
    for (let day = -1; day <= register.days; day += 1) await checkDay(ask, slow, id, day);
    for (const set of MEMBER_SETS) {
      await checkSpan(ask, slow, id, [-1, register.days], set, undefined);
      await checkSpan(ask, slow, id, partition(random, register.days), set, undefined);
      for (const category of [...CATEGORIES.map((only) => [only]), CATEGORIES.slice(0, 2)])
        await checkSpan(ask, slow, id, partition(random, register.days), set, category);
    }
  }
  await close();
});
