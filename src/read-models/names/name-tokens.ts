/**
 * The tokens under which the full-text index has a name, and the expressions that find them. A token begins with its kind:
 *
 * - `k:` a key of a word, or of two neighbouring words read as one; `b:` its first letters, up to three; `f:` the key of a father's name;
 * - `t:` a stem, `c:` a skeleton;
 * - `p:` the keys of two words, in either order, `s:` their stems, `d:` their skeletons. A common given name and a common surname
 *   have tens of thousands of names each, which the index would have to intersect; both together have few.
 *
 * Keys, stems and skeletons have letters and digits only, so that nothing that somebody types is syntax.
 */
import { prefixesOfUnfinishedWord, joinedWord, type NameWord } from '../../domain/names/folding.js';

/** Beginnings up to this length have tokens of their own (`b:`); longer ones match few keys, and are searched as a prefix of these. */
const MAX_BEGINNING_TOKEN_LETTERS = 3;

export const nameTokens = (words: readonly NameWord[]): readonly string[] => {
  const names = words.filter(isName);
  const joined = joinedKeys(names);
  const keys = [...names.map(({ key }) => key), ...joined.map(({ key }) => key)];
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const));
  const pairsOfKeys = [
    ...pairs.map(([one, other]) => [one.key, other.key] as const),
    ...joined.flatMap(({ key, index }) =>
      names.filter((_, at) => at !== index && at !== index + 1).map((other) => [key, other.key] as const),
    ),
  ];
  const tokens = [
    ...keys.map(keyToken),
    ...keys.flatMap(beginningTokens),
    ...words.filter((word) => !isName(word)).map(({ key }) => fatherToken(key)),
    ...names.flatMap(({ stem, skeleton }) => [`t:${stem}`, `c:${skeleton}`]),
    ...pairsOfKeys.flatMap(([one, other]) => [pairToken(one, other), pairToken(other, one)]),
    ...pairs.flatMap(([one, other]) => [
      unorderedPair('s', one.stem, other.stem),
      unorderedPair('d', one.skeleton, other.skeleton),
    ]),
  ];
  return [...new Set(tokens)];
};

/**
 * One stage of a search: expressions of FTS5 that are alternatives and searched at once. Where too many spellings match, each is searched
 * alone, the surest first.
 */
export interface SearchStage {
  readonly expressions: readonly string[];
  /** Selects the surest of the names that the first of `expressions` finds. */
  readonly surestNamesExpression?: string;
}

/**
 * Three stages: (1) all words, two neighbours also read as one; a father's name narrows many matches; (2) the last word as a beginning;
 * (3) words abbreviated to initials, all words but one (a father's name without `oğlu` is an extra word), stems, skeletons.
 */
export const searchStages = (typed: readonly NameWord[]): readonly SearchStage[] => {
  const names = typed.filter(isName).filter(isFirstOfItsKey);
  const fathers = typed.filter((word) => !isName(word)).map(({ key }) => key);
  if (names.length === 0) {
    if (fathers.length === 0) return [];
    return [
      {
        expressions: [
          allTermsExpression(fathers.map((key) => ({ exact: [key] }))),
          allOf(fathers.map(fatherToken).map(ftsPhrase)),
        ],
      },
    ];
  }
  const terms = names.map(termOf);
  const whole = allTermsExpression(terms);
  const last = names.at(-1);
  const begun: readonly Term[] =
    last?.role === 'name' ? [...terms.slice(0, -1), { begins: prefixesOfUnfinishedWord(last) }] : [];
  const joined = joinedKeys(names).map(({ key, index }): readonly Term[] => [
    ...terms.slice(0, index),
    { exact: [key] },
    ...terms.slice(index + 2),
  ]);
  // A name that a source abbreviates is stored abbreviated: Elshan Hasanov is to find E. Hasanov.
  const abbreviated = terms.map((term): Term =>
    'exact' in term ? { exact: [...new Set(term.exact.flatMap((key) => [key, firstLetters(key, 1)]))] } : term,
  );
  const butOne = terms.length < 3 ? [] : terms.map((_, index) => terms.filter((__, other) => other !== index));
  return [
    {
      expressions: [whole, ...joined.map(allTermsExpression)],
      ...(fathers.length > 0 && { surestNamesExpression: allOf([whole, ...fathers.map(fatherToken).map(ftsPhrase)]) }),
    },
    ...(begun.length === 0 ? [] : [{ expressions: [allTermsExpression(begun)] }]),
    {
      expressions: [
        ...(terms.length < 2 ? [] : [allTermsExpression(abbreviated)]),
        ...butOne.map(allTermsExpression),
        similarWordsExpression(names, 't', 's', ({ stem }) => stem),
        similarWordsExpression(names, 'c', 'd', ({ skeleton }) => skeleton),
      ],
    },
  ];
};

