import { KeyedQueue } from '../../../src/event-store/eventstoredb/keyed-queue.js';

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

test('work of one lane goes in the order of its calls, one after the other', async () => {
  const [lanes, first, order] = [new KeyedQueue(), gate(), [] as string[]];
  const one = lanes.run('a', async () => {
    order.push('one begins');
    await first.opened;
    order.push('one ends');
  });
  const two = lanes.run('a', async () => order.push('two'));
  await lanes.run('b', async () => order.push('another lane'));
  first.open();
  await Promise.all([one, two]);
  expect(order).toEqual(['one begins', 'another lane', 'one ends', 'two']);
});

test('a failure is told to its caller, and leaves the next alone', async () => {
  const lanes = new KeyedQueue();
  const failed = lanes.run('a', () => Promise.reject(new Error('no')));
  const next = lanes.run('a', async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  await expect(next).resolves.toBe('yes');
});
