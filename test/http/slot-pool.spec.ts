import fc from 'fast-check';
import { SlotPool, type Slot } from '../../src/http/slot-pool.js';
import { assertProperty } from '../support/property.js';

/** A pool, and a function that acquires a slot; `revoked` lists the names of revoked slots in order. */
const createPool = (limit: number, clientLimit: number) => {
  const pool = new SlotPool(limit);
  const revoked: string[] = [];
  const acquire = (client: string, name = client): Slot | null =>
    pool.acquire(client, clientLimit, () => revoked.push(name));
  return { pool, revoked, acquire };
};

it('revokes the oldest slot of a client at its limit', () => {
  const { revoked, acquire } = createPool(10, 2);
  for (const name of ['a1', 'a2', 'a3']) expect(acquire('a', name)).not.toBeNull();
  acquire('b');
  expect(revoked).toEqual(['a1']);
});

it('revokes the oldest slot of the client with most, when all slots are used', () => {
  const { revoked, acquire } = createPool(4, 3);
  for (const name of ['a1', 'b1', 'b2', 'c1', 'd1', 'e1', 'f1']) acquire(name.charAt(0), name);
  expect(revoked).toEqual(['b1', 'a1', 'b2']);
});

it('never revokes a busy slot, and refuses if all are busy', () => {
  const { pool, revoked, acquire } = createPool(2, 2);
  const [first, second] = [acquire('a', 'a1')!, acquire('b', 'b1')!];
  pool.markBusy(first);
  pool.markBusy(second);
  expect(acquire('c')).toBeNull();
  pool.markIdle(second);
  expect(acquire('c')).not.toBeNull();
  expect(revoked).toEqual(['b1']);
});

it('compares clients by the share of their limit', () => {
  const pool = new SlotPool(4);
  const revoked: string[] = [];
  for (let i = 0; i < 3; i += 1) pool.acquire('proxy', 30, () => revoked.push('proxy'));
  pool.acquire('a', 2, () => revoked.push('a'));
  pool.acquire('b', 2, () => revoked.push('b'));
  expect(revoked).toEqual(['a']);
});

it('never exceeds its limits, and ignores released and revoked slots', () => {
  const step = fc.record({
    client: fc.integer({ min: 0, max: 5 }),
    action: fc.constantFrom('acquire', 'acquire', 'acquire', 'markBusy', 'markIdle', 'release'),
    index: fc.nat(50),
  });
  assertProperty(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const pool = new SlotPool(6);
      const held = new Set<Slot>();
      for (const { client, action, index } of steps) {
        const slotInUse = [...held][index % Math.max(1, held.size)];
        if (action === 'acquire') {
          const slot: Slot | null = pool.acquire(String(client), 3, () => held.delete(slot!));
          if (slot !== null) held.add(slot);
        } else if (slotInUse !== undefined) {
          pool[action](slotInUse);
          if (action === 'release') {
            held.delete(slotInUse);
            pool.markIdle(slotInUse);
            pool.release(slotInUse);
          }
        }
        const counts = new Map<string, number>();
        for (const slot of held) counts.set(slot.clientKey, (counts.get(slot.clientKey) ?? 0) + 1);
        expect(held.size).toBeLessThanOrEqual(6);
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(3);
      }
      // Each free slot can be acquired exactly once.
      const free = 6 - held.size;
      for (const slot of held) pool.markBusy(slot);
      for (let i = 0; i < free; i += 1) expect(pool.acquire(`new-${String(i)}`, 1, () => undefined)).not.toBeNull();
    }),
  );
});
