import { circumstancesOf, likenessOf, type Likeness } from '../../../src/domain/names/likeness.js';
import { matchNames } from '../../../src/domain/names/ranking.js';

interface Said {
  readonly name: string;
  readonly born?: string;
  readonly sex?: string;
  readonly arrests?: readonly string[];
  readonly places?: readonly string[];
}
const likeness = (one: Said, other: Said): Likeness =>
  likenessOf(matchNames(one.name, other.name), data(one), data(other));
const data = ({ born, sex, arrests = [], places = [] }: Omit<Said, 'name'>) => ({
  born: born ?? null,
  sex: sex ?? null,
  circumstances: { arrests, places },
});

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

  it('is greater where an arrest on one day agrees and no year of birth tells; a month or a place is a reason only', () => {
    const elshan = { name: 'Elşən Həsənov', arrests: ['2024-03-05', '2020-01'], places: ['ganja'] };
    const unknown = likeness(elshan, { name: 'Elşən Həsənov' });
    const sameDay = likeness(elshan, { name: 'Elşən Həsənov', arrests: ['2024-03-05'] });
    const sameMonth = likeness(elshan, { name: 'Elşən Həsənov', arrests: ['2020-01'] });
    const samePlace = likeness(elshan, { name: 'Elşən Həsənov', places: ['ganja'] });
    expect([unknown.why, sameDay.why, sameMonth.why, samePlace.why].map((why) => why.slice(1))).toEqual([
      [],
      ['arrest-agrees'],
      [],
      ['place-agrees'],
    ]);
    expect(sameDay.score).toBeGreaterThan(unknown.score);
    expect([sameMonth.score, samePlace.score]).toEqual([unknown.score, unknown.score]);
  });

  it('takes days of arrest and places, in any spelling, from the events', () => {
    const sources = { sources: [], reliability: 'reported' as const };
    const circumstances = circumstancesOf([
      { type: 'described', region: 'Gəncə', ...sources },
      { type: 'arrested', occurredOn: '2024-03-05', place: 'Гянджа', ...sources },
      { type: 'arrested', occurredOn: '2024-03-05', ...sources },
    ]);
    expect(circumstances.arrests).toEqual(['2024-03-05']);
    expect(circumstances.places).toContain(
      circumstancesOf([{ type: 'described', region: 'Ganja', ...sources }]).places[0],
    );
  });

  it('is nothing where the names do not match', () => {
    expect(likeness(ELSHAN, { name: 'Sevinc Kərimli', born: '1980' })).toMatchObject({ score: 0, isProbable: false });
  });
});
