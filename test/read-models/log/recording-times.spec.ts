import Database from '../../../src/sqlite/database.js';
import fc from 'fast-check';
import { CREATE_RECORDING_TIMES_TABLE, RecordingTimes } from '../../../src/read-models/log/recording-times.js';

const instant = (second: number): Date => new Date(Date.UTC(2026, 0, 5, 10, 0, second));

const recorded = (seconds: readonly number[]): RecordingTimes => {
  const db = new Database(':memory:');
  db.exec(CREATE_RECORDING_TIMES_TABLE);
  const times = new RecordingTimes(db);
  seconds.forEach((second, index) => times.add(instant(second).toISOString(), index + 1));
  return times;
};

it('is the whole log of an empty log', () => expect(recorded([]).positionAtUnlessAtEnd(instant(0))).toBeNull());

it('includes the events recorded at the instant itself', () => {
  const times = recorded([1, 2, 2, 3]);
  expect([0, 1, 2, 3].map((second) => times.positionAtUnlessAtEnd(instant(second)))).toEqual([0, 1, 3, null]);
});

it('ends before an event that was recorded later, although an event after it was recorded earlier', () => {
  const times = recorded([1, 5, 2, 6]);
  expect([2, 4, 5].map((second) => times.positionAtUnlessAtEnd(instant(second)))).toEqual([1, 1, 3]);
});

it('is the longest prefix whose events had all been recorded by then', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 20 }), fc.nat(10), (seconds, asked) => {
      const firstLater = seconds.findIndex((second) => second > asked);
      expect(recorded(seconds).positionAtUnlessAtEnd(instant(asked))).toBe(firstLater === -1 ? null : firstLater);
    }),
    { numRuns: 50 },
  );
});
