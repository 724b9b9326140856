import * as fc from 'fast-check';
import { MAX_COMPARED_NAME_WORDS, nameKey, nameWords } from '../../../src/domain/names/folding.js';
import { assertProperty } from '../../support/property.js';
import { anyText, azerbaijaniName, caseVariants } from './arbitraries.js';
import { names, ownGroups } from './groups.js';

const pairsOf = <T>(values: readonly T[]): readonly (readonly [T, T])[] =>
  values.flatMap((one, index) => values.slice(index + 1).map((other) => [one, other] as const));

const shareOfPairs = (groups: readonly (readonly string[])[]): number => {
  const pairs = groups.flatMap((group) => pairsOf(group));
  return pairs.filter(([one, other]) => nameKey(one) === nameKey(other)).length / pairs.length;
};

describe('the key of a name', () => {
  // One row a rule: what it is for is told where it stands.
  it.each([
    ['h, x, q, k and g', ['Həsənov', 'Гасанов', 'Hasanov', 'Gasanov']],
    ['q heard as k', ['Qurbanov', 'Курбанов', 'Gurbanov']],
    ['x and kh', ['Xədicə', 'Khadija', 'Хадиджа']],
    ['c, j, dj, dzh and дж', ['Cəfər', 'Jafar', 'Djafar', 'Dzhafar', 'Джафар', 'Ҹәфәр']],
    ['ə, a and e', ['Əhməd', 'Ahmad', 'Ahmed', 'Әһмәд']],
    ['ö, ü, o and u', ['Söyüdlü', 'Soyudlu', 'Союдлу']],
    ['ı, i and y', ['Vaqifqızı', 'Vagifgizi', 'Vagifgyzy', 'Вагифгызы']],
    ['ş and sh, ç and ch', ['Şahin Çingiz', 'Shahin Chingiz', 'Шахин Чингиз']],
    ['double letters', ['Məmmədov', 'Mammadov', 'Mamedov', 'Мамедов']],
    ['y before a vowel', ['Əliyev', 'Aliyev', 'Aliev', 'Алиев']],
    ['ye at the start', ['Yeganə', 'Yegana', 'Egana', 'Егана']],
    ['a softened consonant', ['Gülnarə', 'Gulnara', 'Gyulnara', 'Гюльнара']],
    ['n before b', ['Qənbərov', 'Гамбаров', 'Gambarov', 'Ганбаров']],
    ['e after a hissing sound', ['Orucov', 'Orujov', 'Orudzhev', 'Оруджев']],
    ['-lı and -li', ['Novruzlu', 'Novruzly', 'Новрузлу']],
    ['-zadə', ['Hüseynzadə', 'Huseynzada', 'Huseynzadeh', 'Гусейнзаде']],
    ['patronymics in one word and in two', ['Vaqif qızı', 'Vaqifqızı', 'Vagif gizi', 'Вагифовна', 'Вагиф кызы']],
    ['sons', ['Ramiz oğlu', 'Ramizoğlu', 'Ramiz oghlu', 'Ramiz ogly', 'Рамиз оглы', 'Рамизович']],
    ['apostrophes', ['Mə’sud', "Mə'sud", 'Masud', 'Масуд']],
    ['hyphens', ['Mir-Həsən', 'Mir Hasan', 'Мир Гасан']],
    ['decomposed letters', ['Çiçək', 'Çiçək'.normalize('NFD')]],
    ['look-alikes inside a word', ['Hasanov', '\u041dasanov', 'Has\u0430n\u043ev']],
    ['invisible letters', ['Hasanov', 'Has\u200banov', '\u202eHasanov\u202c', 'Hasa\u00adnov']],
  ])('is shared by spellings that differ in %s', (_, spellings) => {
    expect([...new Set(spellings.map(nameKey))]).toHaveLength(1);
  });

  it('reads c and h as two sounds in a word with Azerbaijani letters', () => {
    expect(nameKey('Məchulli')).toBe(nameKey('Majhulli'));
    expect(nameKey('Məchulli')).toBe(nameKey('Маджгулли'));
  });

  it.each([
    ['Həsənov', 'Həsənli'],
    ['Həsənov', 'Həsənova'],
    ['Vaqif', 'Vaqifqızı'],
    ['Elçin', 'Elşən'],
    ['Rzayev', 'Razayev'],
    ['Jafarov', 'Safarov'],
    ['Nömrə 9', 'Nömrə 99'],
  ])('tells %s from %s', (one, other) => expect(nameKey(one)).not.toBe(nameKey(other)));

  it('is shared by 95 % of the pairs of spellings, and by three pairs of different names at most', () => {
    expect(shareOfPairs(names.sameName)).toBeGreaterThan(0.95);
    expect(shareOfPairs(ownGroups.sameName)).toBeGreaterThan(0.95);
    const shared = names.differentNames.filter(([one, other]) => nameKey(one) === nameKey(other));
    expect(shared).toEqual([
      ['Bagirov', 'Bakirov'],
      ['Gadirov', 'Hadirov'],
      ['Hidayatov', 'Gidayatov'],
    ]);
    expect(ownGroups.differentNames.filter(([one, other]) => nameKey(one) === nameKey(other))).toEqual([]);
  });

  it('is its own key', () => {
    assertProperty(
      fc.property(fc.oneof(anyText, azerbaijaniName), (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
      }),
      500,
    );
  });

  it('does not depend on case or normal form', () => {
    assertProperty(
      fc.property(azerbaijaniName, (name) => {
        const key = nameKey(name);
        for (const variant of [...caseVariants(name), name.normalize('NFD'), name.normalize('NFKC')]) {
          expect(nameKey(variant)).toBe(key);
        }
      }),
    );
  });
});

describe('the words of a name', () => {
  it('are names, initials and the names of fathers', () => {
    const rolesOf = (name: string) => nameWords(name).map(({ key, role }) => [key, role]);
    expect(rolesOf('E. Ramiz oğlu Həsənov')).toEqual([
      ['a', 'initial'],
      ['ramiz', 'patronymic'],
      ['gasanuv', 'name'],
    ]);
    expect(rolesOf('Ю. Рамизович')).toEqual([
      ['iu', 'initial'],
      ['ramiz', 'patronymic'],
    ]);
    expect(rolesOf('Sh. Sevinc Vaqifqızı')).toEqual([
      ['ş', 'initial'],
      ['savinj', 'name'],
      ['vagif', 'patronymic'],
    ]);
  });

  it('have a stem without the ending, and a skeleton of consonants', () => {
    const [word] = nameWords('Mehdiyeva');
    expect(word).toMatchObject({ key: 'magdiuva', stem: 'magd', skeleton: 'mgtv' });
    expect(nameWords('Vəli')[0]).toMatchObject({ key: 'vali', stem: 'vali' });
    expect(nameWords('Əhməd')[0]).toMatchObject({ skeleton: 'agmt' });
  });

  it('are found in any text, and no more than a dozen', () => {
    assertProperty(
      fc.property(anyText, (text) => {
        const words = nameWords(text);
        expect(words.length).toBeLessThanOrEqual(MAX_COMPARED_NAME_WORDS);
        for (const { key } of words) expect(key).not.toMatch(/\s/);
      }),
      500,
    );
    expect(nameWords('')).toEqual([]);
    expect(nameWords('*?"%_-()\u200f\ud800')).toEqual([]);
    expect(nameWords('a '.repeat(10_000))).toHaveLength(MAX_COMPARED_NAME_WORDS);
    expect(nameWords('a'.repeat(10_000))).toHaveLength(1);
  });
});
