/** Claims, each beside what the register counts itself. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  agreementOf,
  haveNoCommonNumber,
  boundsOf,
  differenceOf,
  type Bounds,
  type Claim,
} from '../../domain/claim/claim.js';
import type { Metric } from '../../domain/claim/events.js';
import type { Day } from '../../domain/time.js';
import { LIMITS } from '../../schema/limits.js';
import { MemberCountsHandler } from '../counts/counts.query.js';
import { MovementsHandler } from '../counts/movements.query.js';
import { PeopleByEligibilityHandler } from '../eligibility/eligibility.query.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { cachedStatement, type Db, type SqlValue } from '../table.js';
import { takePage } from '../take-page.js';
import { PERSONAL_CLAIMS_TABLE } from './claim-rows.js';
import type { ClaimsView, RegisteredClaim } from './claim.view.js';
import { Reckoner, type CountingHandlers } from './reckoner.js';
import { stableLimit } from '../../sqlite/stable-limit.js';

/**
 * All claims, or those about the metric, the list and the instrument that are given; with `id` that claim alone. Each is compared with
 * the number that the register counts: on the day of the scope, or, where the scope names no day, on the day that the claim is about.
 */
export class Claims extends Query<ClaimsView> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly id?: string;
      readonly about?: Metric;
      readonly list?: string;
      readonly instrument?: string;
      readonly limit: number;
      readonly after?: string;
    },
  ) {
    super();
  }
}

/** Content of a page cursor: the position and day of the first page, and the last claim of the page before. */
interface ClaimCursor {
  readonly position: number;
  readonly day: Day;
  readonly place: ClaimSortPosition;
}

interface ClaimSortPosition {
  readonly about: string;
  readonly saidDay: number;
  readonly id: string;
}

interface ClaimRow extends ClaimSortPosition {
  readonly revision: number;
  readonly claim: string;
}

@QueryHandler(Claims)
export class ClaimsHandler implements IQueryHandler<Claims> {
  private readonly countingHandlers: CountingHandlers;

  constructor(
    private readonly reader: ReadModelReader,
    counts: MemberCountsHandler,
    movements: MovementsHandler,
    eligibility: PeopleByEligibilityHandler,
  ) {
    this.countingHandlers = { counts, movements, eligibility };
  }

  /** Throws InvalidCursor for a cursor of another query, and the errors of the queries that count. */
  async execute({ scope: asked, parameters }: Claims): Promise<ClaimsView> {
    const { limit, after, ...filters } = parameters;
    const queryKey = ['claims', asked.key, filters];
    const { logId } = await this.reader.contextAt({ atLeast: asked.atLeast });
    const cursor = after === undefined ? null : (readCursor(after, queryKey, logId) as ClaimCursor);
    const { scope, ...context } = await openScope(this.reader, asked, cursor);
    const { position, knownAt, day } = scope;
    const found = readClaimRows(context, position, filters, cursor?.place ?? null, limit + 1);
    const { rows, hasMore } = takePage(found, limit, ({ claim }) => Buffer.byteLength(claim));
    const conflicts = new ClaimConflicts(context.db, position);
    const shown = rows.map((row) => ({ row, conflicts: conflicts.conflictsOf(row) }));
    const last = hasMore ? rows.at(-1) : undefined;
    const items: RegisteredClaim[] = [];
    const reckoner = new Reckoner(this.reader, this.countingHandlers, scope.viewer, position);
    for (const { row, conflicts } of shown)
      items.push({ ...(await compareClaimWithRegister(row, asked.asOf, reckoner)), conflicts });
    const place = last && { about: last.about, saidDay: last.saidDay, id: last.id };
    return { knownAt, position, items, next: place ? writeCursor({ position, day, place }, queryKey, logId) : null };
  }
}

