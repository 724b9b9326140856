import {
  ENTITY_TAGS,
  matchesIfNoneMatch,
  revisionsUnlessWildcard,
  revisionTag,
  viewTag,
} from '../../src/http/entity-tag.js';
import { Scope } from '../../src/read-models/scope.js';
import { NOW, scopeOf } from '../support/scopes.js';

const view = (revision: number) => ({ revision, position: 7, knownAt: 'position:7' });
const tag = (content: object): string => viewTag({ ...view(1), ...content }, NOW);

it('parses the revision from its own tags', () => {
  expect(revisionTag(5)).toBe('"5"');
  expect(revisionsUnlessWildcard('"5"')).toEqual([5]);
  expect(revisionsUnlessWildcard(viewTag(view(12), NOW))).toEqual([12]);
  expect(revisionsUnlessWildcard(' * ')).toBeUndefined();
});

it.each([
  ['"5", "7.0123456789abcdef"', [5, 7]],
  [',"5" ,, "7",', [5, 7]],
  ['W/"5"', []],
  ['W/"5", "6"', [6]],
  ['"5,6"', []],
  ['"", "xyz", "-1", "5.x"', []],
])('If-Match %s names the revisions %j, compared strongly', (header, revisions) => {
  expect(ENTITY_TAGS.test(header)).toBe(true);
  expect(revisionsUnlessWildcard(header)).toEqual(revisions);
});

it.each([
  '5',
  '"5',
  '5"',
  '"5" "6"',
  'w/"5"',
  'W/ "5"',
  '*, "5"',
  '"5", *',
  '',
  ',',
  ' , ',
  '"a b"',
  '"5"; q=1',
  "'5'",
])('%j is not a list of entity tags', (header) => expect(ENTITY_TAGS.test(header)).toBe(false));

it('views that differ have different tags', () => {
  expect(tag({ asOf: '2024-01-01' })).toBe(tag({ asOf: '2024-01-01' }));
  expect(tag({ asOf: '2024-01-01' })).not.toBe(tag({ asOf: '2024-01-02' }));
});

it('a view has one tag while events of other subjects are recorded, and another with other knowledge', () => {
  expect(viewTag({ ...view(1), position: 8, knownAt: 'position:8' }, NOW)).toBe(viewTag(view(1), NOW));
  expect(viewTag(view(1), scopeOf({ knownAt: 'position:7' }))).not.toBe(viewTag(view(1), NOW));
  expect(viewTag(view(1), new Scope({ rights: 'some' }))).not.toBe(viewTag(view(1), NOW));
});

it.each([
  [undefined, false],
  ['"1"', true],
  ['W/"1"', true],
  ['"2", "1"', true],
  ['"2"', false],
  ['*', true],
  ['1', false],
  ['"1', false],
  ['"x, "1"', false],
  [',W/"0" , W/"1"', true],
])('If-None-Match %s: %s', (header, matches) => expect(matchesIfNoneMatch(header, '"1"')).toBe(matches));
