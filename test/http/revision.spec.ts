import { noneMatches, revisionIn, revisionTag, viewTag } from '../../src/http/revision.js';

it('a tag of a revision is read back, with and without what was shown', () => {
  expect(revisionTag(5)).toBe('"5"');
  expect(revisionIn('"5"')).toBe(5);
  expect(revisionIn(viewTag(12, { x: 1 }))).toBe(12);
  expect(revisionIn('*')).toBeUndefined();
});

it('what is shown differently has another tag', () => {
  expect(viewTag(1, { asOf: '2024-01-01' })).toBe(viewTag(1, { asOf: '2024-01-01' }));
  expect(viewTag(1, { asOf: '2024-01-01' })).not.toBe(viewTag(1, { asOf: '2024-01-02' }));
});

it.each([
  [undefined, false],
  ['"1"', true],
  ['W/"1"', true],
  ['"2", "1"', true],
  ['"2"', false],
  ['*', true],
  ['1', false],
])('If-None-Match %s: %s', (header, matches) => expect(noneMatches(header, '"1"')).toBe(matches));
