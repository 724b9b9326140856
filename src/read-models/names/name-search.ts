/**
 * Finds people by name in any spelling. A full-text index over the keys of names gives candidates, surest kinds of agreement first;
 * the domain ranks them. Both are bounded: the commonest name costs as much as any other.
 */
import { beginningsOf, nameWords, type NameWord } from '../../domain/names/folding.js';
import type { MatchReason } from '../../domain/names/match-reasons.js';
import { LEAST_SCORE, matchTyped } from '../../domain/names/ranking.js';
import { scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import type { SqlCondition } from '../list/sql-condition.js';
import { cachedStatement, type Db } from '../table.js';
import { joinedKeys, searchToken } from './rows.js';

/** The best spelling of a case. */
export interface FoundName {
  readonly case_no: number;
  /** The spelling that matched. */
  readonly text: string;
  /** From LEAST_SCORE to 1, with three decimals. */
  readonly score: number;
  readonly why: readonly MatchReason[];
  readonly isUncertain: boolean;
  readonly born: string | null;
  readonly sex: string | null;
}

/** What else a search asks of a case `o.case_no`, as SQL. */
export interface CaseCondition extends SqlCondition {
  /** Whether it holds in some possible courses only. */
  readonly isUncertain: string;
}

/** Spellings that are ranked. A person of the register has about three. */
const MAX_CANDIDATES = 600;
/** Spellings after which looser expressions are not tried: what they add would be ranked below these. */
const ENOUGH = 200;
/** Entries of the full-text index that are read to find so many spellings; more than those, since filters may let few pass. */
const MAX_ENTRIES = 20_000;

export interface NameSearchResult {
  /** The best first; of equal score, the case with the lower number. */
  readonly found: readonly FoundName[];
  /** Whether there were more candidates than are ranked. */
  readonly isTruncated: boolean;
}

/**
 * Searches the names known at the scope's position, of cases for which the condition holds: it is checked before candidates are counted. Any text is accepted; one without letters or digits finds nobody.
 */
export const searchNames = (db: Db, scope: ListScope, name: string, condition: CaseCondition): NameSearchResult => {
  const typed = nameWords(name);
  const sql = `SELECT o.rowid AS row, o.case_no, o.text, o.born, o.sex, ${condition.isUncertain} AS isUncertain FROM
    (SELECT rowid FROM searched_names_text WHERE searched_names_text MATCH @match LIMIT ${MAX_ENTRIES}) f
    CROSS JOIN searched_names o ON o.rowid = f.rowid AND ${versionCondition('o', scope)}
    WHERE ${condition.text} LIMIT @limit`;
  const statement = cachedStatement(db, sql);
  const values = { ...scopeValues(scope), ...condition.values, limit: MAX_CANDIDATES };
  const candidatesOf = (match: string): readonly Candidate[] => statement.all({ ...values, match }) as Candidate[];
  const candidates = new Map<number, Candidate>();
  let isTruncated = false;
  for (const expressions of matchExpressions(typed)) {
    if (candidates.size >= ENOUGH) break;
    const rows = candidatesOf(expressions.map((expression) => `(${expression})`).join(' OR '));
    for (const row of rows) candidates.set(row.row, row);
    if (rows.length < MAX_CANDIDATES) continue;
    // The first of many by number; so that the surest are among them, each expression once more alone.
    isTruncated = true;
    const alone = expressions.length === 1 ? [] : expressions;
    const surest = new Map<number, Candidate>();
    for (const expression of alone) {
      if (surest.size >= ENOUGH) break;
      for (const row of candidatesOf(expression)) surest.set(row.row, row);
    }
    for (const [row, candidate] of surest) candidates.set(row, candidate);
  }
  const ranked = [...candidates.values()].flatMap(({ text, isUncertain, case_no, born, sex }): FoundName[] => {
    const { score, why } = matchTyped(typed, nameWords(text));
    return score < LEAST_SCORE
      ? []
      : [{ case_no, text, score: Math.round(score * 1_000) / 1_000, why, isUncertain: isUncertain === 1, born, sex }];
  });
  ranked.sort((a, b) => b.score - a.score || a.case_no - b.case_no || (a.text < b.text ? -1 : 1));
  const best = new Map<number, FoundName>();
  for (const found of ranked) if (!best.has(found.case_no)) best.set(found.case_no, found);
  return { found: [...best.values()], isTruncated };
};

interface Candidate {
  readonly row: number;
  readonly case_no: number;
  readonly text: string;
  readonly born: string | null;
  readonly sex: string | null;
  readonly isUncertain: 0 | 1;
}

/**
 * Expressions of FTS5 in two stages, each surest first. What the names share: all words and the father; all words; words read as one.
 * What they may share: the last word begun; initials; all words but one (a father's name without `oğlu` is one word more); stems;
 * skeletons. Keys have letters and digits only, so that nothing that somebody types is syntax.
 */
const matchExpressions = (typed: readonly NameWord[]): readonly (readonly string[])[] => {
  const names = typed.filter(({ role }) => role !== 'patronymic');
  const fathers = typed.filter(({ role }) => role === 'patronymic');
  if (names.length === 0)
    return fathers.length === 0 ? [] : [[all('keys', fathers.map(whole)), all('fathers', fathers.map(whole))]];
  const words = names.map(whole);
  const last = names.at(-1);
  const begun = last?.role === 'name' ? beginningsOf(last).map(begins) : [];
  const joined = joinedKeys(names).map((key, index) => [
    ...words.slice(0, index),
    `"${searchToken(key)}"`,
    ...words.slice(index + 2),
  ]);
  // Names that sources abbreviate are stored so: Elshan Hasanov finds E. Hasanov.
  const abbreviated = names.map((word) => `(${whole(word)} OR "${searchToken(word.key.slice(0, 1))}")`);
  const butOne = names.length < 3 ? [] : words.map((_, index) => words.filter((__, other) => other !== index));
  return [
    [
      ...(fathers.length === 0 ? [] : [`${all('keys', words)} AND ${all('fathers', fathers.map(whole))}`]),
      all('keys', words),
      ...joined.map((tokens) => all('keys', tokens)),
    ],
    [
      ...begun.map((token) => all('keys', [...words.slice(0, -1), token])),
      ...(names.length < 2 ? [] : [all('keys', abbreviated)]),
      ...butOne.map((tokens) => all('keys', tokens)),
      all(
        'stems',
        names.map(({ stem, role, key }) => (role === 'initial' ? begins(key) : `"${searchToken(stem)}"`)),
      ),
      all(
        'skeletons',
        names.map(({ skeleton, role, key }) => (role === 'initial' ? begins(key) : `"${searchToken(skeleton)}"`)),
      ),
    ],
  ];
};

const begins = (key: string): string => `"${searchToken(key)}"*`;
const whole = ({ key, role }: NameWord): string => (role === 'initial' ? begins(key) : `"${searchToken(key)}"`);
const all = (column: string, tokens: readonly string[]): string => `${column} : (${tokens.join(' AND ')})`;
