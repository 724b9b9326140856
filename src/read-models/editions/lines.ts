/** The line of each member in an edition, and the hashes by which a line can be proved (docs/decisions/0018). */
import { createHash, randomBytes } from 'node:crypto';
import type { ListDefinition } from '../../domain/list/list.js';
import type { Day } from '../../domain/time.js';
import { canonicalJson } from '../../json/canonical.js';
import { listEntriesOf } from '../list/entries.js';
import { listScope, toPeriodSqlConditions, memberConditions, scopeValues, validCondition } from '../list/predicate.js';
import type { QueryContext } from '../reader.js';
import { cachedStatement } from '../table.js';

/** A member who is certainly on the list. `category` is null if it is not known, or not certain. */
export interface CertainMember {
  readonly caseNo: number;
  readonly category: string | null;
}

/** The line of a member. The canonical JSON of exactly these fields is hashed, so they must never change. */
export interface MemberLine {
  readonly case: string;
  readonly category: string | null;
  readonly name: string | null;
  /** The reference in the list; null if the case has none there. */
  readonly reference: string | null;
}

/** The certain members at the end of a day, as known at a position; if `ofCases` is given, only those among these cases. */
export const certainMembers = (
  { db, position: head }: QueryContext,
  list: ListDefinition,
  day: Day,
  position: number,
  ofCases?: readonly number[],
): readonly CertainMember[] => {
  const scope = listScope(list.id, day, position, head);
  const match = toPeriodSqlConditions(memberConditions(list, day));
  const of = ofCases === undefined ? '' : 'AND p.case_no IN (SELECT value FROM json_each(@only))';
  const sql = `SELECT p.case_no AS caseNo, CASE WHEN count(DISTINCT coalesce(p.category, '')) = 1 THEN max(p.category) END AS category
    FROM periods p WHERE p.list = @list AND ${validCondition('p', scope)} ${of} GROUP BY p.case_no HAVING min(${match.certain})`;
  const values = { ...scopeValues(scope), ...match.values, ...(ofCases && { only: JSON.stringify(ofCases) }) };
  return cachedStatement(db, sql).all(values) as CertainMember[];
};

/** The lines of members, by case number, for an edition of the day as known at the position. */
export const linesOf = (
  { db, position: head }: QueryContext,
  list: ListDefinition,
  day: Day,
  position: number,
  members: readonly CertainMember[],
): ReadonlyMap<number, MemberLine> => {
  const scope = listScope(list.id, day, position, head);
  const entries = listEntriesOf(
    db,
    scope,
    members.map(({ caseNo }) => caseNo),
  );
  return new Map(
    members.flatMap(({ caseNo, category }) => {
      const entry = entries.get(caseNo);
      if (entry === undefined) return [];
      const reference = entry.references.find((one) => one.list === list.id)?.reference ?? null;
      return [[caseNo, { case: entry.caseId, category, name: entry.name, reference }]];
    }),
  );
};

/** The order of an edition: by reference, those without one last. */
export const byReference = (a: MemberLine, b: MemberLine): number =>
  compareValues(a.reference === null ? 1 : 0, b.reference === null ? 1 : 0) ||
  compareValues(a.reference ?? '', b.reference ?? '') ||
  compareValues(a.case, b.case);

const compareValues = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : Number(a > b));

const SALT_BYTES = 16;

/** A random salt in base64. Half as long as the salt of an event, since an edition has thousands; 128 bits cannot be guessed. */
export const createLineSalt = (): string => randomBytes(SALT_BYTES).toString('base64');

/** SHA-256 of the bytes of the salt and the canonical JSON of the line, in base64. */
export const lineHash = (salt: string, line: MemberLine): string =>
  createHash('sha256').update(salt, 'base64').update(canonicalJson(line)).digest('base64');

/** SHA-256 of the bytes of the hashes of all lines, in the order of the edition, in base64. */
export const editionHash = (hashes: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const lineHash of hashes) hash.update(lineHash, 'base64');
  return hash.digest('base64');
};
