/** Generators of names, and of texts that somebody may send as a name. */
import * as fc from 'fast-check';

const LATIN = 'abcçdeəfgğhxıijkqlmnoöprsştuüvyz';
const CYRILLIC = 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя';

const wordOf = (alphabet: string): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 12 });

const ENDINGS = [
  'ov',
  'yev',
  'ova',
  'yeva',
  'li',
  'lu',
  'zadə',
  'zadeh',
  'qızı',
  'oğlu',
  'ovich',
  'ович',
  'евна',
  'заде',
  'лы',
];

/** Signs alone are no word, and no name begins with one. */
const beginsWithLetter = (word: string): boolean => !/^[ъь]/.test(word);

/** A word or several, each in one alphabet, often with an ending of names. */
export const azerbaijaniName: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.oneof(wordOf(LATIN), wordOf(CYRILLIC).filter(beginsWithLetter)), fc.constantFrom('', '', ...ENDINGS)),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((words) => words.map(([word, ending]) => (sameScript(word, ending) ? word + ending : word)).join(' '));

const isCyrillic = (text: string): boolean => /\p{Script=Cyrillic}/u.test(text);
const sameScript = (word: string, ending: string): boolean => isCyrillic(word) === isCyrillic(ending);

/** Anything, unpaired surrogates, marks, invisible and bidirectional characters and database syntax included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom(
      ...'əƏıIİiğĞöüşçaeoyhxqkgcjdzsvlu\u0430\u043e\u0435\u0438\u0439\u044e\u044f\u0416 \'’"*-()^:%_\u200b\u200f\u202e\u0301\u0307\u0327\ud800\udc00ﬁßǰ①१عჯ',
    ),
  }),
  fc
    .array(fc.constantFrom('oğlu', 'qızı', 'ович', 'zadə', 'lu', 'ev', 'a', ' ', '-', "'"), { maxLength: 8 })
    .map((t) => t.join('')),
);

/** Upper and lower case, as Azerbaijani and as English computers write them. */
export const caseVariants = (name: string): readonly string[] => [
  name.toLocaleUpperCase('az'),
  name.toUpperCase(),
  name.toLowerCase(),
  name.toLocaleLowerCase('az'),
];
