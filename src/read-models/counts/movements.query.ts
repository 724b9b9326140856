/** Movements of a list within a span: totals of the whole span, and one page of movements. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { formatDay, parseEdtf, type Day } from '../../domain/time.js';
import type { EventEntry } from '../log-tables.js';
import { filterConditions } from '../list/filters.js';
import { readCursor, writeCursor } from '../list/page-cursor.js';
import { listEntriesOf } from '../list/entries.js';
import { countPeople } from '../list/page.js';
import { listScope, matchOf, memberConditions } from '../list/predicate.js';
import type { MemberSet, Movement, MovementTotals } from './movement.view.js';
import { ReadModelReader, type QueryContext } from '../reader.js';
import { openScope, requireDay, type Scope } from '../scope.js';
import { FileReplaced, visitMovements, type CaseMovements } from './visit-movements.js';
import {
  onlyCategory,
  causeOfEntry,
  causeOfExit,
  type MovementCause,
  type MovementScope,
  type MembershipChange,
} from './movement.js';

/**
 * Every entry, exit and change of category after day `from` until the end of day `to`. Repeated movements are all
 * counted, so that consecutive spans add up. Movements are paged by day and name; all numbers are of the whole span.
 */
export class Movements extends Query<{
  readonly list: string;
  readonly from: string;
  readonly to: string;
  readonly set: MemberSet;
  readonly knownAt: string;
  readonly position: number;
  readonly opening: number;
  readonly closing: number;
  readonly totals: MovementTotals;
  readonly entered: readonly Movement[];
  readonly left: readonly Movement[];
  readonly moved: readonly Movement[];
  readonly leftByReason: readonly { readonly reason: string; readonly count: number }[];
  readonly next: string | null;
} | null> {
  constructor(
    readonly scope: Scope,
    readonly list: string,
    readonly parameters: {
      readonly from: string;
      readonly to: string;
      readonly set?: MemberSet;
      readonly category?: readonly string[];
      /** Page size; 0 returns only the numbers, and `next` is null. */
      readonly limit: number;
      readonly after?: string;
    },
  ) {
    super();
  }
}

type Result = Awaited<ReturnType<IQueryHandler<Movements>['execute']>>;

/** Content of a page cursor: the position that all pages are known at, and the last movement of the previous page. */
interface MovementCursor {
  readonly position: number;
  readonly day: Day;
  readonly key: string;
  readonly caseId: string;
}

@QueryHandler(Movements)
export class MovementsHandler implements IQueryHandler<Movements> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Throws RangeError if `from` is after `to`, InvalidCursor for a cursor of another query. */
  async execute({ scope, list, parameters }: Movements): Promise<Result> {
    const set = parameters.set ?? 'certain';
    const queryKey = ['movements', scope.key, list, parameters.from, parameters.to, set, parameters.category];
    const span = { from: requireDay(parameters.from), to: requireDay(parameters.to) };
    if (span.from > span.to) throw new RangeError('the first day lies after the last');
    const { logId } = await this.reader.contextAt({ atLeast: scope.atLeast });
    const cursor =
      parameters.after === undefined ? null : (readCursor(parameters.after, queryKey, logId) as MovementCursor);
    const pinned = cursor && { day: span.to, position: cursor.position };
    const { position, knownAt } = (await openScope(this.reader, scope, pinned)).scope;
    for (;;) {
      const context = await this.reader.contextAt({ position });
      const definition = context.logTables.listAt(list, position)?.definition;
      if (definition === undefined) return null;
      const movementScope: MovementScope = { list: definition, set, categories: parameters.category, ...span };
      const opening = membersOn(context, position, movementScope, movementScope.from);
      const closing = membersOn(context, position, movementScope, movementScope.to);
      try {
        const { page, more, ...sums } = await this.#sum(context, position, movementScope, parameters.limit, cursor);
        const last = more ? page.at(-1) : undefined;
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
          next: last === undefined ? null : writeCursor(cursorAt(position, last), queryKey, context.logId),
        };
      } catch (error) {
        if (!(error instanceof FileReplaced)) throw error;
      }
    }
  }

  async #sum(
    context: QueryContext,
    known: number,
    movementScope: MovementScope,
    limit: number,
    cursor: MovementCursor | null,
  ): Promise<Sums> {
    const totals = { entered: 0, left: 0, moved: 0, movedIn: 0, movedOut: 0 };
    const reasons = new Map<string, number>();
    const page = new MovementPage(limit, cursor);
    await visitMovements(this.reader, context, known, movementScope, (caseMovements) => {
      for (const change of caseMovements.changes) {
        totals[change.kind] += 1;
        if (change.moved === 'in') totals.movedIn += 1;
        if (change.moved === 'out') totals.movedOut += 1;
        if (change.kind === 'left') {
          const { reason } = causeOfExit(movementScope.list, caseMovements.rows, change.day);
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
        if (page.mayContain(change)) page.offer(placeMovement(movementScope, caseMovements, change));
      }
    });
    const { shown, more } = page.end();
    const leftByReason = [...reasons].map(([reason, count]) => ({ reason, count }));
    return { totals, leftByReason: leftByReason.sort((a, b) => (a.reason < b.reason ? -1 : 1)), page: shown, more };
  }
}

interface Sums {
  readonly totals: MovementTotals;
  readonly leftByReason: readonly { readonly reason: string; readonly count: number }[];
  readonly page: readonly PlacedMovement[];
  readonly more: boolean;
}

