import { Turns } from '../../src/commands/turns.js';
import { StoreBusy } from '../../src/event-store/port.js';

/** A piece of work that ends when the test says so. */
const work = () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { ended, end };
};

it('pieces for one stream go one after the other, in the order of their calls', async () => {
  const turns = new Turns();
  const order: number[] = [];
  let atOnce = 0;
  await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      turns.run('case-a', async () => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        await new Promise(setImmediate);
        order.push(index);
        atOnce -= 1;
      }),
    ),
  );
  expect(order).toEqual(Array.from({ length: 64 }, (_, index) => index));
});

it('streams do not wait for each other', async () => {
  const turns = new Turns();
  const { ended, end } = work();
  const held = turns.run('case-a', () => ended);
  expect(await turns.run('case-b', async () => 'done')).toBe('done');
  end();
  await held;
});

it('work that fails lets the next have its turn', async () => {
  const turns = new Turns();
  const failed = turns.run('case-a', () => Promise.reject(new Error('lost')));
  const next = turns.run('case-a', async () => 'done');
  await expect(failed).rejects.toThrow('lost');
  expect(await next).toBe('done');
});

it('one too many is told so at once, one who has waited too long then, and neither has begun', async () => {
  const turns = new Turns(1, 20);
  const { ended, end } = work();
  const begun: string[] = [];
  const held = turns.run('case-a', () => ended);
  const late = turns.run('case-a', async () => begun.push('late'));
  await expect(turns.run('case-a', async () => begun.push('one too many'))).rejects.toThrow(StoreBusy);
  await expect(late).rejects.toThrow(StoreBusy);
  const next = turns.run('case-a', async () => begun.push('next'));
  end();
  await Promise.all([held, next]);
  expect(begun).toEqual(['next']);
});