/** What a name must have to match a searched word: a key that is one of `exact`, or one that begins with one of `begins`. */
type Term = { readonly exact: readonly string[] } | { readonly begins: readonly string[] };

const isName = ({ role }: NameWord): boolean => role !== 'patronymic';
const isFirstOfItsKey = ({ key, role }: NameWord, index: number, words: readonly NameWord[]): boolean =>
  words.findIndex((word) => word.key === key && word.role === role) === index;
const termOf = ({ key, role }: NameWord): Term => (role === 'initial' ? { begins: [key] } : { exact: [key] });

const keyToken = (key: string): string => `k:${key}`;
const fatherToken = (key: string): string => `f:${key}`;
const pairToken = (one: string, other: string): string => `p:${one}_${other}`;
const unorderedPair = (kind: string, one: string, other: string): string =>
  one < other ? `${kind}:${one}_${other}` : `${kind}:${other}_${one}`;

const firstLetters = (key: string, count: number): string => [...key].slice(0, count).join('');
const beginningTokens = (key: string): readonly string[] =>
  [...key].slice(0, MAX_BEGINNING_TOKEN_LETTERS).map((_, index) => `b:${firstLetters(key, index + 1)}`);

const ftsPhrase = (token: string): string => `"${token}"`;
const beginningExpression = (key: string): string =>
  [...key].length <= MAX_BEGINNING_TOKEN_LETTERS ? `"b:${key}"` : `"k:${key}"*`;
const anyOf = (expressions: readonly string[]): string =>
  expressions.length === 1 ? (expressions[0] ?? '') : `(${expressions.join(' OR ')})`;
const allOf = (expressions: readonly string[]): string => expressions.join(' AND ');

/** An FTS5 expression for names that meet all terms, by tokens of two words where possible; the second of the two may be a beginning. */
const allTermsExpression = (terms: readonly Term[]): string => {
  const exact = terms.flatMap((term) => ('exact' in term ? [term.exact] : []));
  const begun = terms.flatMap((term) => ('begins' in term ? [term.begins] : []));
  const expressions: string[] = [];
  for (const keys of begun) {
    const other = exact.shift();
    expressions.push(
      anyOf(
        other === undefined
          ? keys.map(beginningExpression)
          : allPairs(other, keys).map((pair) => `"${pairToken(...pair)}"*`),
      ),
    );
  }
  while (exact.length > 0) {
    const [keys = [], other] = exact.splice(0, 2);
    expressions.push(
      anyOf(
        other === undefined
          ? keys.map(keyToken).map(ftsPhrase)
          : allPairs(keys, other).map((pair) => ftsPhrase(pairToken(...pair))),
      ),
    );
  }
  return allOf(expressions);
};

const allPairs = (some: readonly string[], others: readonly string[]): readonly (readonly [string, string])[] =>
  some.flatMap((one) => others.map((other) => [one, other] as const));

/** An FTS5 expression for names that have what `of` gives of each word (stem or skeleton), in pairs where possible, and the initials. */
const similarWordsExpression = (
  names: readonly NameWord[],
  single: string,
  pair: string,
  of: (word: NameWord) => string,
): string => {
  const parts = names.filter(({ role }) => role === 'name').map(of);
  const initials = names.filter(({ role }) => role === 'initial').map(({ key }) => beginningExpression(key));
  const expressions: string[] = [];
  while (parts.length > 0) {
    const [one = '', other] = parts.splice(0, 2);
    expressions.push(ftsPhrase(other === undefined ? `${single}:${one}` : unorderedPair(pair, one, other)));
  }
  return allOf([...expressions, ...initials]);
};

/** Keys of two neighbouring words read as one, as `joinedWord` reads them, with the place of the first. */
const joinedKeys = (words: readonly NameWord[]): readonly { readonly key: string; readonly index: number }[] =>
  words.flatMap((word, index) => {
    const next = words[index + 1];
    const joined = next === undefined ? null : joinedWord(word, next);
    return joined === null ? [] : [{ key: joined.key, index }];
  });
