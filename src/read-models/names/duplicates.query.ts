import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { likenessOf, type Likeness } from '../../domain/names/likeness.js';
import { matchNames } from '../../domain/names/ranking.js';
import { DurableJobs } from '../../jobs/durable-jobs.js';
import { IsNullable, IsObjectOf } from '../../schema/decorators.js';
import { Reference } from '../../schema/parts.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { listScope, scopeValues, versionCondition, type ListScope } from '../list/predicate.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { cachedStatement, type Db } from '../table.js';
import { FIND_DUPLICATES, isWorthReviewing } from './find-duplicates.js';
import { LikenessView } from './likeness.view.js';
import { personsIn, type NamedPerson } from './named-persons.js';

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
  @IsObjectOf(DuplicateCase, {
    each: true,
    description:
      'The later one first. If they are of one person, `merged` in its events with the other as `into`; if not, `distinguished` with the other as `from`.',
  })
  readonly cases: readonly DuplicateCase[];
}

export class DuplicatesPage extends KnownView {
  @IsNullable()
  @IsString({ description: 'The job that found them, which says how far it is; null before the first.' })
  readonly job: string | null;

  @IsObjectOf(DuplicatePair, { each: true })
  readonly items: readonly DuplicatePair[];

  @IsNullable()
  @IsCount({ description: 'Where the next page begins, as `after`; null at the end of what has been found.' })
  readonly next: number | null;
}

/** The pairs that the latest comparison of the register with itself found, and that nobody has decided about in the scope. */
export class Duplicates extends Query<DuplicatesPage> {
  constructor(
    readonly scope: Scope,
    readonly page: { readonly limit: number; readonly after: number },
  ) {
    super();
  }
}

@QueryHandler(Duplicates)
export class DuplicatesHandler implements IQueryHandler<Duplicates> {
  constructor(
    private readonly reader: ReadModelReader,
    private readonly jobs: DurableJobs,
  ) {}

  async execute({ scope: asked, page: { limit, after } }: Duplicates): Promise<DuplicatesPage> {
    const { db, logTables, scope, position: head } = await openScope(this.reader, asked);
    const { knownAt, position, day } = scope;
    const job = this.jobs.all().findLast(({ kind }) => kind === FIND_DUPLICATES)?.id ?? null;
    const found = job === null ? [] : this.jobs.items(job, after, limit + 1);
    const pairs = found.slice(0, limit).flatMap(({ caseId, subject }): CasePair[] => {
      const [one, other] = [logTables.cases.caseNoOf(caseId ?? ''), logTables.cases.caseNoOf(subject)];
      return one === null || other === null ? [] : [[one, other]];
    });
    const next = found.length > limit ? (found[limit - 1]?.no ?? null) : null;
    return { knownAt, position, job, items: undecidedPairs(db, listScope('', day, position, head), pairs), next };
  }
}

/** Two case numbers. */
type CasePair = readonly [number, number];

const undecidedPairs = (db: Db, scope: ListScope, pairs: readonly CasePair[]): readonly DuplicatePair[] => {
  const caseNos = [...new Set(pairs.flat())];
  const persons = new Map(personsIn(db, scope, caseNos).map((person) => [person.caseNo, person]));
  const distinguished = distinctionsOf(db, scope, caseNos);
  const areDistinguished = (one: NamedPerson, other: NamedPerson): boolean =>
    distinguished.get(one.caseNo)?.has(other.caseId) === true ||
    distinguished.get(other.caseNo)?.has(one.caseId) === true;
  return pairs.flatMap(([oneNo, otherNo]) => {
    const [one, other] = [persons.get(oneNo), persons.get(otherNo)];
    // A case that was merged has no names of its own any more.
    if (one === undefined || other === undefined || areDistinguished(one, other)) return [];
    const { texts, score, ...likeness } = likenessOfClosestNames(one, other);
    if (!isWorthReviewing({ score, ...likeness })) return [];
    const cases = [one, other].map(({ caseId, references }, index) => ({
      caseId,
      references,
      text: texts[index] ?? '',
    }));
    return [{ cases, score: Math.round(score * 1_000) / 1_000, ...likeness }];
  });
};

/** The likeness of the names that agree best. */
const likenessOfClosestNames = (
  one: NamedPerson,
  other: NamedPerson,
): Likeness & { readonly texts: readonly [string, string] } =>
  one.person.names
    .flatMap((name) =>
      other.person.names.map((otherName) => ({
        texts: [name, otherName] as const,
        ...likenessOf(matchNames(name, otherName), one.person, other.person),
      })),
    )
    .reduce((best, likeness) => (likeness.score > best.score ? likeness : best));

/** By case number, the ids of the cases that were recorded (`distinguished`) as being about another person. */
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
