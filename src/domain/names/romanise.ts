/**
 * Azerbaijani names reach the register in three spellings: Azerbaijani (Həsənov), Russian (Гасанов) and the English press's
 * (Hasanov, Gasanov). All are written here with one set of Latin letters, each sound as the spelling at hand gives it.
 */

/** Latin letters with marks whose base letter would be another sound. `ı` and `i` are one: ASCII texts have no `ı`. */
const LATIN: ReadonlyMap<string, string> = new Map(
  Object.entries({ ə: 'a', ğ: 'g', ı: 'i', ö: 'o', ü: 'u', š: 'ş', č: 'ç', ž: 'j', ß: 's', æ: 'a', ø: 'o', w: 'v' }),
);

/** Russian, and the Cyrillic alphabets in which Azerbaijani (until 1991) and its neighbours were or are written. */
const CYRILLIC: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'yo', ж: 'j', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l' },
    ...{ м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'x', ц: 'ts', ч: 'ç', ш: 'ş' },
    ...{ щ: 'ş', ъ: '', ы: 'i', ь: '', э: 'e', ю: 'yu', я: 'ya' },
    ...{ ә: 'a', ғ: 'g', ҝ: 'g', һ: 'h', ө: 'o', ү: 'u', ҹ: 'j', ј: 'y', қ: 'q', ҷ: 'j', ұ: 'u', ӯ: 'u', ў: 'u' },
    ...{ і: 'i', ї: 'yi', є: 'ye', ґ: 'g', ң: 'n', ѕ: 's' },
  }),
);

/** Letters that only Azerbaijani and Turkish have. `ı` is not among them: it is also the small form of ASCII `I` here. */
const AZERBAIJANI = /[əğşçöü]/u;

/**
 * English press spellings write one sound with two or more letters (Dzhafar, Djafar and Jafar are Cəfər). A word with
 * Azerbaijani letters has no such groups: in Məchulli, `c` and `h` are two sounds.
 */
const DIGRAPHS: ReadonlyMap<string, string> = new Map(
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
  const latin = AZERBAIJANI.test(lower) ? lower : lower.replace(DIGRAPH, (group) => DIGRAPHS.get(group) ?? group);
  const cyrillic = latin.replace(/дж/gu, 'ж');
  const letters = [...cyrillic].map(romanLetter).join('').replace(/c/g, 'j');
  return withoutY(letters);
};

const romanLetter = (letter: string): string => {
  const roman = CYRILLIC.get(letter) ?? LATIN.get(letter);
  if (roman !== undefined) return roman;
  if (/[a-z0-9çş]/u.test(letter)) return letter;
  const [base = ''] = letter.normalize('NFD').replace(/[^\p{Letter}\p{Number}]/gu, '');
  return CYRILLIC.get(base) ?? LATIN.get(base) ?? base;
};

/**
 * `y` before a vowel is written or left out at the writer's taste: `ye` is `e` at the start of a word and after a vowel (Aliyev,
 * Aliev; Yeganə, Егана), and after a consonant it only softens it (Gyulnara, Гюльнара, Gülnarə). Elsewhere it is a vowel
 * (Huseynov, Huseinov; Vagifgyzy).
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
const LOOK_ALIKES = ['АВЕӘІЈКМНОӨРСТУХҺЅ', 'ABEƏIJKMHOÖPCTYXHS'] as const;
const lookAlikes = (from: string, to: string): ReadonlyMap<string, string> =>
  new Map([...from].map((letter, index) => [letter, [...to][index] ?? letter]));
const TO_LATIN = lookAlikes(...LOOK_ALIKES);
const TO_CYRILLIC = lookAlikes(LOOK_ALIKES[1], LOOK_ALIKES[0]);

/**
 * In a word that mixes Latin and Cyrillic, which a keyboard left in the other layout or an attempt to deceive makes, letters of
 * the rarer script count as what they look like: `Нasanov` with a Cyrillic Н is Hasanov.
 */
const withoutLookAlikes = (word: string): string => {
  if (!/\p{Script=Cyrillic}/u.test(word)) return word;
  const latin = word.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const cyrillic = [...word.toLocaleLowerCase('az')].filter((letter) => CYRILLIC.has(letter)).length;
  if (latin === 0 || cyrillic === 0) return word;
  const table = latin >= cyrillic ? TO_LATIN : TO_CYRILLIC;
  return [...word].map((letter) => table.get(letter.toLocaleUpperCase('az')) ?? letter).join('');
};
