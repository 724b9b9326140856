/** How the check of a log shares the event loop. */
import { setImmediate as turn } from 'node:timers/promises';
import { startLogCheck } from '../../../src/event-store/sqlite/log-check.js';

const spin = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end;) continue;
};

it('a check goes on while others have work, but leaves them most of the time', async () => {
  const [work, slice] = [1, 1];
  let isStopped = false;
  let others = 0;
  const check = startLogCheck(
    1_000_000,
    () => spin(slice),
    () => isStopped,
  );
  const before = check.checked;
  while (check.checked < before + 10 * 500) {
    await turn();
    spin(work);
    others += 1;
  }
  isStopped = true;
  await check.result;
  expect(others).toBeGreaterThan(50);
});
