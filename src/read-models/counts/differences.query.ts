/** The query for the differences between a list on two days, each as known at its own position. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay, type Day } from '../../domain/time.js';
import { listEntriesOf } from '../list/entries.js';
import { listScope } from '../list/predicate.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { InvalidKnownAt } from '../query-errors.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, type AnswerScope, type PinnedScope, type Scope } from '../scope.js';
import type { Difference, DifferencesView, DifferenceTotals } from './difference.view.js';
import { countMembersOn } from './members-on.js';
import { onlyCategory, type MembershipChange, type MovementScope } from './movement.js';
import type { CertainOrPossible, MovementTotals } from './movement.view.js';
import { OrderedPage, type SortPosition } from './ordered-page.js';
import { toRankedMovement } from './rank-movement.js';
import {
  visitDifferences,
  type CaseDifferences,
  type DifferenceScope,
  type HappenedChange,
  type LearnedChange,
} from './visit-differences.js';
import { retryIfFileReplaced } from '../one-file.js';

/**
 * Compares a list at the end of two days, each in a scope of its own, in two steps: from what was known of the earlier day to what is
 * known of it in the later scope (learned late), and from there to the later day (happened since). A case can differ in both. Null for
 * a list that is unknown in the later scope. Differences are paged by origin and name; all numbers are of the whole.
 */
export class ListDifferences extends Query<DifferencesView | null> {
  constructor(
    readonly from: Scope,
    readonly to: Scope,
    readonly list: string,
    readonly parameters: {
      readonly set?: CertainOrPossible;
      readonly category?: readonly string[];
      readonly limit: number;
      readonly after?: string;
    },
  ) {
    super();
  }
}

type Result = Awaited<ReturnType<IQueryHandler<ListDifferences>['execute']>>;

/** Content of a page cursor: the scopes of the first page, and the last difference of the previous one. */
interface DifferenceCursor extends SortPosition {
  readonly from: PinnedScope;
  readonly to: PinnedScope;
}

interface RankedDifference extends SortPosition {
  readonly difference: Difference;
}

@QueryHandler(ListDifferences)
export class ListDifferencesHandler implements IQueryHandler<ListDifferences> {
  constructor(private readonly reader: ReadModelReader) {}

  /**
   * Throws RangeError if the earlier day is after the later one, InvalidKnownAt if the earlier knowledge is after the later one, and
   * InvalidCursor for a cursor of another query.
   */
  async execute(query: ListDifferences): Promise<Result> {
    const { list, parameters } = query;
    const { set = 'certain', category, limit, after } = parameters;
    const queryKey = ['differences', query.from.key, query.to.key, list, set, category];
    const { logId } = await this.reader.contextAt({ atLeast: query.to.atLeast });
    const cursor = after === undefined ? null : (readCursor(after, queryKey, logId) as DifferenceCursor);
    const { from, to } = await this.#openScopes(query, cursor);
    if (from.day > to.day) throw new RangeError('the first day lies after the last');
    return retryIfFileReplaced(this.reader, to.position, async (context) => {
      const scope = differenceScope(context, list, { set, categories: category, from: from.day, to: to.day }, from, to);
      if (scope === null) return null;
      // Counted before the first await: after it, the file may have events that are later than the context.
      const numbers = memberCountsOf(context, scope);
      const { totals, page } = await this.#compare(context, scope, limit, cursor);
      const { items, last } = page.finish();
      const pinned = { from: pinnedScope(from), to: pinnedScope(to) };
      return {
        list,
        from: formatDay(from.day),
        fromKnown: from.knownAt,
        fromPosition: from.position,
        to: formatDay(to.day),
        toKnown: to.knownAt,
        toPosition: to.position,
        set,
        ...numbers,
        totals,
        items: items.map(({ difference }) => difference),
        next: last && writeCursor({ ...pinned, ...last }, queryKey, context.logId),
      };
    });
  }

  /** Opens the earlier scope first, so that events recorded meanwhile cannot put its position after that of the later scope. */
  async #openScopes(
    { from, to }: ListDifferences,
    cursor: DifferenceCursor | null,
  ): Promise<{ readonly from: AnswerScope; readonly to: AnswerScope }> {
    const hasOneKnowledge = from.knownAt === to.knownAt;
    const earlier = await openScopeOfParameter(
      hasOneKnowledge ? 'toKnown' : 'fromKnown',
      openScope(this.reader, from, cursor?.from),
    );
    const later = await openScopeOfParameter('toKnown', openScope(this.reader, to, cursor?.to));
    // Asked for the same knowledge, both scopes get one position, whatever is recorded meanwhile.
    if (hasOneKnowledge) return { from: { ...later, day: earlier.day }, to: later };
    if (earlier.position > later.position) throw new InvalidKnownAt('KNOWN_AT.BACKWARDS', 'fromKnown');
    return { from: earlier, to: later };
  }

  async #compare(
    context: QueryContext,
    scope: DifferenceScope,
    limit: number,
    cursor: DifferenceCursor | null,
  ): Promise<{ readonly totals: DifferenceTotals; readonly page: OrderedPage<RankedDifference> }> {
    const totals = { learnedLate: noCounts(), happenedSince: noCounts() };
    const page = new OrderedPage<RankedDifference>(limit, cursor);
    await visitDifferences(this.reader, context, scope, (differences) => {
      const { learnedChange, happenedChange } = differences;
      if (learnedChange !== null) countChange(totals.learnedLate, learnedChange.change);
      if (happenedChange !== null) countChange(totals.happenedSince, happenedChange.change);
      if (learnedChange !== null && page.mayContain(LEARNED_LATE_RANK))
        page.offer(toLearnedLateDifference(scope, differences, learnedChange));
      if (happenedChange !== null && page.mayContain(HAPPENED_SINCE_RANK))
        page.offer(toHappenedSinceDifference(scope, happenedChange));
    });
    return { totals, page };
  }
}

