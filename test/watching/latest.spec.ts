import { LatestCondition, LOOK_COUNTS_MS, type Known } from '../../src/watching/latest.js';

const FINE: Known = { parts: { log: null, 'read-models': null }, lag: 0 };
const AWAY: Known = { parts: { log: 'STORE_UNAVAILABLE', 'read-models': 'STORE_UNAVAILABLE' }, lag: null };
const silent = (): Promise<Known> => new Promise(() => undefined);

/** Answers in bounded time, whatever the look does. */
const timed = async (latest: LatestCondition): Promise<Known> => {
  const began = performance.now();
  const condition = await latest.check();
  expect(performance.now() - began).toBeLessThan(500);
  return condition;
};

it('is what the look finds', async () => {
  expect(await timed(new LatestCondition(async () => FINE))).toEqual(FINE);
});

it('is not ready where no look was ever answered, or one ended in an error', async () => {
  expect(await timed(new LatestCondition(silent))).toEqual(AWAY);
  expect(await timed(new LatestCondition(() => Promise.reject(new Error('lost'))))).toEqual(AWAY);
});

describe('with a look that does not answer any more', () => {
  it('is what was found before, for a while, and then not ready; one look is under way at a time', async () => {
    const looks = [async () => FINE, silent];
    let looked = 0;
    const latest = new LatestCondition(() => (looks[Math.min(looked++, 1)] as () => Promise<Known>)());
    expect(await timed(latest)).toEqual(FINE);
    expect(await timed(latest)).toEqual(FINE);
    const now = performance.now.bind(performance);
    const later = jest.spyOn(performance, 'now').mockImplementation(() => now() + LOOK_COUNTS_MS);
    expect(await timed(latest)).toEqual(AWAY);
    later.mockRestore();
    expect(looked).toBe(2);
  });
});
