/**
 * Finds people by name in any spelling. A full-text index over the keys of names gives candidates, surest kinds of agreement first;
 * the domain ranks them. Both are bounded: the commonest name costs as much as any other.
 */
import { nameWords } from '../../domain/names/folding.js';
import type { MatchReason } from '../../domain/names/match-reasons.js';
import { MIN_MATCH_SCORE, matchTypedName } from '../../domain/names/ranking.js';
import { scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import type { SqlCondition } from '../list/sql-condition.js';
import { cachedStatement, type Db } from '../table.js';
import { searchStages } from './name-tokens.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/** A case that was found, with the spelling of its name that matches best. */
export interface FoundName {
  readonly case_no: number;
  /** The spelling that matched. */
  readonly text: string;
  /** From MIN_MATCH_SCORE to 1, with three decimals. */
  readonly score: number;
  readonly why: readonly MatchReason[];
  readonly isUncertain: boolean;
  readonly born: string | null;
  readonly sex: string | null;
}

/** A further SQL condition on the found cases `o.case_no`. */
export interface CaseCondition extends SqlCondition {
  /** SQL for whether the condition holds in some possible courses only. */
  readonly uncertaintySql: string;
}

/** The condition that every case meets. */
export const ANY_CASE: CaseCondition = { text: 'TRUE', values: {}, uncertaintySql: 'FALSE' };

/** The most spellings that one search of the index gives for ranking. A person of the register has about three. */
export const MAX_RANKED_HITS = 200;
/** Spellings after which looser expressions are not tried: what they add would be ranked below these. */
const ENOUGH_SPELLINGS = 100;
/** The most entries of the full-text index that are read to find MAX_RANKED_HITS spellings, since filters may let few of them pass. */
export const MAX_INDEX_ENTRIES_READ = 20_000;

export interface NameSearchResult {
  /** The best first; of equal score, the case with the lower number. */
  readonly found: readonly FoundName[];
  /** Whether there may be more matches than were ranked. */
  readonly isTruncated: boolean;
}

/**
 * Searches the names that are known at the position of the scope, of cases for which the condition holds; it is checked before the limit on
 * candidates. Any text is accepted; one without letters or digits finds nobody.
 */
export const searchNames = (db: Db, scope: ListScope, name: string, condition: CaseCondition): NameSearchResult => {
  const typed = nameWords(name);
  const sql = `SELECT o.rowid AS row, o.case_no, o.text, o.born, o.sex, ${condition.uncertaintySql} AS isUncertain FROM
    (SELECT rowid FROM searched_names_text WHERE searched_names_text MATCH @match LIMIT ${MAX_INDEX_ENTRIES_READ}) f
    CROSS JOIN searched_names o ON o.rowid = f.rowid AND ${versionCondition('o', scope)}
    WHERE ${condition.text} ${stableLimit('@limit')}`;
  const statement = cachedStatement(db, sql);
  const values = { ...scopeValues(scope), ...condition.values, limit: MAX_RANKED_HITS };
  const candidatesOf = (match: string): readonly SpellingCandidate[] =>
    statement.all({ ...values, match }) as SpellingCandidate[];
  const candidates = new Map<number, SpellingCandidate>();
  const keep = (rows: readonly SpellingCandidate[]): void => {
    for (const row of rows) candidates.set(row.row, row);
  };
  let isTruncated = false;
  for (const { expressions, surestNamesExpression } of searchStages(typed)) {
    if (candidates.size >= ENOUGH_SPELLINGS) break;
    const any = expressions.join(' OR ');
    const rows = candidatesOf(any);
    keep(rows);
    if (rows.length < MAX_RANKED_HITS && (condition === ANY_CASE || !hasUnreadIndexEntries(db, any))) continue;
    isTruncated = true;
    // The rows are the first of many matches by row number, not the best. To have the best too, each surer expression is searched alone.
    let surest = 0;
    for (const expression of [
      ...(surestNamesExpression === undefined ? [] : [surestNamesExpression]),
      ...expressions.slice(0, -1),
    ]) {
      if (surest >= ENOUGH_SPELLINGS) break;
      const found = candidatesOf(expression);
      keep(found);
      surest += found.length;
    }
  }
  const ranked = [...candidates.values()].flatMap(({ text, isUncertain, case_no, born, sex }): FoundName[] => {
    const { score, why } = matchTypedName(typed, nameWords(text));
    return score < MIN_MATCH_SCORE
      ? []
      : [{ case_no, text, score: Math.round(score * 1_000) / 1_000, why, isUncertain: isUncertain === 1, born, sex }];
  });
  ranked.sort((a, b) => b.score - a.score || a.case_no - b.case_no || (a.text < b.text ? -1 : 1));
  const best = new Map<number, FoundName>();
  for (const found of ranked) if (!best.has(found.case_no)) best.set(found.case_no, found);
  return { found: [...best.values()], isTruncated };
};

/** Whether more entries of the index match than are read: entries that pass the filters may be among the unread ones. */
const hasUnreadIndexEntries = (db: Db, match: string): boolean =>
  cachedStatement(
    db,
    `SELECT 1 FROM searched_names_text WHERE searched_names_text MATCH ? LIMIT 1 OFFSET ${MAX_INDEX_ENTRIES_READ}`,
  ).get(match) !== undefined;

interface SpellingCandidate {
  readonly row: number;
  readonly case_no: number;
  readonly text: string;
  readonly born: string | null;
  readonly sex: string | null;
  readonly isUncertain: 0 | 1;
}
