import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { likenessOf } from '../../domain/names/likeness.js';
import { LEAST_SCORE, matchNames } from '../../domain/names/ranking.js';
import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { Reference } from '../../schema/parts.js';
import { IsScore, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { listEntriesOf } from '../list/entries.js';
import { listScope, scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { cachedStatement, type Db } from '../table.js';
import { LikenessView } from './likeness.view.js';

export class DuplicateCase {
  @IsString()
  readonly caseId: string;

  @IsObjectOf(Reference, { each: true })
  readonly references: readonly Reference[];

  @IsString({ description: 'The spelling that matched.' })
  readonly text: string;
}

/** Two cases that may be of one person. */
export class DuplicatePair extends LikenessView {
  @IsObjectOf(DuplicateCase, { each: true })
  readonly cases: readonly DuplicateCase[];
}

export class DuplicatesPage extends KnownView {
  @IsScore({ description: 'How much of the register has been compared up to the end of this page.' })
  readonly compared: number;

  @IsObjectOf(DuplicatePair, { each: true })
  readonly items: readonly DuplicatePair[];

  @IsNullable()
  @IsString({ description: 'Where the comparison goes on, also after a restart; null at its end.' })
  readonly next: string | null;
}

/**
 * Compares the whole register with itself, one part of it for each page: cases whose names have the same keys in any order,
 * without fathers' names.
 */
export class Duplicates extends Query<DuplicatesPage> {
  constructor(
    readonly scope: Scope,
    /** The `next` of the page before. */
    readonly after?: string,
  ) {
    super();
  }
}

/** Names that a page compares, and of one name the cases that are compared with each other. */
const NAMES_A_PAGE = 2_000;
const CASES_OF_ONE_NAME = 20;

@QueryHandler(Duplicates)
export class DuplicatesHandler implements IQueryHandler<Duplicates> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, after = '' }: Duplicates): Promise<DuplicatesPage> {
    const { db, scope, position: head } = await openScope(this.reader, asked);
    const { knownAt, position, day } = scope;
    const within = listScope('', day, position, head);
    const names = namesAfter(db, within, after);
    const last = names.at(-1);
    const isEnd = last === undefined || names.length < NAMES_A_PAGE;
    // The last name may have more cases than fit; they are compared on the next page, unless it fills this one.
    const whole = isEnd ? names : names.filter(({ name_hash }) => name_hash !== last.name_hash);
    const compared = whole.length === 0 ? names : whole;
    const next = isEnd ? null : (compared.at(-1)?.name_hash ?? null);
    return {
      knownAt,
      position,
      compared: next === null ? 1 : shareOf(next),
      items: pairsIn(db, within, compared),
      next,
    };
  }
}

interface NameOfCase {
  readonly name_hash: string;
  readonly case_no: number;
  readonly text: string;
  readonly born: string | null;
  readonly sex: string | null;
}

const namesAfter = (db: Db, scope: ListScope, after: string): readonly NameOfCase[] =>
  cachedStatement(
    db,
    `SELECT n.name_hash, n.case_no, n.text, n.born, n.sex FROM searched_names n
      WHERE n.name_hash > @after AND ${versionCondition('n', scope)}
      ORDER BY n.name_hash, n.case_no LIMIT ${NAMES_A_PAGE}`,
  ).all({ ...scopeValues(scope), after }) as NameOfCase[];

/** Hashes are spread evenly, so that one says how far the walk along them is. */
const shareOf = (hash: string): number => Math.round((parseInt(hash.slice(0, 6), 16) / 0x1000000) * 1_000) / 1_000;

const pairsIn = (db: Db, scope: ListScope, names: readonly NameOfCase[]): readonly DuplicatePair[] => {
  const candidates = [...groupsOf(names)].flatMap((group) => pairsOf(group));
  const caseNos = [...new Set(candidates.flatMap(({ names: [one, other] }) => [one.case_no, other.case_no]))];
  const entries = listEntriesOf(db, scope, caseNos);
  const distinguished = distinctionsOf(db, scope, caseNos);
  const isDistinguished = (one: NameOfCase, other: NameOfCase): boolean =>
    distinguished.get(one.case_no)?.has(entries.get(other.case_no)?.caseId ?? '') === true;
  const pairs = candidates.filter(
    ({ names: [one, other] }) => !isDistinguished(one, other) && !isDistinguished(other, one),
  );
  const toCase = ({ case_no, text }: NameOfCase) => {
    const entry = entries.get(case_no);
    return { caseId: entry?.caseId ?? '', references: entry?.references ?? [], text };
  };
  return pairs.map(({ names: pair, ...likeness }) => ({ cases: pair.map(toCase), ...likeness }));
};

/** The ids of the cases that a person told a case apart from, by its number. */
const distinctionsOf = (
  db: Db,
  scope: ListScope,
  caseNos: readonly number[],
): ReadonlyMap<number, ReadonlySet<string>> => {
  const sql = `SELECT d.case_no, d.other FROM json_each(@caseNos) c
    CROSS JOIN distinctions d ON d.case_no = c.value AND ${versionCondition('d', scope)}`;
  const values = { ...scopeValues(scope), caseNos: JSON.stringify(caseNos) };
  const found = new Map<number, Set<string>>();
  for (const [caseNo, other] of cachedStatement(db, sql).raw().all(values) as [number, string][])
    found.set(caseNo, (found.get(caseNo) ?? new Set()).add(other));
  return found;
};

/** Of each name, one spelling a case. */
const groupsOf = (names: readonly NameOfCase[]): Iterable<readonly NameOfCase[]> => {
  const groups = new Map<string, Map<number, NameOfCase>>();
  for (const name of names) {
    const group = groups.get(name.name_hash) ?? new Map<number, NameOfCase>();
    if (!group.has(name.case_no) && group.size < CASES_OF_ONE_NAME) group.set(name.case_no, name);
    groups.set(name.name_hash, group);
  }
  return [...groups.values()].map((group) => [...group.values()]);
};

type ComparedPair = Omit<DuplicatePair, 'cases'> & { readonly names: readonly [NameOfCase, NameOfCase] };

/** The pairs that a person should look at: another year of birth or another father tells homonyms apart. */
const pairsOf = (group: readonly NameOfCase[]): readonly ComparedPair[] =>
  group.flatMap((one, index) =>
    group.slice(index + 1).flatMap((other): ComparedPair[] => {
      const { score, ...likeness } = likenessOf(matchNames(one.text, other.text), one, other);
      if (score < LEAST_SCORE || likeness.why.includes('other-patronymic')) return [];
      return [{ names: [one, other], score: Math.round(score * 1_000) / 1_000, ...likeness }];
    }),
  );
