import {
  parseArticles,
  findCategory,
  splitCell,
  parseReference,
  parseSentence,
} from '../../src/register-files/cell-values.js';

import { Article } from '../../src/schema/parts.js';
import { read } from '../../src/schema/read.js';

describe('a cell of articles', () => {
  const cc = (article: string, part?: string, generalPart?: string) => ({
    code: 'AZ-CC',
    article,
    ...(part !== undefined && { part }),
    ...(generalPart !== undefined && { generalPart }),
  });

  it.each<[string, unknown]>([
    ['', undefined],
    ['234.4.3', [cc('234', '4.3')]],
    ['193-1.3.1;206.4', [cc('193-1', '3.1'), cc('206', '4')]],
    ['193-1.3.1; 206.4', [cc('193-1', '3.1'), cc('206', '4')]],
    ['234.4.3, 206.4', [cc('234', '4.3'), cc('206', '4')]],
    ['234.4.3 206.4', [cc('234', '4.3'), cc('206', '4')]],
    ['28/220.1', [cc('220', '1', '28')]],
    ['28 / 220.1, 32.5/120.2.1', [cc('220', '1', '28'), cc('120', '2.1', '32.5')]],
    ['AZ-OCC 70-2', [{ code: 'AZ-OCC', article: '70-2' }]],
    ['AZ-OCC: 70-2; 28/220.1', [{ code: 'AZ-OCC', article: '70-2' }, cc('220', '1', '28')]],
    [
      'AZ-OCC 15/70-2, AZ-OCC 57',
      [
        { code: 'AZ-OCC', article: '70-2', generalPart: '15' },
        { code: 'AZ-OCC', article: '57' },
      ],
    ],
  ])('%j is read', (cell, expected) => {
    expect(parseArticles(cell)).toEqual(expected);
  });

  it.each([
    ['AZ-OCC 70-2, 57'],
    ['AZ-OCC 70-2 57'],
    ['234,4,3'],
    ['234,4.3'],
    ['206.4; 234,4'],
    ['28, 220.1'],
    ['234; 4; 3'],
    ['99'],
    ['12.2'],
    ['234/4'],
    ['234.4.3/28'],
    [';'],
    ['murder'],
  ])('%j is left for its class to refuse', (cell) => {
    expect(parseArticles(cell)?.every((one) => 'value' in read(Article, one))).toBe(false);
  });
});

it.each<[string, unknown]>([
  ['', undefined],
  ['P3Y10M', { kind: 'imprisonment', term: 'P3Y10M' }],
  ['life', { kind: 'imprisonment', life: true }],
  ['imprisonment life', { kind: 'imprisonment', life: true }],
  ['imprisonment unknown', { kind: 'imprisonment', term: 'unknown' }],
  ['imprisonment', { kind: 'imprisonment' }],
  ['suspended P2Y', { kind: 'suspended', term: 'P2Y' }],
  ['fine', { kind: 'fine' }],
  ['unknown', { kind: 'unknown' }],
  ['3 years', { kind: 'imprisonment', term: '3 years' }],
])('a sentence %j is read', (cell, expected) => {
  expect(parseSentence(cell)).toEqual(expected);
});

it('parts of a cell stand between bars that no backslash precedes', () => {
  expect(splitCell('a | b\\|c|')).toEqual(['a', 'b|c', '']);
  expect(parseReference('union: No. 17:2')).toEqual({ list: 'union', reference: 'No. 17:2' });
});

describe('a category', () => {
  const categories = [
    { id: 'believers', name: { az: 'Dindarlar', en: 'Believers', ru: 'Верующие' } },
    { id: 'social-activists', name: { az: 'İctimai fəallar', en: 'Social activists' } },
    { id: 'other', name: { en: 'Believers of old' } },
    { id: 'other-2', name: { en: 'Believers of old' } },
  ];

  it.each([
    ['believers', 'believers'],
    ['DINDARLAR', 'believers'],
    ['верующие', 'believers'],
    ['ictimai  FƏALLAR', 'social-activists'],
    ['Social-activists', 'social-activists'],
    ['journalists', undefined],
    ['Believers of old', undefined],
  ])('called %j is found by any of its names, where one alone is called so', (cell, id) => {
    expect(findCategory(cell, categories)?.id).toBe(id);
  });
});
