/**
 * Checks a log for gaps in positions and revisions. Otherwise a missing row would go unnoticed until it is read, while new
 * events are appended.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, type LogCheck } from '../port.js';

/** Rows per slice: a few milliseconds, between which the event loop runs other work. */
const SLICE_SIZE = 500;
/** Rows checked before the store opens: all of a small log, or the first and last rows of a larger one. */
export const ROWS_CHECKED_AT_OPENING = 10_000;
/** The first rows of a longer log that are checked at opening; the rest of the limit goes to its last rows. */
const FIRST_ROWS_CHECKED = 1_000;
const RETRY_MS = 1_000;
/** A turn of the event loop that takes longer has other work, and the check then takes one part in so many of the time. */
const IDLE_TURN_MS = 0.2;
const PARTS_OF_BUSY_TIME = 20;

/** Checks the rows after one position up to another. Throws StoreDamaged for a gap, and other errors of the port. */
type LogRowsCheck = (after: number, upTo: number) => void;

export interface RunningCheck extends LogCheck {
  checked: number;
}

/**
 * Checks both ends of a log before it returns, then the middle in slices until `isStopped`. The result is the first damage, or null.
 */
export const startLogCheck = (head: number, checkRows: LogRowsCheck, isStopped: () => boolean): RunningCheck => {
  const firstEnd = head <= ROWS_CHECKED_AT_OPENING ? head : FIRST_ROWS_CHECKED;
  const lastStart = head <= ROWS_CHECKED_AT_OPENING ? head : head - (ROWS_CHECKED_AT_OPENING - FIRST_ROWS_CHECKED);
  const check: RunningCheck = { checked: firstEnd + head - lastStart, total: head, result: Promise.resolve(null) };
  const damage = catchDamage(() => {
    checkRows(0, firstEnd);
    checkRows(lastStart, head);
  });
  if (damage !== null || firstEnd >= lastStart) return { ...check, result: Promise.resolve(damage) };
  return Object.assign(check, { result: checkInSlices(check, firstEnd, lastStart, checkRows, isStopped) });
};

const checkInSlices = async (
  check: RunningCheck,
  from: number,
  to: number,
  checkRows: LogRowsCheck,
  isStopped: () => boolean,
): Promise<StoreDamaged | null> => {
  let sliceMs = 0;
  for (let position = from; position < to;) {
    await leaveTimeToOthers(sliceMs);
    if (isStopped()) return null;
    const upTo = Math.min(position + SLICE_SIZE, to);
    const startedAt = performance.now();
    try {
      const damage = catchDamage(() => checkRows(position, upTo));
      if (damage !== null) return damage;
      check.checked += upTo - position;
      position = upTo;
      sliceMs = performance.now() - startedAt;
    } catch {
      // The log is unavailable, or the error is not foreseen; neither is damage. While it lasts, `checked` stays behind `total`.
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
  return null;
};

const leaveTimeToOthers = async (sliceMs: number): Promise<void> => {
  const startedAt = performance.now();
  await turn();
  if (performance.now() - startedAt > IDLE_TURN_MS)
    await sleep(sliceMs * (PARTS_OF_BUSY_TIME - 1), undefined, { ref: false });
};

const catchDamage = (run: () => void): StoreDamaged | null => {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof StoreDamaged) return error;
    throw error;
  }
};
