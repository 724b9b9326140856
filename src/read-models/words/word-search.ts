/** Finds people by words of their facility, articles or summary. */
import { wordKeys } from '../../domain/names/folding.js';
import { LIMITS } from '../../schema/limits.js';
import { scopeValues, validCondition, type ListScope } from '../list/predicate.js';
import type { FoundPeople } from '../names/found-page.js';
import { MAX_RANKED_HITS, MAX_INDEX_ENTRIES_READ, type CaseCondition } from '../names/name-search.js';
import { cachedStatement, type Db } from '../table.js';
import type { TextKind } from './word-tokens.js';
import { ftsExpressionOf } from './word-tokens.js';

/**
 * People of whom one text, as valid on the day and known at the position of the scope, has all the words. The score is the
 * share of the text that the words make up; of equal scores, the case of the smaller number is first. `words` may be any input.
 */
export const searchWords = (db: Db, scope: ListScope, words: string, condition: CaseCondition): FoundPeople => {
  const match = ftsExpressionOf(words);
  if (match === null) return { found: [], isTruncated: false };
  const sql = `SELECT o.case_no, o.kind, o.text, ${condition.uncertaintySql} AS isUncertain FROM
    (SELECT rowid FROM searched_texts_text WHERE searched_texts_text MATCH @match LIMIT ${MAX_INDEX_ENTRIES_READ}) f
    CROSS JOIN searched_texts o ON o.rowid = f.rowid AND ${validCondition('o', scope)}
    WHERE ${condition.text} LIMIT ${MAX_RANKED_HITS}`;
  const values = { ...scopeValues(scope), ...condition.values, match };
  const rows = cachedStatement(db, sql).all(values) as FoundTextRow[];
  const keys = new Set(wordKeys(words));
  const ranked = rows.map(({ case_no, kind, text, isUncertain }) => ({
    case_no,
    text: excerptOf(text, keys),
    score: scoreOf(text, keys.size),
    why: [kind],
    isUncertain: isUncertain === 1,
  }));
  ranked.sort((a, b) => b.score - a.score || a.case_no - b.case_no || (a.text < b.text ? -1 : 1));
  const best = new Map<number, (typeof ranked)[number]>();
  for (const found of ranked) if (!best.has(found.case_no)) best.set(found.case_no, found);
  const isTruncated = rows.length === MAX_RANKED_HITS || hasUnreadIndexEntries(db, match);
  return { found: [...best.values()], isTruncated };
};

interface FoundTextRow {
  readonly case_no: number;
  readonly kind: TextKind;
  readonly text: string;
  readonly isUncertain: 0 | 1;
}

const hasUnreadIndexEntries = (db: Db, match: string): boolean =>
  cachedStatement(
    db,
    `SELECT 1 FROM searched_texts_text WHERE searched_texts_text MATCH ? LIMIT 1 OFFSET ${MAX_INDEX_ENTRIES_READ}`,
  ).get(match) !== undefined;

/** The share of the words of a text that were searched for, with three decimals; at most 1. */
const scoreOf = (text: string, searchedWords: number): number =>
  Math.round(Math.min(1, searchedWords / Math.max(1, wordKeys(text).length)) * 1_000) / 1_000;

/** A text as the answer shows it; of a long one, only the words around the first word that was searched for. */
const excerptOf = (text: string, keys: ReadonlySet<string>): string => {
  if (text.length <= LIMITS.name) return text;
  const words = text.split(/\s+/);
  const first = Math.max(
    0,
    words.findIndex((word) => wordKeys(word).some((key) => keys.has(key))) - EXCERPT_WORDS_BEFORE,
  );
  return [...words.slice(first, first + EXCERPT_WORDS).join(' ')].slice(0, LIMITS.name).join('');
};
const EXCERPT_WORDS_BEFORE = 8;
const EXCERPT_WORDS = 24;
