/** Ranks how well two names agree. Says why, so that a person can decide; never that two people are the same. */
import { distance } from 'fastest-levenshtein';
import { MATCH_REASONS, type MatchReason } from './match-reasons.js';
import { prefixesOfUnfinishedWord, joinedWord, MIN_FUZZY_KEY_LENGTH, nameWords, type NameWord } from './folding.js';

export interface NameMatch {
  /** From 0 to 1; 1 is the same spelling of the same words. */
  readonly score: number;
  readonly why: readonly MatchReason[];
}

/** Names with a lower score count as different: two names of two words each, of which only one word agrees, score 0.5. */
export const MIN_MATCH_SCORE = 0.6;

const NO_MATCH: NameMatch = { score: 0, why: [] };

/** Scores of a pair of words. OTHER_SPELLING_SCORE is the lowest of its kind: the likeness of the letters adds to it. */
const OTHER_SPELLING_SCORE = 0.95;
const INITIAL_SCORE = 0.9;
const OTHER_ENDING_SCORE = 0.7;
/** Factor on the similarity of keys that are near each other. */
const RESEMBLES_FACTOR = 0.9;
/** Keys that are less similar do not resemble each other, unless their skeletons are equal. */
const MIN_KEY_SIMILARITY = 0.75;

/** Factors on the score of the whole name. */
const BEGINNING_FACTOR = 0.85;
const OTHER_ORDER_FACTOR = 0.98;
const PATRONYMIC_MISSING_FACTOR = 0.98;
const OTHER_PATRONYMIC_FACTOR = 0.6;
/** Weight, in the average of the scores, of a word that only the longer of the two names has. */
const EXTRA_WORD_WEIGHT = 0.1;

/** Compares two names; the order of the arguments does not matter. Any text is accepted; a text without words matches nothing. */
export const matchNames = (one: string, other: string): NameMatch => matchWords(nameWords(one), nameWords(other));

/** As matchNames, for words that are folded already. */
export const matchWords = (one: readonly NameWord[], other: readonly NameWord[]): NameMatch => {
  const left = joinWordsAsIn(one, other);
  const right = joinWordsAsIn(other, one);
  const pairs = pairUp(left, right);
  if (pairs.length === 0) return NO_MATCH;
  const ofLeft = countUnpairedWords(left, (index) => pairs.some((pair) => pair.leftIndex === index));
  const ofRight = countUnpairedWords(right, (index) => pairs.some((pair) => pair.rightIndex === index));
  const both = Math.min(ofLeft.names, ofRight.names);
  const extra = Math.abs(ofLeft.names - ofRight.names);
  const agreement = sumOfScores(pairs) / (pairs.length + both + EXTRA_WORD_WEIGHT * extra);
  const otherFather = ofLeft.patronymics > 0 && ofRight.patronymics > 0;
  const missingFather = ofLeft.patronymics !== ofRight.patronymics;
  const otherOrder = changesOrder(pairs, left, right);
  const score =
    agreement *
    (otherOrder ? OTHER_ORDER_FACTOR : 1) *
    (otherFather ? OTHER_PATRONYMIC_FACTOR : missingFather ? PATRONYMIC_MISSING_FACTOR : 1);
  const why = new Set(pairs.map((pair) => pair.why));
  if (why.size > 1) why.delete('same-spelling');
  if (otherOrder) why.add('other-order');
  if (both + extra > 0 || missingFather) why.add('partial');
  if (otherFather) why.add('other-patronymic');
  return { score, why: MATCH_REASONS.filter((reason) => why.has(reason)) };
};

/**
 * As matchWords, where somebody may not have typed the last word of `typed` to its end. Not symmetric: only `typed`
 * may be incomplete.
 */
export const matchTypedName = (typed: readonly NameWord[], name: readonly NameWord[]): NameMatch => {
  const whole = matchWords(typed, name);
  const last = typed.at(-1);
  if (last === undefined || last.role !== 'name') return whole;
  const longerWords = name.filter(
    (word) =>
      word.key !== last.key && prefixesOfUnfinishedWord(last).some((beginning) => word.key.startsWith(beginning)),
  );
  const completions = longerWords.map((word): NameMatch => {
    const { score, why } = matchWords([...typed.slice(0, -1), { ...word, role: 'name' }], name);
    return {
      score: score * BEGINNING_FACTOR,
      why: MATCH_REASONS.filter((reason) => reason === 'beginning' || why.includes(reason)),
    };
  });
  return completions.reduce((best, match) => (match.score > best.score ? match : best), whole);
};

interface WordMatch {
  readonly score: number;
  readonly why: MatchReason;
}

interface WordPair extends WordMatch {
  readonly leftIndex: number;
  readonly rightIndex: number;
}

/**
 * Pairs the words of two names, the best pairs first, each word in one pair at most. Equally good pairs are ordered by place, so that
 * swapping the names changes nothing: mirrored pairs, (i, j) and (j, i), tie, but have no word in common.
 */
