import { likenessOf, type Likeness } from '../../../src/domain/names/likeness.js';
import { matchNames } from '../../../src/domain/names/ranking.js';

interface Said {
  readonly name: string;
  readonly born?: string;
  readonly sex?: string;
}
const likeness = (one: Said, other: Said): Likeness =>
  likenessOf(matchNames(one.name, other.name), data(one), data(other));
const data = ({ born = null, sex = null }: Partial<{ born: string | null; sex: string | null }>) => ({ born, sex });

const ELSHAN = { name: 'Elşən Ramiz oğlu Həsənov', born: '1980', sex: 'm' };

describe('the likeness of two records', () => {
  it.each<[string, Said]>([
    ['another spelling', { name: 'Эльшан Рамиз оглы Гасанов', born: '1980' }],
    ['a day of that year', { name: 'Elshan Hasanov', born: '1980-05-03' }],
    ['an approximate year', { name: 'Hasanov Elshan', born: '1981~' }],
    ['an initial', { name: 'E. Hasanov', born: '1980', sex: 'm' }],
  ])('is probable where name and year of birth agree: %s', (_, other) => {
    expect(likeness(ELSHAN, other)).toMatchObject({ isProbable: true });
    expect(likeness(other, ELSHAN)).toEqual(likeness(ELSHAN, other));
    expect(likeness(ELSHAN, other).why).toContain('birth-agrees');
  });

  it.each<[string, Said, string | null]>([
    ['a homonym', { name: 'Elşən Ramiz oğlu Həsənov', born: '1975' }, 'birth-differs'],
    ['the son of another father', { name: 'Elşən Tofiq oğlu Həsənov', born: '1980' }, 'other-patronymic'],
    ['a relative', { name: 'Elşən Həsənli', born: '1980' }, 'other-ending'],
    ['a woman', { name: 'Elşən Həsənov', born: '1980', sex: 'f' }, 'sex-differs'],
    ['a date of birth that nobody knows', { name: 'Elşən Həsənov' }, null],
  ])('is not for %s', (_, other, why) => {
    const { isProbable, why: reasons, score } = likeness(ELSHAN, other);
    expect(isProbable).toBe(false);
    if (why !== null) expect(reasons).toContain(why);
    expect(score).toBeLessThan(likeness(ELSHAN, { name: 'E. Hasanov', born: '1980' }).score);
  });

  it('is nothing where the names do not match', () => {
    expect(likeness(ELSHAN, { name: 'Sevinc Kərimli', born: '1980' })).toMatchObject({ score: 0, isProbable: false });
  });
});
