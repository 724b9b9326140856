/**
 * Compares the read models of random logs, with late, partial, corrected, retracted, merged and unmerged events, with a brute-force
 * model: as known at every position of the log, on every day. A failure names its seed: `LOG_SEED=17 npx jest test/simulation/two-times`
 * repeats it. `LOG_SEEDS` sets the number of seeds (`npm run test:two-times`), `LOG_FIRST` the first of them, so that several processes can
 * share a range.
 */
import { expect, test } from '@jest/globals';
import { MEMBER_SETS } from '../../src/read-models/counts/movement.view.js';
import { projectLog } from '../support/projected-log.js';
import { randomLog } from '../support/random-log.js';
import { Random } from '../support/random-register.js';
import { scopeOf } from '../support/scopes.js';
import { dayText } from '../support/two-times-events.js';
import { TwoTimesModel } from '../support/two-times-model.js';
import * as actual from '../support/two-times-answers.js';
import * as expected from '../support/two-times-expected.js';

const { LOG_SEED, LOG_SEEDS = '12', LOG_FIRST = '0' } = process.env;
/** Seeds a test, so that many of them need not make many tests. */
const BLOCK = 25;
const [first, count] = [Number(LOG_FIRST), Number(LOG_SEEDS)];
const blocks =
  LOG_SEED === undefined
    ? Array.from({ length: Math.ceil(count / BLOCK) }, (_, at) => [
        first + at * BLOCK,
        first + Math.min(count, (at + 1) * BLOCK) - 1,
      ])
    : [[Number(LOG_SEED), Number(LOG_SEED)]];

const checkLog = async (seed: number): Promise<void> => {
  const drawn = randomLog(seed);
  const { lists, days, log } = drawn;
  const random = new Random(seed + 1_000_000);
  const { ask, start, close } = await projectLog(drawn, random);
  const slow = new TwoTimesModel(log, { lists, days });
  const cases = [...new Set(log.map(({ stream }) => stream))];
  const scopeAt = (day: number, known: number) => scopeOf({ asOf: dayText(day), knownAt: `position:${start + known}` });
  for (let known = 0; known <= log.length; known += 1) {
    const model = slow.knownAt(known);
    for (const { id: list } of lists) {
      for (let day = -1; day <= days; day += 1) {
        const at = { seed, known, day, list };
        const scope = scopeAt(day, known);
        same(at, await actual.members(ask, scope, list), expected.members(model, list, day));
        // One property a day: over many logs, each is counted on every kind of day.
        const by = random.pick(actual.GROUPINGS);
        same({ ...at, by }, await actual.counts(ask, scope, list, by), expected.counts(model, list, day, by));
      }
      for (const set of MEMBER_SETS) {
        const at = { seed, known, list, set };
        const scope = scopeAt(days, known);
        same(at, await actual.movements(ask, scope, list, set, days), expected.movements(model, list, set, days));
        const from = { day: random.below(days) - 1, known: random.below(known + 1) };
        const to = { day: from.day + random.below(days - from.day), known };
        const scopes = [scopeAt(from.day, from.known), scopeAt(to.day, to.known)] as const;
        const answer = await actual.differences(ask, scopes, list, set);
        same({ ...at, from, to }, answer, expected.differences(slow, list, set, from, to));
      }
    }
    for (const id of cases) {
      const day = random.below(days);
      const answer = await actual.oneCase(ask, scopeAt(day, known), id, days);
      same({ seed, known, id, day }, answer, expected.oneCase(model, id, day, days));
    }
  }
  await close();
};

/** Compares texts first: `expect` takes longer than the queries. */
const same = (where: object, answer: unknown, wanted: unknown): void => {
  if (JSON.stringify(answer) === JSON.stringify(wanted)) return;
  const place = JSON.stringify(where);
  expect({ [place]: answer }).toEqual({ [place]: wanted });
};

test.each(blocks)(
  'logs %i to %i answer what the brute-force model answers, as known at any position',
  async (from = 0, to = 0) => {
    for (let seed = from; seed <= to; seed += 1) await checkLog(seed);
  },
  600_000,
);
