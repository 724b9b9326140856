/** Keys under which texts stand in the order a reader expects, compared byte by byte. */

/** The Azerbaijani alphabet of 1992 in its order; `w` is no letter of it and stands after `v`, as in foreign names. */
const ALPHABET = 'abcçdeəfgğhxıijkqlmnoöprsştuüvwyz';

const RANK: ReadonlyMap<string, string> = new Map(
  [...ALPHABET].map((letter, at) => [letter, String.fromCharCode('A'.charCodeAt(0) + at)]),
);

/** After every text: what has no name or no reference stands last. */
export const SORTS_LAST = '\u{10FFFF}';

/**
 * The key of a name in Azerbaijani alphabetical order: letters of other Latin alphabets count as their base letter,
 * other scripts (Cyrillic) follow in their own order, words are compared one by one, apostrophes are passed over.
 */
export const nameSortKey = (name: string): string =>
  [...name.normalize('NFC').toLocaleLowerCase('az')].map(keyOf).join('').trim().replace(/ +/g, ' ');

const keyOf = (letter: string): string => {
  if (/['’‘ʼ`´]/.test(letter)) return '';
  if (!/[\p{Letter}\p{Number}\p{Mark}]/u.test(letter)) return ' ';
  if (letter === 'ё') return 'е';
  const base = /\p{Script=Latin}/u.test(letter) ? letter.normalize('NFD').charAt(0) : letter;
  return RANK.get(letter) ?? RANK.get(base) ?? letter;
};

/**
 * The key of a reference in natural order: runs of digits count as numbers, so that AZ-2 stands before AZ-10; large
 * and small letters count alike. References with one key (AZ-2, AZ-02) keep an order by their text.
 */
export const referenceSortKey = (reference: string): string =>
  `${reference.toUpperCase().replace(/\d+/g, numberKey)} ${reference}`;

/** The digits after how many they are, leading zeros aside; 99 digits and more count as 99. */
const numberKey = (digits: string): string => {
  const significant = digits.replace(/^0+(?=\d)/, '');
  return String(Math.min(significant.length, 99)).padStart(2, '0') + significant;
};
