/**
 * Writes names in one set of Latin letters. Azerbaijani names reach the register in three spellings: Azerbaijani
 * (Həsənov), Russian (Гасанов) and that of the English press (Hasanov, Gasanov). Each sound is written as the given
 * spelling has it; folding.ts merges the differences.
 */

/**
 * `w`, and Latin letters beyond ASCII; other accented letters become their base letter. `ı` and `i` become one letter, since ASCII texts
 * have no `ı`.
 */
const ROMANISED_BY_LATIN_LETTER: ReadonlyMap<string, string> = new Map(
  Object.entries({ ə: 'a', ğ: 'g', ı: 'i', ö: 'o', ü: 'u', š: 'ş', č: 'ç', ž: 'j', ß: 's', æ: 'a', ø: 'o', w: 'v' }),
);

/** Russian, and the Cyrillic alphabets in which Azerbaijani (until 1991) and its neighbours were or are written. */
const ROMANISED_BY_CYRILLIC_LETTER: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'yo', ж: 'j', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l' },
    ...{ м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'x', ц: 'ts', ч: 'ç', ш: 'ş' },
    ...{ щ: 'ş', ъ: '', ы: 'i', ь: '', э: 'e', ю: 'yu', я: 'ya' },
    ...{ ә: 'a', ғ: 'g', ҝ: 'g', һ: 'h', ө: 'o', ү: 'u', ҹ: 'j', ј: 'y', қ: 'q', ҷ: 'j', ұ: 'u', ӯ: 'u', ў: 'u' },
    ...{ і: 'i', ї: 'yi', є: 'ye', ґ: 'g', ң: 'n', ѕ: 's' },
  }),
);

/** Letters of Azerbaijani that English press spellings do not have. `ı` is not among them: it is also the small form of ASCII `I` here. */
const AZERBAIJANI_LETTER = /[əğşçöü]/u;

/**
 * English press spellings write one sound with two or more letters (Dzhafar, Djafar and Jafar are Cəfər). A word with
 * Azerbaijani letters has no such groups: in Məchulli, `c` and `h` are two sounds.
 */
const ROMANISED_BY_DIGRAPH: ReadonlyMap<string, string> = new Map(
  Object.entries({ dzh: 'j', dj: 'j', zh: 'j', tch: 'ç', ch: 'ç', sch: 'ş', sh: 'ş', kh: 'x', gh: 'g', ph: 'f' }),
);
const DIGRAPH = /dzh|dj|zh|tch|ch|sch|sh|kh|gh|ph/g;

const VOWEL = /[aeiou]/u;
const CONSONANT = /[bcdfghjklmnpqrstvxzçş]/u;

/**
 * Writes one word in the Latin letters `abdefghijklmnopqrstuvxzçş`; letters of scripts other than Latin and Cyrillic stay,
 * marks and apostrophes go. Upper and lower case, composed and decomposed letters give the same.
 */
export const romanise = (word: string): string => {
  const lower = withoutLookAlikes(word.normalize('NFKC')).toLocaleLowerCase('az').normalize('NFC');
  const latin = AZERBAIJANI_LETTER.test(lower)
    ? lower
    : lower.replace(DIGRAPH, (group) => ROMANISED_BY_DIGRAPH.get(group) ?? group);
  const cyrillic = latin.replace(/дж/gu, 'ж');
  const letters = [...cyrillic].map(romanLetter).join('').replace(/c/g, 'j');
  return withoutY(letters);
};

const romanLetter = (letter: string): string => {
  const roman = ROMANISED_BY_CYRILLIC_LETTER.get(letter) ?? ROMANISED_BY_LATIN_LETTER.get(letter);
  if (roman !== undefined) return roman;
  if (/[a-z0-9çş]/u.test(letter)) return letter;
  const [base = ''] = letter.normalize('NFD').replace(/[^\p{Letter}\p{Number}]/gu, '');
  return ROMANISED_BY_CYRILLIC_LETTER.get(base) ?? ROMANISED_BY_LATIN_LETTER.get(base) ?? base;
};

/**
 * Removes every `y`, since spellings differ in it: `ye` becomes `e` at the start of a word and after a vowel (Aliyev, Aliev; Yeganə,
 * Егана), `y` between a consonant and a vowel is dropped (Gyulnara, Гюльнара, Gülnarə). Elsewhere it becomes `i` (Huseynov, Huseinov;
 * Vagifgyzy).
 */
const withoutY = (letters: string): string => {
  const all = [...letters];
  return all
    .map((letter, index) => {
      if (letter !== 'y') return letter;
      const before = all[index - 1] ?? '';
      const after = all[index + 1] ?? '';
      const softens = CONSONANT.test(before) && VOWEL.test(after);
      return softens || (after === 'e' && !CONSONANT.test(before)) ? '' : 'i';
    })
    .join('');
};

/** Cyrillic capitals and the Latin capitals that look the same. */
const CAPITALS_THAT_LOOK_ALIKE = ['АВЕӘІЈКМНОӨРСТУХҺЅ', 'ABEƏIJKMHOÖPCTYXHS'] as const;
const letterMap = (from: string, to: string): ReadonlyMap<string, string> =>
  new Map([...from].map((letter, index) => [letter, [...to][index] ?? letter]));
const LATIN_BY_CYRILLIC_LOOK_ALIKE = letterMap(...CAPITALS_THAT_LOOK_ALIKE);
const CYRILLIC_BY_LATIN_LOOK_ALIKE = letterMap(CAPITALS_THAT_LOOK_ALIKE[1], CAPITALS_THAT_LOOK_ALIKE[0]);

/**
 * Unifies a word that mixes Latin and Cyrillic, be it by a wrong keyboard layout or to deceive: letters of the rarer script become the
 * letters of the other that they look like. `Нasanov` with a Cyrillic Н is Hasanov.
 */
const withoutLookAlikes = (word: string): string => {
  if (!/\p{Script=Cyrillic}/u.test(word)) return word;
  const latin = word.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const cyrillic = [...word.toLocaleLowerCase('az')].filter((letter) =>
    ROMANISED_BY_CYRILLIC_LETTER.has(letter),
  ).length;
  if (latin === 0 || cyrillic === 0) return word;
  const table = latin >= cyrillic ? LATIN_BY_CYRILLIC_LOOK_ALIKE : CYRILLIC_BY_LATIN_LOOK_ALIKE;
  return [...word].map((letter) => table.get(letter.toLocaleUpperCase('az')) ?? letter).join('');
};