/** Differences that were learned late come before those that happened since. */
const LEARNED_LATE_RANK = 0;
const HAPPENED_SINCE_RANK = 1;

/** Awaits the opening of a scope; errors of `knownAt` are reported for `parameter`, which the value came from. */
const openScopeOfParameter = async (
  parameter: 'fromKnown' | 'toKnown',
  opening: ReturnType<typeof openScope>,
): Promise<AnswerScope> => {
  try {
    return (await opening).scope;
  } catch (error) {
    throw error instanceof InvalidKnownAt ? new InvalidKnownAt(error.code, parameter) : error;
  }
};

const pinnedScope = ({ day, position }: AnswerScope): PinnedScope => ({ day, position });

/** Null if the list is unknown in the later scope. */
const differenceScope = (
  { logTables }: QueryContext,
  list: string,
  span: Omit<MovementScope, 'list'>,
  from: AnswerScope,
  to: AnswerScope,
): DifferenceScope | null => {
  const [earlier, later] = [from, to].map(({ position }) => logTables.listAt(list, position)?.definition);
  return later === undefined
    ? null
    : {
        earlier: earlier === undefined ? null : { ...span, list: earlier },
        later: { ...span, list: later },
        fromPosition: from.position,
        toPosition: to.position,
      };
};

/** Numbers of members from the same counters as the list of members, so that both agree. */
const memberCountsOf = (context: QueryContext, { earlier, later, fromPosition, toPosition }: DifferenceScope) => {
  const on = (scope: MovementScope | null, day: Day, position: number): number =>
    scope === null ? 0 : countMembersOn(context, position, scope, day);
  return {
    opening: on(earlier, later.from, fromPosition),
    reopening: on(later, later.from, toPosition),
    closing: on(later, later.to, toPosition),
  };
};

type MutableTotals = { -readonly [Name in keyof MovementTotals]: number };

const noCounts = (): MutableTotals => ({ entered: 0, left: 0, moved: 0, movedIn: 0, movedOut: 0 });

const countChange = (totals: MutableTotals, { kind, moved }: MembershipChange): void => {
  totals[kind] += 1;
  if (moved === 'in') totals.movedIn += 1;
  if (moved === 'out') totals.movedOut += 1;
};

/** The category of a case after and before a change; of a case that left the list, its last category. */
const categoriesOf = ({ kind, categoriesBefore, categoriesAfter }: MembershipChange) => ({
  category: onlyCategory(kind === 'left' ? categoriesBefore : categoriesAfter),
  previousCategory: kind === 'moved' ? onlyCategory(categoriesBefore) : null,
});

const toHappenedSinceDifference = (
  { later }: DifferenceScope,
  { change, lastMovement, caseMovements }: HappenedChange,
): RankedDifference => {
  const placed = toRankedMovement(later, caseMovements, lastMovement);
  const { key, caseId } = placed;
  const difference = {
    ...placed.movement,
    ...categoriesOf(change),
    kind: change.kind,
    origin: 'happened-since',
    learnedAt: null,
  } as const;
  return { rank: HAPPENED_SINCE_RANK, key, caseId, difference };
};

/**
 * Describes a difference that was learned late. A case that is not on the list as known later is shown as it was known
 * earlier.
 */
const toLearnedLateDifference = (
  { later, fromPosition, toPosition }: DifferenceScope,
  { context, caseNo }: CaseDifferences,
  { change, position }: LearnedChange,
): RankedDifference => {
  const entryAt = (knownPosition: number) =>
    listEntriesOf(context.db, listScope(later.list.id, later.from, knownPosition, context.position), [caseNo]).get(
      caseNo,
    );
  const entry = entryAt(toPosition) ?? entryAt(fromPosition);
  if (entry === undefined) throw new Error('a case that differs has a list entry');
  const [recorded] = position === null ? [] : context.logTables.recordedEvents(position - 1, 1, null, null);
  const event = recorded?.eventWithId.event;
  const { caseId, references, name, nameKey: key } = entry;
  const difference = {
    caseId,
    references,
    name,
    kind: change.kind,
    origin: 'learned-late',
    day: formatDay(change.day),
    on: event !== undefined && 'occurredOn' in event ? (event.occurredOn ?? null) : null,
    reason: event?.type ?? 'policy',
    event: recorded?.eventWithId.id ?? null,
    learnedAt: recorded?.recordedAt ?? null,
    ...categoriesOf(change),
  } as const;
  return { rank: LEARNED_LATE_RANK, key, caseId, difference };
};
