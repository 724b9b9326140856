import { StreamQueue } from '../../src/commands/stream-queue.js';
import { StoreBusy } from '../../src/event-store/port.js';

/** A promise that the test resolves by `end`. */
const pending = () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { ended, end };
};

it('work on one stream runs one at a time, in call order', async () => {
  const queue = new StreamQueue();
  const order: number[] = [];
  let running = 0;
  await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      queue.run('case-a', async () => {
        running += 1;
        expect(running).toBe(1);
        await new Promise(setImmediate);
        order.push(index);
        running -= 1;
      }),
    ),
  );
  expect(order).toEqual(Array.from({ length: 64 }, (_, index) => index));
});

it('work on different streams runs in parallel', async () => {
  const queue = new StreamQueue();
  const { ended, end } = pending();
  const held = queue.run('case-a', () => ended);
  expect(await queue.run('case-b', async () => 'done')).toBe('done');
  end();
  await held;
});

it('the next work runs after one that failed', async () => {
  const queue = new StreamQueue();
  const failed = queue.run('case-a', () => Promise.reject(new Error('lost')));
  const next = queue.run('case-a', async () => 'done');
  await expect(failed).rejects.toThrow('lost');
  expect(await next).toBe('done');
});

it('a call beyond the bound is rejected at once, one that waits too long after the timeout, and neither begins', async () => {
  const queue = new StreamQueue(1, 20);
  const { ended, end } = pending();
  const started: string[] = [];
  const held = queue.run('case-a', () => ended);
  const late = queue.run('case-a', async () => started.push('late'));
  await expect(queue.run('case-a', async () => started.push('one too many'))).rejects.toThrow(StoreBusy);
  await expect(late).rejects.toThrow(StoreBusy);
  const next = queue.run('case-a', async () => started.push('next'));
  end();
  await Promise.all([held, next]);
  expect(started).toEqual(['next']);
});
