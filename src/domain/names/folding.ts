/**
 * Folds names to a key that the spellings of one name share. A search finds names of the same key first; names that merely resemble it
 * rank lower (ranking.ts). Different names may share a key, so it only suggests; a person decides.
 */
import { LRUCache } from 'lru-cache';
import { romanise } from './romanise.js';

/** How the word stands in the name: an initial (`E.`), the father's name (`Ramiz oğlu`, `Рамизович`), or anything else. */
export type WordRole = 'name' | 'initial' | 'patronymic';

export interface NameWord {
  /** The word in Latin letters (`romanise`), as this spelling has it; compared if keys are equal. */
  readonly letters: string;
  /** Shared by the spellings of the word. */
  readonly key: string;
  /** The key without the ending of a surname; the key itself where there is none. */
  readonly stem: string;
  /** The key without vowels, except one at its beginning, with consonants that sound alike written as one; a short key stays as it is. */
  readonly skeleton: string;
  readonly role: WordRole;
}

/** Names longer than this are compared by their first words. */
export const MAX_COMPARED_NAME_WORDS = 12;

/** Words with shorter keys are not compared for resemblance: they resemble too many others. */
export const MIN_FUZZY_KEY_LENGTH = 4;

/** The most code units of a name; the rest is ignored. */
const MAX_NAME_LENGTH = 1_000;
/** The most code units of a word, of a name or of any other text; the rest is ignored. */
const MAX_WORD_LENGTH = 60;

/** The key of `son of`, which follows the father's name: Ramiz oğlu, Ramiz ogly, Рамиз оглы. */
const SON_OF = 'uglu';
/** The key of `daughter of`: Vaqif qızı, Вагиф гызы. */
const DAUGHTER_OF = 'gizi';
const PATRONYMIC_MARKER_BY_KEY: ReadonlyMap<string, string> = new Map([
  [SON_OF, SON_OF],
  ['ugli', SON_OF],
  [DAUGHTER_OF, DAUGHTER_OF],
]);

/** The words of a name in their order, at most MAX_COMPARED_NAME_WORDS. Any text is accepted; one without letters and digits has none. */
export const nameWords = (text: string): readonly NameWord[] => {
  const words: NameWord[] = [];
  for (const part of foldWordsOfName(text)) {
    const last = words.at(-1);
    if (last !== undefined && PATRONYMIC_MARKER_BY_KEY.has(part.key))
      words[words.length - 1] = { ...last, role: 'patronymic' };
    else words.push(part);
  }
  return words.slice(0, MAX_COMPARED_NAME_WORDS);
};

/**
 * The key of a whole name: the keys of its words in their order, `son of` and `daughter of` included. The key of a key is the key itself.
 * Həsənov, Hasanov, Gasanov and Гасанов share one; so do Vaqifqızı and Вагиф гызы, Рамизович and Ramiz oğlu.
 */
export const nameKey = (text: string): string =>
  foldWordsOfName(text)
    .map(({ key }) => PATRONYMIC_MARKER_BY_KEY.get(key) ?? key)
    .join(' ');

/** How many words of a text, such as a summary, are searched; further words are ignored. */
const MAX_TEXT_WORDS = 1_000;

/** The keys of the words of any text, such as a summary, in their order: a word in another spelling or script has the same. */
export const wordKeys = (text: string): readonly string[] =>
  (text.normalize('NFKC').match(WORD_PATTERN) ?? [])
    .slice(0, MAX_TEXT_WORDS)
    .flatMap((word) => foldWordCached(word.slice(0, MAX_WORD_LENGTH)).map(({ key }) => key));

const toNameWord = (letters: string, initial: boolean): NameWord => {
  const key = wordKeyOf(letters);
  return { letters, key, stem: stemOf(key), skeleton: skeletonOf(key), role: initial ? 'initial' : 'name' };
};

/** Two neighbouring words written as one (Mir Həsən, Mirhəsən); null where either is an initial or a father's name. */
export const joinedWord = (first: NameWord, second: NameWord): NameWord | null =>
  first.role === 'name' && second.role === 'name' ? toNameWord(first.letters + second.letters, false) : null;

/**
 * The beginnings of keys that a word may grow to while somebody types it: `Aliye` is about to become Aliyev, whose ending has
 * another vowel in the key.
 */
export const prefixesOfUnfinishedWord = ({ letters, key }: NameWord): readonly string[] =>
  letters.endsWith('e') && key.length > 1 ? [key, `${key.slice(0, -1)}u`] : [key];

