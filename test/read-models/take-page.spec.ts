import fc from 'fast-check';
import { takePage } from '../../src/read-models/take-page.js';
import { LIMITS } from '../../src/schema/limits.js';
import { assertProperty } from '../support/property.js';

const size = (bytes: number): number => bytes;

/** Every page of the rows. */
const pagesOf = (rows: readonly number[], limit: number): readonly (readonly number[])[] => {
  const pages: (readonly number[])[] = [];
  let rest = rows;
  for (let hasMore = true; hasMore;) {
    const page = takePage(rest, limit, size);
    pages.push(page.rows);
    rest = rest.slice(page.rows.length);
    hasMore = page.hasMore;
  }
  return pages;
};

it('pages have every row once, none is empty, and none is too large unless it is of one row', () => {
  const bytes = fc.integer({ min: 0, max: LIMITS.pageBytes + 2 });
  assertProperty(
    fc.property(fc.array(bytes, { maxLength: 30 }), fc.integer({ min: 1, max: 10 }), (rows, limit) => {
      const pages = pagesOf(rows, limit);
      expect(pages.flat()).toEqual(rows);
      for (const [index, page] of pages.entries()) {
        const next = pages[index + 1]?.[0];
        const bytesOf = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0);
        expect(rows.length === 0 || page.length > 0).toBe(true);
        expect(page.length <= 1 || bytesOf(page) <= LIMITS.pageBytes).toBe(true);
        // A page ends before its limit only where the next row has no room on it.
        if (next !== undefined) expect(page.length === limit || bytesOf([...page, next]) > LIMITS.pageBytes).toBe(true);
      }
    }),
  );
});