/** A claim with the number that the register counts for it on a day. */
const compareClaimWithRegister = async (
  { id, revision, claim: json }: ClaimRow,
  on: string | undefined,
  reckoner: Reckoner,
): Promise<Omit<RegisteredClaim, 'conflicts'>> => {
  const claim = JSON.parse(json) as Claim;
  const claimed = boundsOf(claim);
  const reckoning = await reckoner.reckon({ about: claim.about, claimed, on });
  const register = 'register' in reckoning ? reckoning.register : null;
  const counted = register && { atLeast: register.yes, atMost: register.yes + register.uncertain };
  return {
    id,
    revision,
    speaker: claim.speaker,
    organisation: claim.organisation ?? null,
    saidOn: claim.saidOn,
    about: claim.about,
    value: claim.value ?? null,
    range: claim.range ?? null,
    denies: claim.denies ?? false,
    text: claim.text ?? null,
    sources: claim.sources,
    withdrawn: claim.withdrawn,
    register,
    unanswered: 'unanswered' in reckoning ? reckoning.unanswered : null,
    agreement: counted && agreementOf(claimed, counted),
    difference: counted && differenceOf(claimed, counted),
  };
};

const IS_KNOWN_CLAIM = 'c.known_from <= @position AND @position < c.known_to AND c.claim IS NOT NULL';
const CLAIM_COLUMNS_SQL = 'c.about, c.said_day AS saidDay, s.id, c.revision, c.claim';

const readClaimRows = (
  { db }: Pick<QueryContext, 'db'>,
  position: number,
  { id, about, list, instrument }: Omit<Claims['parameters'], 'limit' | 'after'>,
  after: ClaimSortPosition | null,
  limit: number,
): readonly ClaimRow[] => {
  const filters: Readonly<Record<string, SqlValue | undefined>> = {
    's.id': id,
    'c.metric': about,
    'c.list': list,
    'c.instrument': instrument,
  };
  const given = Object.entries(filters).flatMap(([column, value], index) =>
    value === undefined ? [] : [{ condition: `${column} = @filter${index}`, value: { [`filter${index}`]: value } }],
  );
  const conditions = [
    IS_KNOWN_CLAIM,
    ...given.map(({ condition }) => condition),
    ...(after === null ? [] : ['(c.about, c.said_day, s.id) > (@about, @saidDay, @id)']),
  ];
  const sql = `SELECT ${CLAIM_COLUMNS_SQL} FROM ${PERSONAL_CLAIMS_TABLE} c JOIN streams s ON s.no = c.stream
    WHERE ${conditions.join(' AND ')} ORDER BY c.about, c.said_day, s.id ${stableLimit('@limit')}`;
  const values = Object.assign({}, ...given.map(({ value }) => value)) as Readonly<Record<string, SqlValue>>;
  return cachedStatement(db, sql).all({ position, ...values, ...after, limit }) as ClaimRow[];
};

interface ClaimWithBounds {
  readonly id: string;
  readonly bounds: Bounds;
}

/** Finds the claims that contradict a claim; queries the claims about each subject once per page. */
class ClaimConflicts {
  readonly #read = new Map<string, readonly ClaimWithBounds[]>();

  constructor(
    private readonly db: Db,
    private readonly position: number,
  ) {}

  /** The ids of the claims that contradict a claim, at most LIMITS.conflicts. A withdrawn claim contradicts none. */
  conflictsOf({ id, about }: ClaimRow): readonly string[] {
    const all = this.#about(about);
    const own = all.find((claim) => claim.id === id);
    if (own === undefined) return [];
    const conflicts: string[] = [];
    for (const { id: other, bounds } of all) {
      if (other !== id && haveNoCommonNumber(own.bounds, bounds)) conflicts.push(other);
      if (conflicts.length === LIMITS.conflicts) break;
    }
    return conflicts;
  }

  #about(about: string): readonly ClaimWithBounds[] {
    const read = this.#read.get(about) ?? this.#query(about);
    this.#read.set(about, read);
    return read;
  }

  /** The bounds of the claims about one subject that were not withdrawn, in the order of the days on which they were made. */
  #query(about: string): readonly ClaimWithBounds[] {
    const sql = `SELECT ${CLAIM_COLUMNS_SQL} FROM ${PERSONAL_CLAIMS_TABLE} c JOIN streams s ON s.no = c.stream
      WHERE ${IS_KNOWN_CLAIM} AND c.about = @about ORDER BY c.said_day, s.id`;
    const bounds: ClaimWithBounds[] = [];
    const rows = cachedStatement(this.db, sql).iterate({
      position: this.position,
      about,
    }) as IterableIterator<ClaimRow>;
    for (const { id, claim: json } of rows) {
      const claim = JSON.parse(json) as Claim;
      if (claim.withdrawn === null) bounds.push({ id, bounds: boundsOf(claim) });
    }
    return bounds;
  }
}