/** Hyphens and dots part words as spaces do; apostrophes and marks belong to the word (Mə’sud). */
const WORD_PATTERN = /[\p{Letter}\p{Number}][\p{Letter}\p{Number}\p{Mark}\p{Format}'’‘ʼ`´]*/gu;

/** The folded words of a name, before patronymics are recognised; a patronymic written as one word gives two. */
const foldWordsOfName = (text: string): readonly NameWord[] =>
  (text.slice(0, MAX_NAME_LENGTH).normalize('NFKC').match(WORD_PATTERN) ?? [])
    .slice(0, 2 * MAX_COMPARED_NAME_WORDS)
    .flatMap((word) => foldWordCached(word.slice(0, MAX_WORD_LENGTH)));

/** Folded words by spelling: names are made of few words, and folding one takes longer than finding and comparing it. */
const FOLDED_WORD_CACHE = new LRUCache<string, readonly NameWord[]>({ max: 20_000 });

const foldWordCached = (word: string): readonly NameWord[] => {
  const known = FOLDED_WORD_CACHE.get(word);
  if (known !== undefined) return known;
  const folded = foldWord(word);
  FOLDED_WORD_CACHE.set(word, folded);
  return folded;
};

/** Folds one word; a patronymic written as one (`Vaqifqızı`) gives two, the father's name and `son of` or `daughter of`. */
const foldWord = (word: string): readonly NameWord[] => {
  const letters = romanise(word);
  // An initial is one letter, as written (`Ş.`, `Ю.`) or in Latin letters (`Sh.`, which becomes `ş`).
  const initial = [...letters].length === 1 || word.match(/\p{Letter}/gu)?.length === 1;
  return splitPatronymic(letters).map((part) => toNameWord(part, initial));
};

/** A patronymic in one word: Vaqifqızı (Vaqif qızı), Ramizoğlu, and the Russian Рамизович, Вагифовна. */
const PATRONYMIC_PATTERNS = [
  [/^(.{3,})gizi$/u, DAUGHTER_OF],
  [/^(.{3,})ugl[iu]$/u, SON_OF],
  [/^(.{2,})[au]viç$/u, SON_OF],
  [/^(.{2,})[au]vna$/u, DAUGHTER_OF],
] as const;

const splitPatronymic = (letters: string): readonly string[] => {
  const sounds = mergeSounds(letters);
  for (const [pattern, marker] of PATRONYMIC_PATTERNS) {
    const father = pattern.exec(sounds)?.[1];
    if (father !== undefined) return [...splitPatronymic(father), marker];
  }
  return letters === '' ? [] : [letters];
};

/**
 * Merges sounds that one spelling tells apart and another does not:
 * - h, x, q, k, g: Russian has no h (Гасанов), English no q (Gurbanov), and q was heard as k (Курбанов);
 * - ə, e, a: Məmmədov, Mammadov, Mamedov;
 * - ö, ü, o, u: Söyüdlü, Союдлу;
 * - ı, i, y (merged by `romanise`): Vaqifqızı, Vagifgyzy;
 * - the same sound twice: Məmmədov, Мамедов; Ülviyyə, Ульвия;
 * - n before b or p, which is heard as m: Qənbərov, Гамбаров;
 * - d before j, with which English and Russian write c: Hacıyev, Hadjiyev, Гаджиев.
 */
const mergeSounds = (letters: string): string =>
  letters
    .replace(/[hxqk]/g, 'g')
    .replace(/e/g, 'a')
    .replace(/o/g, 'u')
    .replace(/d+(?=j)/g, '')
    .replace(/n(?=[bp])/g, 'm')
    .replace(/(\p{Letter})\1+/gu, '$1');

/**
 * Endings that spellings write differently:
 * - -ov and -yev: Russian writes е after a hissing sound (Orucov, Оруджев); older English texts end in -ff;
 * - -lı, -li, -lu, -lü: Russian writes one vowel or the other (Söyüdlü, Soyudly);
 * - -zadə: -zade, -zada, -zadeh.
 */
const SURNAME_ENDINGS = [
  [/^(.{2,})[eo](?:v|ff)(a?)$/u, '$1ov$2'],
  [/^(.{3,})l(?:i+|[ou]+)$/u, '$1li'],
  [/^(.{2,})zad[ae]h?$/u, '$1zada'],
] as const;

const wordKeyOf = (letters: string): string =>
  mergeSounds(SURNAME_ENDINGS.reduce((word, [pattern, ending]) => word.replace(pattern, ending), letters));

/** A stem keeps three letters, or Vəli would be Va. */
const SURNAME_ENDING_OF_KEY = /^(.{3,}?)(?:i?uva?|li|zada)$/u;

const stemOf = (key: string): string => SURNAME_ENDING_OF_KEY.exec(key)?.[1] ?? key;

/** Consonants that are heard for each other at times, or that ASCII texts write alike: Mehdi, Мехти; Şahin, Sahin; Çingiz, Cingiz. */
const ALIKE_CONSONANTS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ş: 's', z: 's', ç: 'j', d: 't', b: 'p' }),
);

/** A short key is its own skeleton, since too many would share one: İsa would have that of Aişə, `as`. */
const skeletonOf = (key: string): string => (key.length < MIN_FUZZY_KEY_LENGTH ? key : consonantsOf(key));

const consonantsOf = (key: string): string =>
  [...key.replace(/^[aiu]+/, 'a').replace(/(?<!^)[aiu]/g, '')]
    .map((letter) => ALIKE_CONSONANTS.get(letter) ?? letter)
    .join('')
    .replace(/(\p{Letter})\1+/gu, '$1');
