/** Normal forms under which texts are compared, and the scripts in which they are written. */

/** Texts are stored and compared in Unicode NFC. */
export const toNfc = (text: string): string => text.normalize('NFC');

/** Replaces every kind of space (no-break, narrow, wide) by the plain one, since they look alike. */
export const withPlainSpaces = (text: string): string => text.replace(/\p{Space_Separator}/gu, ' ');

/** The Latin capital that looks the same, by Cyrillic or Greek capital. */
const LATIN_BY_LOOK_ALIKE: ReadonlyMap<string, string> = new Map(
  [
    ['АВЕӘЅІӀЈКМНОӨРСТУҮХԚԜҺ', 'ABEƏSIIJKMHOƟPCTYYXQWH'],
    ['ΑΒΕΖΗΙͿΚΜΝΟΡϹΤΥΧ', 'ABEZHIJKMNOPCTYX'],
  ].flatMap(([from = '', to = '']) => [...from].map((letter, index) => [letter, [...to][index] ?? letter] as const)),
);

const IGNORED_CHARACTER = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;
const ANY_DASH = /[\p{Dash_Punctuation}\u2212\u2043\u02D7]/gu;

/**
 * The key under which references are unique. It ignores case, compatibility forms, kinds of dashes, white space, invisible
 * characters, and the difference between look-alike letters; upper-case ASCII without spaces folds to itself. Stream names of
 * reference claims are made from this key: changing the folding would lose existing claims.
 */
export const foldedKey = (text: string): string => {
  // Lower case first, since `ẞ` would stay `ẞ` in upper case, while `ß` becomes `SS`.
  const letters = text.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKD').toUpperCase();
  const unified = letters.replace(IGNORED_CHARACTER, '').replace(ANY_DASH, '-').replace(/./gsu, latinLookAlike);
  // `İ` decomposes into I and U+0307; the upper case of other languages' `i` has no dot, so the dot is dropped.
  return unified.replace(/I\u0307+/g, 'I').normalize('NFKC');
};

const latinLookAlike = (letter: string): string => LATIN_BY_LOOK_ALIKE.get(letter) ?? letter;

/** Recognised scripts by ISO 15924 code; letters of other scripts are not counted. */
const SCRIPT_PATTERNS = [
  ['Latn', /\p{Script=Latin}/u],
  ['Cyrl', /\p{Script=Cyrillic}/u],
  ['Arab', /\p{Script=Arabic}/u],
  ['Geor', /\p{Script=Georgian}/u],
  ['Armn', /\p{Script=Armenian}/u],
  ['Hebr', /\p{Script=Hebrew}/u],
  ['Grek', /\p{Script=Greek}/u],
] as const;

type Script = (typeof SCRIPT_PATTERNS)[number][0];

/** The scripts of a text's letters, the most frequent first. */
export const scriptsOf = (text: string): readonly Script[] => {
  const counts = new Map<Script, number>();
  for (const letter of text.match(/\p{Letter}/gu) ?? []) {
    const script = SCRIPT_PATTERNS.find(([, pattern]) => pattern.test(letter))?.[0];
    if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([script]) => script);
};

/** Whether one word mixes scripts, which is a typing error or an attempt to deceive. */
export const mixesScripts = (text: string): boolean =>
  (text.match(/[\p{Letter}\p{Mark}]+/gu) ?? []).some((word) => scriptsOf(word).length > 1);
