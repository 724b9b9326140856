/** Many events at once: rows about many cases, each recorded or refused for itself. */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseEvent, Reference } from '../domain/case/events.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import type { Actor } from '../domain/event.js';
import { referenceId, referencesOf } from '../domain/reference/reference.js';
import { EVENT_STORE, type Cursor, type EventStore } from '../event-store/port.js';
import { holderOf } from './claim-references.js';
import { newCaseId } from './ids.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsResult,
  type RecordEventsRequest,
} from './record-events.js';

/** How a row names its case: by its id, by a reference, or not at all where it opens one. */
export type CaseSelector = { readonly id: string } | Reference | null;

export type BatchRow =
  | (Pick<RecordEventsRequest, 'acknowledge' | 'expectedRevision'> & {
      readonly case: CaseSelector;
      readonly event: CaseEvent;
    })
  /** One that could not be read: with the references that it seems to give its case. */
  | { readonly unreadable: readonly Reference[] };

export interface RecordBatchRequest {
  readonly rows: readonly BatchRow[];
  readonly actor: Actor;
  /** Key of the whole; each row has its own, made from it and the row's number. */
  readonly key?: string;
  readonly correlationId: string;
}

export type BatchRowResult =
  | RecordEventsResult
  | { readonly outcome: 'unreadable' }
  /** An earlier row was to give its case the reference that this one names it by, and was not recorded. */
  | { readonly outcome: 'reference-not-given' }
  /** Thrown by the store; whether the row was recorded may be unknown. */
  | { readonly outcome: 'failed'; readonly error: unknown };

export interface RecordBatchResult {
  /** One for each row, in their order. */
  readonly rows: readonly BatchRowResult[];
  /** The store's cursor of the last event recorded, null where none was. */
  readonly token: Cursor | null;
}

export class RecordBatch extends Command<RecordBatchResult> {
  constructor(readonly request: RecordBatchRequest) {
    super();
  }
}

/** Cases that are written at once: their appends share flushes, and others have their turn in between. */
const AT_ONCE = 32;

interface Plan {
  /** Which case a row is about: null where there is none, or why nobody can say. */
  readonly caseId: string | null | Failed;
  /** The earlier row that gives the reference by which this one names its case. */
  readonly givenBy?: number;
}
type Failed = Extract<BatchRowResult, { outcome: 'failed' }>;

/**
 * Records each row as RecordEvents would, those of one case in their order, those of different cases beside each other.
 * A reference means the case to which the last row before gives it; else the one that holds it in the register.
 */
@CommandHandler(RecordBatch)
export class RecordBatchHandler implements ICommandHandler<RecordBatch> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly events: RecordEventsHandler,
  ) {}

  async execute({ request }: RecordBatch): Promise<RecordBatchResult> {
    const plans = await this.plan(request);
    const answers: BatchRowResult[] = [];
    await beside(rowsOfEach(plans), async (rows) => {
      for (const at of rows) answers[at] = await this.record(request, at, plans[at] as Plan, answers);
    });
    const tokens = answers.flatMap((answer) => (answer.outcome === 'recorded' ? [answer.token] : []));
    return { rows: answers, token: tokens.sort((a, b) => this.store.compare(a, b)).at(-1) ?? null };
  }

  /** Finds out which case each row is about, before any is written. */
  private async plan({ rows, actor, key }: RecordBatchRequest): Promise<readonly Plan[]> {
    const held = await this.holders(rows);
    const given = new Map<string, number>();
    const plans: Plan[] = [];
    const planOf = (row: BatchRow, at: number): Plan => {
      if ('unreadable' in row) return { caseId: null };
      if (row.case === null) return { caseId: newCaseId(actor, keyOf(key, at)) };
      if ('id' in row.case) return { caseId: row.case.id };
      const reference = referenceId(row.case);
      const givenBy = given.get(reference);
      if (givenBy === undefined) return { caseId: held.get(reference) ?? null };
      return { caseId: plans[givenBy]?.caseId ?? null, givenBy };
    };
    rows.forEach((row, at) => {
      plans.push(planOf(row, at));
      for (const reference of givenIn(row)) given.set(referenceId(reference), at);
    });
    return plans;
  }

  /** The cases that hold the references by which rows name them. */
  private async holders(rows: readonly BatchRow[]): Promise<ReadonlyMap<string, string | null | Failed>> {
    const named = rows.flatMap((row) => ('case' in row && row.case !== null && !('id' in row.case) ? [row.case] : []));
    const held = new Map<string, string | null | Failed>();
    await beside([...new Map(named.map((r) => [referenceId(r), r])).values()], async ({ list, reference }) => {
      const holder = await orFailed(() => holderOf(this.store, this.clock, list, reference));
      held.set(referenceId({ list, reference }), holder !== null && 'caseId' in holder ? holder.caseId : holder);
    });
    return held;
  }

  private async record(
    { rows, actor, key, correlationId }: RecordBatchRequest,
    at: number,
    { caseId, givenBy }: Plan,
    answers: readonly BatchRowResult[],
  ): Promise<BatchRowResult> {
    const row = rows[at] as BatchRow;
    if ('unreadable' in row) return { outcome: 'unreadable' };
    if (givenBy !== undefined && answers[givenBy]?.outcome !== 'recorded') return { outcome: 'reference-not-given' };
    if (caseId === null) return { outcome: 'unknown-subject' };
    if (typeof caseId === 'object') return caseId;
    const { event, case: named, ...more } = row;
    const own = keyOf(key, at);
    const request: RecordEventsRequest = {
      subject: { kind: 'case', id: caseId },
      begins: named === null,
      events: [event],
      actor,
      correlationId,
      ...(own === undefined ? {} : { key: own }),
      ...more,
    };
    return orFailed(() => this.events.execute(new RecordEvents(request)));
  }
}

/** No key of a request has a space in it, so that no row has the key of another request. */
const keyOf = (key: string | undefined, at: number): string | undefined =>
  key === undefined ? undefined : `${key} ${at + 1}`;

const givenIn = (row: BatchRow): readonly Reference[] =>
  'unreadable' in row ? row.unreadable : referencesOf(row.event);

/** Where the rows of each case stand; a row about none stands alone. */
const rowsOfEach = (plans: readonly Plan[]): readonly (readonly number[])[] => {
  const rows = new Map<unknown, number[]>();
  plans.forEach(({ caseId }, at) => {
    const own = typeof caseId === 'string' ? caseId : at;
    const others = rows.get(own);
    if (others === undefined) rows.set(own, [at]);
    else others.push(at);
  });
  return [...rows.values()];
};

const beside = async <T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> => {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
};

const orFailed = async <T>(work: () => Promise<T>): Promise<T | Failed> => {
  try {
    return await work();
  } catch (error) {
    return { outcome: 'failed', error };
  }
};
