import * as fc from 'fast-check';
import type { MatchReason } from '../../../src/domain/names/match-reasons.js';
import { MIN_MATCH_SCORE, matchNames } from '../../../src/domain/names/ranking.js';
import { assertProperty } from '../../support/property.js';
import { anyText, azerbaijaniName } from './arbitraries.js';
import { ownGroups } from './groups.js';

const PERSON = 'Elşən Ramiz oğlu Həsənov';

describe('the ranking of names', () => {
  it.each<[string, readonly MatchReason[]]>([
    ['Elşən Ramiz oğlu Həsənov', ['same-spelling']],
    ['ELŞƏN RAMİZ OĞLU HƏSƏNOV', ['same-spelling']],
    ['Эльшан Рамиз оглы Гасанов', ['other-spelling']],
    ['Гасанов Эльшан Рамизович', ['other-spelling', 'other-order']],
    ['Həsənov Elşən Ramiz', ['same-spelling', 'other-order']],
    ['Elshan Hasanov', ['same-spelling', 'partial']],
    ['E. Hasanov', ['initial', 'partial']],
    ['Hasanov', ['same-spelling', 'partial']],
    ['Elşən Hasanova', ['other-ending', 'partial']],
    ['Elşən Hasanof', ['resembles', 'partial']],
    ['Elşən Tofiq oğlu Həsənov', ['same-spelling', 'other-patronymic']],
  ])('finds the person in %s', (name, why) => {
    const match = matchNames(PERSON, name);
    expect(match.why).toEqual(why);
    expect(match.score).toBeGreaterThanOrEqual(MIN_MATCH_SCORE);
  });

  it('puts the surer spelling first, another ending and another father last', () => {
    const scores = [
      'Elşən Ramiz oğlu Həsənov',
      'Эльшан Рамиз оглы Гасанов',
      'Elşən Həsənov',
      'E. Həsənov',
      'Elşən Həsənli',
      'Elşən Tofiq oğlu Həsənov',
    ].map((name) => matchNames(PERSON, name).score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(scores.length);
    expect(scores[0]).toBe(1);
  });

  it.each([
    ['Elçin Həsənov', 'another given name'],
    ['Ramiz Həsənov', 'the name of the father'],
    ['R. Həsənov', 'the initial of the father'],
    ['İsa', 'nothing alike'],
    ['', 'nothing'],
    ['***', 'no letters'],
  ])('does not find the person in %j: %s', (name) =>
    expect(matchNames(PERSON, name).score).toBeLessThan(MIN_MATCH_SCORE),
  );

  it('reads two words as one where the other name does', () => {
    expect(matchNames('Mir Həsən Əliyev', 'Алиев Миргасан').why).toEqual(['other-spelling', 'other-order']);
    expect(matchNames('Mir-Həsən', 'Mirhasan').score).toBe(1);
  });

  it('finds every way to write a whole name, and ranks two people of the same name lower', () => {
    for (const group of ownGroups.sameFullName) {
      for (const one of group) for (const other of group) expect(matchNames(one, other).score).toBeGreaterThan(0.8);
    }
    const different = ownGroups.differentFullNames.map(([one, other]) => matchNames(one, other).score);
    expect(Math.max(...different)).toBeLessThan(0.9);
  });

  it('is the same from either side for initials of which one is two letters in the other script', () => {
    expect(matchNames('Ю', 'Y')).toEqual({ score: 0.9, why: ['initial'] });
    expect(matchNames('Y', 'Ю')).toEqual(matchNames('Ю', 'Y'));
  });

  it('is the same from either side, between 0 and 1, for any texts', () => {
    const text = fc.oneof(anyText, azerbaijaniName);
    const alike = azerbaijaniName.chain((name) =>
      fc.shuffledSubarray(name.split(' '), { minLength: 1 }).map((words) => [name, words.join(' ')] as const),
    );
    assertProperty(
      fc.property(fc.oneof(fc.tuple(text, text), alike), ([one, other]) => {
        const match = matchNames(one, other);
        const { score, why } = matchNames(other, one);
        expect(score).toBeCloseTo(match.score, 12);
        expect(why).toEqual(match.why);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(why.length === 0).toBe(score === 0);
      }),
      500,
    );
  });

  it('ranks a name highest with itself', () => {
    assertProperty(
      fc.property(azerbaijaniName, (name) => {
        expect(matchNames(name, name).score).toBeCloseTo(1, 12);
      }),
    );
  });
});
