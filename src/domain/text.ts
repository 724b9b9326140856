/** When two texts are the same, and in which script a text is written. */

/** The form in which texts are stored and compared (Unicode NFC). */
export const toNfc = (text: string): string => text.normalize('NFC');

/** Capital letters of other alphabets, and of Azerbaijani, that look like a Latin one. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    ['АВЕӘЅІӀЈКМНОӨРСТУҮХԚԜҺ', 'ABEƏSIIJKMHOƟPCTYYXQWH'],
    ['ΑΒΕΖΗΙͿΚΜΝΟΡϹΤΥΧ', 'ABEZHIJKMNOPCTYX'],
  ].flatMap(([from = '', to = '']) => [...from].map((letter, at) => [letter, [...to][at] ?? letter] as const)),
);

const INVISIBLE = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;
const DASH = /[\p{Dash_Punctuation}\u2212\u2043\u02D7]/gu;

/**
 * The key under which references are unique: compatibility forms, case, dashes, white space, invisible characters and letters
 * of one look do not tell two apart. What is written in capitals and ASCII, as most references are, is its own key. The key names
 * the streams of claims, so another folding would lose them.
 */
export const foldedKey = (text: string): string => {
  const letters = text.normalize('NFKC').toUpperCase().normalize('NFKD').toUpperCase();
  const alike = letters.replace(INVISIBLE, '').replace(DASH, '-').replace(/./gsu, alikeTo);
  // The dot of a Turkic capital I, since the small i of other languages has none to lose.
  return alike.replace(/I\u0307+/g, 'I').normalize('NFKC');
};

const alikeTo = (letter: string): string => LOOK_ALIKES.get(letter) ?? letter;

/** Scripts by their ISO 15924 code; letters of any other count as of none. */
const SCRIPT_OF_LETTER = [
  ['Latn', /\p{Script=Latin}/u],
  ['Cyrl', /\p{Script=Cyrillic}/u],
  ['Arab', /\p{Script=Arabic}/u],
  ['Geor', /\p{Script=Georgian}/u],
  ['Armn', /\p{Script=Armenian}/u],
  ['Hebr', /\p{Script=Hebrew}/u],
  ['Grek', /\p{Script=Greek}/u],
] as const;

type ScriptOfLetter = (typeof SCRIPT_OF_LETTER)[number][0];

/** The scripts of a text's letters, that of most letters first. */
export const scriptsOf = (text: string): readonly ScriptOfLetter[] => {
  const counts = new Map<ScriptOfLetter, number>();
  for (const letter of text.match(/\p{Letter}/gu) ?? []) {
    const script = SCRIPT_OF_LETTER.find(([, letters]) => letters.test(letter))?.[0];
    if (script !== undefined) counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([script]) => script);
};

/** Whether a word of the text has letters of several scripts: a slip of the keyboard, or a deceit. */
export const mixesScripts = (text: string): boolean =>
  (text.match(/[\p{Letter}\p{Mark}]+/gu) ?? []).some((word) => scriptsOf(word).length > 1);
