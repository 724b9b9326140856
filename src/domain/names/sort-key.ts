/** Sort keys for SQL: comparing them byte by byte gives the order that a reader expects. */

/** The Azerbaijani alphabet of 1992; `w`, which occurs in foreign names only, is put after `v`. */
const ALPHABET = 'abcçdeəfgğhxıijkqlmnoöprsştuüvwyz';

const SORT_KEY_BY_LETTER: ReadonlyMap<string, string> = new Map(
  [...ALPHABET].map((letter, index) => [letter, String.fromCharCode('A'.charCodeAt(0) + index)]),
);

/** Sorts after every key: used for cases without a name or a reference. */
export const SORTS_LAST = '\u{10FFFF}';

/**
 * The sort key of a name in Azerbaijani alphabetical order. Letters of other Latin alphabets count as their base letter,
 * other scripts (Cyrillic) follow in code point order with ё as е, words are compared one by one, apostrophes are ignored.
 */
export const nameSortKey = (name: string): string =>
  [...name.normalize('NFC').toLocaleLowerCase('az')].map(letterKey).join('').trim().replace(/ +/g, ' ');

const letterKey = (letter: string): string => {
  if (/['’‘ʼ`´]/.test(letter)) return '';
  if (!/[\p{Letter}\p{Number}\p{Mark}]/u.test(letter)) return ' ';
  if (letter === 'ё') return 'е';
  const base = /\p{Script=Latin}/u.test(letter) ? letter.normalize('NFD').charAt(0) : letter;
  return SORT_KEY_BY_LETTER.get(letter) ?? SORT_KEY_BY_LETTER.get(base) ?? letter;
};

/**
 * The sort key of a reference in natural order, ignoring case: AZ-2 sorts before AZ-10. The reference itself is appended as
 * tie-breaker for AZ-2 and AZ-02.
 */
export const referenceSortKey = (reference: string): string =>
  `${reference.toUpperCase().replace(/\d+/g, numberKey)} ${reference}`;

/** Prefixes the digits, without leading zeros, with their count (at most 99), so that text order is numeric order. */
const numberKey = (digits: string): string => {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return String(Math.min(significant.length, 99)).padStart(2, '0') + significant;
};
