import fc from 'fast-check';
import { rememberLast, rememberForItems } from '../../src/read-models/remember.js';
import { effort } from '../support/effort.js';

it('returns the same result for the same object, and computes it for another', () => {
  const make = jest.fn(({ n }: { readonly n: number }) => [n]);
  const remembering = rememberLast(make);
  const [one, other] = [{ n: 1 }, { n: 1 }];
  expect(remembering(one)).toBe(remembering(one));
  expect(remembering(other)).not.toBe(remembering(one));
  // Only the value of the last object is remembered.
  expect(make).toHaveBeenCalledTimes(3);
});

interface Item {
  readonly isRead: boolean;
}

it('returns what the function returns of the items that it reads, and the same object while they are the same', () => {
  const items: readonly Item[] = [true, true, true, false, false].map((isRead) => ({ isRead }));
  const lists = fc.array(fc.subarray([...items, ...items]), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lists, (asked) => {
      const remembering = rememberForItems(
        ({ isRead }: Item) => isRead,
        (read) => ({ read }),
      );
      let before: { readonly read: readonly Item[] } | null = null;
      for (const list of asked) {
        const read = list.filter(({ isRead }) => isRead);
        const now = remembering(list);
        expect(now.read.map((item) => items.indexOf(item))).toEqual(read.map((item) => items.indexOf(item)));
        const isSame = before?.read.length === read.length && read.every((item, at) => item === before?.read[at]);
        expect(now === before).toBe(isSame);
        before = now;
      }
    }),
    { numRuns: effort(200, 10_000) },
  );
});
