import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldedKey, mixesScripts, scriptsOf } from '../../src/domain/text.js';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      ...'AaZz019-–—−‐‑.,/ \u00a0\u200b\u200d\u00ad\ufeffİiıIƏəÄäßſАаӘәІіΑαΐᾳŉǰﬁ①²\u0301\u0307\u0345',
    ),
  }),
);

describe('the folded key of a reference', () => {
  it.each([
    ['AZ-9001', 'AZ-9001'],
    ['az-9001', 'AZ-9001'],
    ['AZ\u200b-9001', 'AZ-9001'],
    ['AZ-\u00ad9001', 'AZ-9001'],
    ['\u202eAZ-9001', 'AZ-9001'],
    ['AZ – 9001', 'AZ-9001'],
    ['AZ−9001', 'AZ-9001'],
    ['AZ\u20119001', 'AZ-9001'],
    ['ＡＺ－９００１', 'AZ-9001'],
    ['АZ-9001', 'AZ-9001'],
    ['ΑΖ-9001', 'AZ-9001'],
    ['Ә-1', 'Ə-1'],
    ['i-1', 'I-1'],
    ['ı-1', 'I-1'],
    ['İ-1', 'I-1'],
    ['E\u0301-1', 'É-1'],
    ['17/2025', '17/2025'],
    ['ß-1', 'SS-1'],
    ['ẞ-1', 'SS-1'],
  ])('of %j is %j', (given, key) => expect(foldedKey(given)).toBe(key));

  it.each([
    ['AZ-9001', 'AZ-9002'],
    ['AZ-9001', 'AZ-09001'],
    ['AZ-9001', 'AZ/9001'],
    ['AZ-9001', 'AZ9001'],
    ['Б-1', 'B-1'],
    ['Ö-1', 'O-1'],
  ])('tells %j from %j', (one, other) => expect(foldedKey(one)).not.toBe(foldedKey(other)));

  it('is its own key, for any text and for every letter', () => {
    fc.assert(
      fc.property(text, (given) => foldedKey(foldedKey(given)) === foldedKey(given)),
      { numRuns: 2_000 },
    );
    const unstable: string[] = [];
    for (let code = 0; code <= 0x1ffff; code += 1) {
      if (/[\p{Script=Han}\p{Script=Hangul}\p{Cn}\p{Cs}\p{Co}]/u.test(String.fromCodePoint(code))) continue;
      const key = foldedKey(String.fromCodePoint(code));
      if (foldedKey(key) !== key) unstable.push(code.toString(16));
    }
    expect(unstable).toEqual([]);
  });

  it('is the same for every spelling of one text: normalisation, case, white space and invisible characters', () => {
    const noise = fc.constantFrom(' ', '\u00a0', '\u200b', '\u00ad', '\u2066', '\u2028', '\ufeff');
    fc.assert(
      fc.property(text, noise, (drawn, noise) => {
        // The one mark whose capital is a letter: capitals and canonical order do not commute (Unicode 5.18).
        const given = drawn.normalize('NFD').replaceAll('\u0345', '');
        const spellings = [
          given.normalize('NFD'),
          given.normalize('NFKC'),
          given.toUpperCase(),
          given.toLowerCase(),
          noise + given + noise,
        ];
        expect(spellings.map(foldedKey)).toEqual(spellings.map(() => foldedKey(given)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the scripts of a text', () => {
  it.each([
    ['Həsən Ələkbərov', ['Latn']],
    ['Гасан', ['Cyrl']],
    ["D'Artagnan-2 ʼ", ['Latn']],
    ['Иван Smithson', ['Latn', 'Cyrl']],
    ['გიორგი', ['Geor']],
    ['2025', []],
    ['漢字', []],
  ])('of %j are %j', (given, scripts) => expect(scriptsOf(given)).toEqual(scripts));

  it.each([
    ['Гаsанов', true],
    ['Иван Smith', false],
    ['Anna-Мария', false],
    ['Həsənov', false],
    ['Э\u0301лчин', false],
  ])('%j mixes them inside a word: %j', (given, mixed) => expect(mixesScripts(given)).toBe(mixed));
});
