/**
 * Whether positions and revisions of a log count without gaps. A missing row would else be noticed only by who reads that far,
 * while the history goes on behind it.
 */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { StoreDamaged, StoreUnavailable, type LogCheck } from '../port.js';

/** Rows of a slice: a few milliseconds, between which others have their turn. */
const SLICE = 500;
/** Rows looked at before the store is opened: the whole of a small log, else its beginning and its end. */
export const LOOK_AT_ONCE = 10_000;
const BEGINNING = 1_000;
const RETRY_MS = 1_000;

/** Checks the rows after one position up to another. Throws StoreDamaged for a gap, and other errors of the port. */
type CheckRows = (after: number, upTo: number) => void;

export interface RunningCheck extends LogCheck {
  done: number;
}

/**
 * Looks at the ends of a log at once and at what lies between in slices, until `stopped`. `checkRows` throws what it finds; the
 * result is the first damage, null where there is none.
 */
export const beginCheck = (head: number, checkRows: CheckRows, stopped: () => boolean): RunningCheck => {
  const beginning = head <= LOOK_AT_ONCE ? head : BEGINNING;
  const end = head <= LOOK_AT_ONCE ? head : head - (LOOK_AT_ONCE - BEGINNING);
  const check: RunningCheck = { done: beginning + head - end, of: head, result: Promise.resolve(null) };
  const atOnce = damageIn(() => {
    checkRows(0, beginning);
    checkRows(end, head);
  });
  if (atOnce !== null || beginning >= end) return { ...check, result: Promise.resolve(atOnce) };
  return Object.assign(check, { result: checkBetween(check, beginning, end, checkRows, stopped) });
};

const checkBetween = async (
  check: RunningCheck,
  beginning: number,
  end: number,
  checkRows: CheckRows,
  stopped: () => boolean,
): Promise<StoreDamaged | null> => {
  for (let at = beginning; at < end;) {
    await turn();
    if (stopped()) return null;
    const upTo = Math.min(at + SLICE, end);
    try {
      const damage = damageIn(() => checkRows(at, upTo));
      if (damage !== null) return damage;
      check.done += upTo - at;
      at = upTo;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
  return null;
};

const damageIn = (run: () => void): StoreDamaged | null => {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof StoreDamaged) return error;
    throw error;
  }
};
