/** Replays the log for auditors: each event with what it changed of its case, of the lists on a day, and of their numbers. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { ListDefinition } from '../../domain/list/list.js';
import { formatDay } from '../../domain/time.js';
import { countMatchingPeople } from '../list/page.js';
import type { Totals } from '../list/person.view.js';
import { listScope, toPeriodSqlConditions, memberConditions } from '../list/predicate.js';
import type { FullEventEntry } from '../log-tables.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope, type ScopedContext } from '../scope.js';
import { changesReader } from './changes-reader.js';
import { toHistoryEntry } from './entry.js';
import type { HistoryEntry } from './history-entry.view.js';
import { applyChanges, listMembershipChanges, type ListMembershipChange } from './list-changes.js';
import { streamsOf } from './subject-streams.js';

/** How many people are on a list. */
export interface ListTotals extends Totals {
  readonly list: string;
}

export interface ReplayStep {
  readonly entry: HistoryEntry;
  /** The changes of membership on the day `asOf`; empty for an event that is not of a case. */
  readonly lists: readonly ListMembershipChange[];
  /** The new totals of the lists whose totals changed. */
  readonly totals: readonly ListTotals[];
}

export interface ReplayPage {
  /** The day for which memberships and totals are computed. */
  readonly asOf: string;
  /** The last position of the replay. */
  readonly position: number;
  /** The totals of every list before the first step; of no list where the replay is that of one case. */
  readonly opening: readonly ListTotals[];
  readonly steps: readonly ReplayStep[];
  /** `after` of the next page. */
  readonly next: number | null;
}

/**
 * The events after a position until that of the scope. With `caseId`, those of one case and of the cases merged into it, without totals.
 * Null for an unknown case. Throws BeyondLog if `after` is beyond the log.
 */
export class Replay extends Query<ReplayPage | null> {
  constructor(
    readonly scope: Scope,
    readonly parameters: { readonly caseId?: string; readonly after: number; readonly limit: number },
  ) {
    super();
  }
}

@QueryHandler(Replay)
export class ReplayHandler implements IQueryHandler<Replay> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, parameters }: Replay): Promise<ReplayPage | null> {
    const { caseId, after, limit } = parameters;
    await this.reader.contextAt({ position: after });
    const context = await openScope(this.reader, asked);
    const { logTables, scope } = context;
    const streams = caseId === undefined ? null : streamsOf(logTables, { kind: 'case', id: caseId }, scope.position);
    if (streams?.length === 0) return null;
    const { events, next } = logTables.pageOfEvents({ after, upTo: scope.position, limit }, streams, null);
    const totals = new ReplayTotals(context, caseId === undefined ? after : null);
    const opening = totals.all();
    const changes = changesReader(logTables);
    return {
      asOf: formatDay(scope.day),
      position: scope.position,
      opening,
      steps: events.map((event) => stepOf(context, totals, toHistoryEntry(event, changes(event)), event)),
      next,
    };
  }
}

const stepOf = (
  context: ScopedContext,
  totals: ReplayTotals,
  entry: HistoryEntry,
  { position, subject }: FullEventEntry,
): ReplayStep => {
  const lists =
    subject.kind === 'case'
      ? listMembershipChanges(context.db, position, context.scope.day, listsAt(context, position))
      : [];
  const changed = subject.kind === 'list' ? totals.recount(subject.id, position) : totals.apply(lists);
  return { entry, lists, totals: changed };
};

const listsAt = ({ logTables }: ScopedContext, position: number): readonly ListDefinition[] =>
  logTables.idsOf('list').flatMap((id) => logTables.listAt(id, position)?.definition ?? []);

/**
 * Keeps the totals of the lists during a replay: each list is counted once at the start and again after each event of
 * its own stream; events of cases only add their changes.
 */
class ReplayTotals {
  readonly #totals: Map<string, Totals> | null;

  /** `position` is that before the first event; null keeps no totals. */
  constructor(
    private readonly context: ScopedContext,
    position: number | null,
  ) {
    this.#totals =
      position === null
        ? null
        : new Map(listsAt(context, position).map((list) => [list.id, this.#count(list, position)]));
  }

  all(): readonly ListTotals[] {
    return [...(this.#totals ?? [])].map(([list, totals]) => ({ list, ...totals }));
  }

  apply(changes: readonly ListMembershipChange[]): readonly ListTotals[] {
    return [...new Set(changes.map(({ list }) => list))].flatMap((list) =>
      this.#updateTotals(
        list,
        applyChanges(
          this.#totals?.get(list) ?? NO_PEOPLE,
          changes.filter((one) => one.list === list),
        ),
      ),
    );
  }

  recount(list: string, position: number): readonly ListTotals[] {
    const found = this.#totals && this.context.logTables.listAt(list, position);
    return found ? this.#updateTotals(list, this.#count(found.definition, position)) : [];
  }

  #updateTotals(list: string, totals: Totals): readonly ListTotals[] {
    if (this.#totals === null) return [];
    const before = this.#totals.get(list);
    this.#totals.set(list, totals);
    return before?.yes === totals.yes && before.uncertain === totals.uncertain ? [] : [{ list, ...totals }];
  }

  #count(list: ListDefinition, position: number): Totals {
    const { counters, scope, position: head } = this.context;
    const match = toPeriodSqlConditions(memberConditions(list, scope.day));
    return countMatchingPeople(counters, listScope(list.id, scope.day, position, head), match);
  }
}

const NO_PEOPLE: Totals = { yes: 0, uncertain: 0 };