/** Members at the end of a day, from the same counters as the list of members, so that both agree. */
const membersOn = (
  { counters, position }: QueryContext,
  known: number,
  movementScope: MovementScope,
  day: Day,
): number => {
  const scope = listScope(movementScope.list.id, day, known, position);
  const category = movementScope.categories === undefined ? {} : { category: movementScope.categories };
  const { yes, uncertain } = countPeople(
    counters,
    scope,
    matchOf([...memberConditions(movementScope.list, day), ...filterConditions(category)]),
  );
  return movementScope.set === 'certain' ? yes : yes + uncertain;
};

/** A movement with its sort keys: day, name key, case id. */
interface PlacedMovement {
  readonly day: Day;
  readonly key: string;
  readonly caseId: string;
  readonly kind: MembershipChange['kind'];
  readonly movement: Movement;
}

const cursorAt = (position: number, { day, key, caseId }: PlacedMovement): MovementCursor => ({
  position,
  day,
  key,
  caseId,
});

type Place = Pick<PlacedMovement, 'day' | 'key' | 'caseId'>;

/** Compares text by UTF-8 bytes, as SQLite does. */
const compare = (a: Place, b: Place): number =>
  a.day - b.day ||
  Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
  (a.caseId < b.caseId ? -1 : Number(a.caseId > b.caseId));

/** Collects the first movements after a cursor from unordered input; holds at most two pages in memory. */
class MovementPage {
  #held: PlacedMovement[] = [];
  /** Movements after this day cannot be on the page. */
  #lastDay: Day | null = null;

  constructor(
    private readonly limit: number,
    private readonly after: MovementCursor | null,
  ) {}

  mayContain({ day }: MembershipChange): boolean {
    return (
      this.limit > 0 &&
      (this.after === null || day >= this.after.day) &&
      (this.#lastDay === null || day <= this.#lastDay)
    );
  }

  offer(placed: PlacedMovement): void {
    if (this.after !== null && compare(placed, this.after) <= 0) return;
    this.#held.push(placed);
    if (this.#held.length < 2 * (this.limit + 1)) return;
    this.#held = this.#held.sort(compare).slice(0, this.limit + 1);
    this.#lastDay = this.#held.at(-1)?.day ?? null;
  }

  end(): { readonly shown: readonly PlacedMovement[]; readonly more: boolean } {
    const sorted = this.#held.sort(compare);
    return { shown: sorted.slice(0, this.limit), more: sorted.length > this.limit };
  }
}

const byKind = (page: readonly PlacedMovement[]): Record<MembershipChange['kind'], readonly Movement[]> => {
  const of = (kind: MembershipChange['kind']): readonly Movement[] =>
    page.filter((placed) => placed.kind === kind).map(({ movement }) => movement);
  return { entered: of('entered'), left: of('left'), moved: of('moved') };
};

const placeMovement = (
  movementScope: MovementScope,
  caseMovements: CaseMovements,
  change: MembershipChange,
): PlacedMovement => {
  const { context, scope, caseNo } = caseMovements;
  const listEntry = listEntriesOf(context.db, scope, [caseNo]).get(caseNo);
  if (listEntry === undefined) throw new Error('a case that moves has a list entry');
  const entries = context.logTables.caseEntries(caseNo, scope.position);
  const { reason, event } = movementCause(movementScope, caseMovements, change, entries);
  const said = entries.find(({ known: knownAt }) => knownAt.id === event)?.known.event;
  const on = said !== undefined && 'occurredOn' in said ? (said.occurredOn ?? null) : formatDay(change.day);
  return {
    day: change.day,
    key: listEntry.nameKey,
    caseId: listEntry.caseId,
    kind: change.kind,
    movement: {
      caseId: listEntry.caseId,
      references: listEntry.references,
      name: listEntry.name,
      day: formatDay(change.day),
      on,
      reason,
      event,
      category: onlyCategory(change.kind === 'left' ? change.before : change.after),
      previousCategory: change.kind === 'moved' ? onlyCategory(change.before) : null,
    },
  };
};

const movementCause = (
  movementScope: MovementScope,
  { rows }: CaseMovements,
  change: MembershipChange,
  entries: readonly EventEntry[],
): MovementCause => {
  if (change.kind === 'entered') return causeOfEntry(movementScope.list, rows, change.day);
  return change.kind === 'left'
    ? causeOfExit(movementScope.list, rows, change.day)
    : causeOfMove(movementScope, change, entries);
};

/**
 * The last event up to the day that sets one of the categories that became possible; among events of one day, the one
 * recorded last.
 */
const causeOfMove = (
  { list }: MovementScope,
  { day, before, after }: MembershipChange,
  entries: readonly EventEntry[],
): MovementCause => {
  const added = [...after].filter((category) => !before.has(category));
  const categories = new Set(added.length > 0 ? added : after);
  const candidates = entries.flatMap(({ known: { id, event } }) => {
    const when = parseEdtf(('occurredOn' in event ? event.occurredOn : undefined) ?? '')?.earliest;
    if (!('category' in event) || !('list' in event) || when === undefined || when > day) return [];
    return event.list === list.id && categories.has(event.category)
      ? [{ when, cause: { reason: event.type, event: id } }]
      : [];
  });
  return candidates.sort((a, b) => a.when - b.when).at(-1)?.cause ?? { reason: 'recategorised', event: null };
};
