import { setTimeout as sleep } from 'node:timers/promises';

/** Short beside what tests wait for, and long enough to leave the processor to what they wait for. */
const POLL_MS = 5;

/** Asks until the condition holds. Never gives up: the test's time limit does. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(POLL_MS);
};
