/** Movements of a list within a span: totals of the whole span, and one page of movements. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, requireDay, type Scope } from '../scope.js';
import { countMembersOn } from './members-on.js';
import { causeOfExit, type MembershipChange, type MovementScope } from './movement.js';
import type { CertainOrPossible, Movement, MovementsView, MovementTotals } from './movement.view.js';
import { OrderedPage, type SortPosition } from './ordered-page.js';
import { toRankedMovement, type RankedMovement } from './rank-movement.js';
import { visitMovements } from './visit-movements.js';
import { retryIfFileReplaced } from '../one-file.js';

/**
 * Every entry, exit and change of category after day `from` until the end of day `to`. Repeated movements are all
 * counted, so that consecutive spans add up. Movements are paged by day and name; all numbers are of the whole span.
 */
export class Movements extends Query<MovementsView | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly parameters: {
      readonly from: string;
      readonly to: string;
      readonly set?: CertainOrPossible;
      readonly category?: readonly string[];
      /** Page size; 0 returns only the numbers, and `next` is null. */
      readonly limit: number;
      /** The page cursor of the page before. */
      readonly after?: string;
    },
  ) {
    super();
  }
}

/** Content of a page cursor: the position that all pages are known at, and the last movement of the previous page. */
interface MovementCursor extends SortPosition {
  readonly position: number;
}

@QueryHandler(Movements)
export class MovementsHandler implements IQueryHandler<Movements> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Throws RangeError if `from` is after `to`, InvalidCursor for a cursor of another query. */
  async execute({ scope, list, parameters }: Movements): Promise<MovementsView | null> {
    const set = parameters.set ?? 'certain';
    const queryKey = ['movements', scope.key, list, parameters.from, parameters.to, set, parameters.category];
    const span = { from: requireDay(parameters.from), to: requireDay(parameters.to) };
    if (span.from > span.to) throw new RangeError('the first day lies after the last');
    const { logId } = await this.reader.contextAt({ atLeast: scope.atLeast });
    const cursor =
      parameters.after === undefined ? null : (readCursor(parameters.after, queryKey, logId) as MovementCursor);
    const pinned = cursor && { day: span.to, position: cursor.position };
    const { position, knownAt } = (await openScope(this.reader, scope, pinned)).scope;
    return retryIfFileReplaced(this.reader, position, async (context) => {
      const definition = context.logTables.listAt(list, position)?.definition;
      if (definition === undefined) return null;
      const movementScope: MovementScope = { list: definition, set, categories: parameters.category, ...span };
      const opening = countMembersOn(context, position, movementScope, movementScope.from);
      const closing = countMembersOn(context, position, movementScope, movementScope.to);
      const { page, last, ...sums } = await this.#sum(context, position, movementScope, parameters.limit, cursor);
      return {
        list,
        from: parameters.from,
        to: parameters.to,
        set,
        knownAt,
        position,
        opening,
        closing,
        ...sums,
        ...byKind(page),
        next: last && writeCursor({ position, ...last }, queryKey, context.logId),
      };
    });
  }

  async #sum(
    context: QueryContext,
    knownPosition: number,
    movementScope: MovementScope,
    limit: number,
    cursor: MovementCursor | null,
  ): Promise<MovementSums> {
    const totals = { entered: 0, left: 0, moved: 0, movedIn: 0, movedOut: 0 };
    const reasons = new Map<string, number>();
    const page = new OrderedPage<RankedMovement>(limit, cursor);
    await visitMovements(this.reader, context, knownPosition, movementScope, (caseMovements) => {
      for (const change of caseMovements.changes) {
        totals[change.kind] += 1;
        if (change.moved === 'in') totals.movedIn += 1;
        if (change.moved === 'out') totals.movedOut += 1;
        if (change.kind === 'left') {
          const { reason } = causeOfExit(movementScope.list, caseMovements.rows, change.day);
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
        if (page.mayContain(change.day)) page.offer(toRankedMovement(movementScope, caseMovements, change));
      }
    });
    const { items, last } = page.finish();
    const leftByReason = [...reasons].map(([reason, count]) => ({ reason, count }));
    return { totals, leftByReason: leftByReason.sort((a, b) => (a.reason < b.reason ? -1 : 1)), page: items, last };
  }
}

interface MovementSums {
  readonly totals: MovementTotals;
  readonly leftByReason: readonly { readonly reason: string; readonly count: number }[];
  readonly page: readonly RankedMovement[];
  readonly last: SortPosition | null;
}

const byKind = (page: readonly RankedMovement[]): Record<MembershipChange['kind'], readonly Movement[]> => {
  const of = (kind: MembershipChange['kind']): readonly Movement[] =>
    page.filter((placed) => placed.kind === kind).map(({ movement }) => movement);
  return { entered: of('entered'), left: of('left'), moved: of('moved') };
};