const pairUp = (left: readonly NameWord[], right: readonly NameWord[]): readonly WordPair[] => {
  const candidates: WordPair[] = [];
  const fatherIn = { left: mayHaveUnmarkedPatronymic(left), right: mayHaveUnmarkedPatronymic(right) };
  for (const [at, l] of left.entries()) {
    for (const [index, r] of right.entries()) {
      if ((l.role === 'patronymic') !== (r.role === 'patronymic')) {
        if (!(l.role === 'patronymic' ? fatherIn.right : fatherIn.left)) continue;
      }
      const match = matchWord(l, r);
      if (match !== null) candidates.push({ score: match.score, why: match.why, leftIndex: at, rightIndex: index });
    }
  }
  candidates.sort(
    (a, b) =>
      b.score - a.score ||
      a.leftIndex + a.rightIndex - (b.leftIndex + b.rightIndex) ||
      Math.abs(a.leftIndex - a.rightIndex) - Math.abs(b.leftIndex - b.rightIndex),
  );
  const pairs: WordPair[] = [];
  for (const pair of candidates) {
    if (!pairs.some((taken) => taken.leftIndex === pair.leftIndex || taken.rightIndex === pair.rightIndex))
      pairs.push(pair);
  }
  return pairs;
};

/** Whether a name may have a father's name without `oğlu` or the like: three words or more, no patronymic (Həsənov Elşən Ramiz). */
const mayHaveUnmarkedPatronymic = (words: readonly NameWord[]): boolean =>
  words.length >= 3 && words.every((word) => word.role !== 'patronymic');

const matchWord = (l: NameWord, r: NameWord): WordMatch | null => {
  if (l.role === 'initial' || r.role === 'initial') {
    // An initial of another script may have a key of two letters (Ю., iu): of two initials, the shorter may begin the longer.
    const isShorter = r.role !== 'initial' || l.key.length <= r.key.length;
    const [short, long] = l.role === 'initial' && isShorter ? [l, r] : [r, l];
    if (l.role === r.role && l.key === r.key) return { score: 1, why: 'same-spelling' };
    return long.key.startsWith(short.key) ? { score: INITIAL_SCORE, why: 'initial' } : null;
  }
  if (l.letters === r.letters) return { score: 1, why: 'same-spelling' };
  if (l.key === r.key) {
    const score = OTHER_SPELLING_SCORE + (1 - OTHER_SPELLING_SCORE) * similarity(l.letters, r.letters);
    return { score, why: 'other-spelling' };
  }
  if (l.stem === r.stem) return { score: OTHER_ENDING_SCORE, why: 'other-ending' };
  const isAlike = l.skeleton === r.skeleton;
  // The edit distance is at least the difference of the lengths, so keys of too different lengths need not be compared.
  const [short, long] = [Math.min(l.key.length, r.key.length), Math.max(l.key.length, r.key.length)];
  if (short < MIN_FUZZY_KEY_LENGTH || (!isAlike && short / long < MIN_KEY_SIMILARITY)) return null;
  const near = similarity(l.key, r.key);
  if (near < MIN_KEY_SIMILARITY && !isAlike) return null;
  return { score: RESEMBLES_FACTOR * Math.max(near, MIN_KEY_SIMILARITY), why: 'resembles' };
};

/**
 * From 0 to 1 by edit distance. Jaro–Winkler was tried in its place: on the keys of the groups in test/fixtures/names it puts a pair
 * of different names above a pair of spellings more often (1 in 19; here 1 in 27), since it favours a common beginning, which
 * different Azerbaijani surnames often have.
 */
const similarity = (one: string, other: string): number =>
  1 - distance(one, other) / Math.max(one.length, other.length, 1);

/** The words of a name, with neighbours joined that the other name writes as one: Mir Həsən like Mirhasan. */
const joinWordsAsIn = (words: readonly NameWord[], other: readonly NameWord[]): readonly NameWord[] => {
  const joined: NameWord[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const one = last !== undefined && other.some((w) => mayBeJoined(last, word, w)) ? joinedWord(last, word) : null;
    if (one !== null && other.some(({ key }) => key === one.key)) joined[joined.length - 1] = one;
    else joined.push(word);
  }
  return joined;
};

/** Letters that a key can lose where two words are joined, by doubled letters and endings. */
const MAX_LETTERS_LOST_BY_JOINING = 3;

/** Quick check before two words are folded as one: the key begins with the first word's letter and is about as long as both. */
const mayBeJoined = (first: NameWord, second: NameWord, whole: NameWord): boolean =>
  whole.key[0] === first.key[0] &&
  Math.abs(first.key.length + second.key.length - whole.key.length) <= MAX_LETTERS_LOST_BY_JOINING;

const countUnpairedWords = (
  words: readonly NameWord[],
  isPaired: (index: number) => boolean,
): { readonly names: number; readonly patronymics: number } => {
  let [names, patronymics] = [0, 0];
  for (const [index, { role }] of words.entries()) {
    if (isPaired(index)) continue;
    if (role === 'patronymic') patronymics += 1;
    else names += 1;
  }
  return { names, patronymics };
};

/** Whether the paired words, fathers aside, stand in another order. */
const changesOrder = (pairs: readonly WordPair[], left: readonly NameWord[], right: readonly NameWord[]): boolean => {
  const names = pairs.filter(
    (p) => left[p.leftIndex]?.role !== 'patronymic' && right[p.rightIndex]?.role !== 'patronymic',
  );
  const inOrder = [...names].sort((a, b) => a.leftIndex - b.leftIndex);
  return inOrder.some((pair, index) => index > 0 && pair.rightIndex < (inOrder[index - 1]?.rightIndex ?? 0));
};

const sumOfScores = (pairs: readonly WordPair[]): number => {
  let sum = 0;
  for (const { score } of pairs) sum += score;
  return sum;
};
