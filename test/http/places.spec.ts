import fc from 'fast-check';
import { Places, type Place } from '../../src/http/places.js';
import { assertProperty } from '../support/property.js';

/** Takes places by the names of clients, and notes whose were ended. */
const taking = (all: number, each: number) => {
  const places = new Places(all);
  const ended: string[] = [];
  const take = (client: string, name = client): Place | null => places.take(client, each, () => ended.push(name));
  return { places, ended, take };
};

it('ends the oldest of the same client where that has as many as it may', () => {
  const { ended, take } = taking(10, 2);
  for (const name of ['a1', 'a2', 'a3']) expect(take('a', name)).not.toBeNull();
  take('b');
  expect(ended).toEqual(['a1']);
});

it('ends the oldest of whoever has most, where all are taken', () => {
  const { ended, take } = taking(4, 3);
  for (const name of ['a1', 'b1', 'b2', 'c1', 'd1', 'e1', 'f1']) take(name.charAt(0), name);
  expect(ended).toEqual(['b1', 'a1', 'b2']);
});

it('ends none that works, and refuses where all do', () => {
  const { places, ended, take } = taking(2, 2);
  const [first, second] = [take('a', 'a1')!, take('b', 'b1')!];
  places.work(first);
  places.work(second);
  expect(take('c')).toBeNull();
  places.wait(second);
  expect(take('c')).not.toBeNull();
  expect(ended).toEqual(['b1']);
});

it('measures a client by its share', () => {
  const places = new Places(4);
  const ended: string[] = [];
  for (let i = 0; i < 3; i += 1) places.take('proxy', 30, () => ended.push('proxy'));
  places.take('a', 2, () => ended.push('a'));
  places.take('b', 2, () => ended.push('b'));
  expect(ended).toEqual(['a']);
});

it('never has more than it may, and a place that was left or ended is no place', () => {
  const step = fc.record({
    client: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom('take', 'take', 'take', 'work', 'wait', 'leave'),
    which: fc.nat(50),
  });
  assertProperty(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const places = new Places(6);
      const held = new Set<Place>();
      for (const { client, what, which } of steps) {
        const one = [...held][which % Math.max(1, held.size)];
        if (what === 'take') {
          const place: Place | null = places.take(String(client), 3, () => held.delete(place!));
          if (place !== null) held.add(place);
        } else if (one !== undefined) {
          places[what](one);
          if (what === 'leave') {
            held.delete(one);
            places.wait(one);
            places.leave(one);
          }
        }
        const counts = new Map<string, number>();
        for (const place of held) counts.set(place.client, (counts.get(place.client) ?? 0) + 1);
        expect(held.size).toBeLessThanOrEqual(6);
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(3);
      }
      // Every place that is left makes room for exactly one.
      const free = 6 - held.size;
      for (const place of held) places.work(place);
      for (let i = 0; i < free; i += 1) expect(places.take(`new-${String(i)}`, 1, () => undefined)).not.toBeNull();
    }),
  );
});
