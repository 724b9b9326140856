import { LatestReadiness, MAX_CHECK_WAIT_MS, RESULT_VALID_MS } from '../../src/watching/latest-readiness.js';

type Result = Awaited<ReturnType<LatestReadiness['check']>>;

const READY: Result = { parts: { log: null, 'read-models': null }, lag: 0 };
const UNAVAILABLE: Result = { parts: { log: 'STORE_UNAVAILABLE', 'read-models': 'STORE_UNAVAILABLE' }, lag: null };
const hanging = (): Promise<Result> => new Promise(() => undefined);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Checks, and expects a result within the time limit. */
const checkInTime = async (latest: LatestReadiness): Promise<Result> => {
  const results: Result[] = [];
  void latest.check().then((result) => results.push(result));
  await jest.advanceTimersByTimeAsync(MAX_CHECK_WAIT_MS);
  expect(results).toHaveLength(1);
  return results[0] as Result;
};

it('returns the result of the check', async () => {
  expect(await checkInTime(new LatestReadiness(async () => READY))).toEqual(READY);
});

it('is unavailable if no check ever finished, or the check fails', async () => {
  expect(await checkInTime(new LatestReadiness(hanging))).toEqual(UNAVAILABLE);
  expect(await checkInTime(new LatestReadiness(() => Promise.reject(new Error('lost'))))).toEqual(UNAVAILABLE);
});

describe('when checks begin to hang', () => {
  it('returns the last result while it is valid, then unavailable; runs one check at a time', async () => {
    const checks = [async () => READY, hanging];
    let calls = 0;
    const latest = new LatestReadiness(() => (checks[Math.min(calls++, 1)] as () => Promise<Result>)());
    expect(await checkInTime(latest)).toEqual(READY);
    expect(await checkInTime(latest)).toEqual(READY);
    jest.advanceTimersByTime(RESULT_VALID_MS);
    expect(await checkInTime(latest)).toEqual(UNAVAILABLE);
    expect(calls).toBe(2);
  });
});
