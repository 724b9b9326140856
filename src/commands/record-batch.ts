/** The command that records a batch: events of many cases, each row recorded or refused for itself. */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import pLimit from 'p-limit';
import type { ReportedEvent } from '../domain/amendments.js';
import type { CaseEvent, Reference } from '../domain/case/events.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import type { Actor } from '../domain/event.js';
import { referenceId, referencesOf } from '../domain/reference/reference.js';
import { EVENT_STORE, type Cursor, type EventStore } from '../event-store/port.js';
import { findReferenceHolder } from './claim-references.js';
import { newCaseId } from './ids.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsRequest,
  type RecordEventsResult,
} from './record-events.js';

/** How a row names its case: by id or by reference; null where the row opens a case. */
export type CaseSelector = { readonly id: string } | Reference | null;

export type BatchRow =
  | (Pick<RecordEventsRequest, 'acknowledge' | 'expectedRevision'> & {
      readonly case: CaseSelector;
      readonly event: ReportedEvent<CaseEvent>;
    })
  /** A row that failed validation, with the references that it probably adds to its case. */
  | { readonly unreadable: readonly Reference[] };

export interface RecordBatchRequest {
  readonly rows: readonly BatchRow[];
  readonly actor: Actor;
  /** Idempotency key of the batch; the key of each row is made from it and the row's number. */
  readonly key?: string;
  readonly correlationId: string;
}

export type BatchRowResult =
  | RecordEventsResult
  | { readonly outcome: 'unreadable' }
  /** The row names its case by a reference that an earlier row should have given, and that row was not recorded. */
  | { readonly outcome: 'reference-not-given' }
  /** An error of the store. Whether the row was recorded may be unknown. */
  | { readonly outcome: 'failed'; readonly error: unknown };

export interface RecordBatchResult {
  /** One for each row, in order. */
  readonly rows: readonly BatchRowResult[];
  /** The store's cursor of the last event recorded, null where none was. */
  readonly token: Cursor | null;
}

export class RecordBatch extends Command<RecordBatchResult> {
  constructor(readonly request: RecordBatchRequest) {
    super();
  }
}

/** Cases written concurrently: several, so that appends share disk flushes, but few, so that they block the event loop only briefly. */
const CONCURRENT_CASES = 8;

type Failed = Extract<BatchRowResult, { outcome: 'failed' }>;
/** The case of a row: its id, null where there is no such case, or the error of the lookup. */
type ResolvedCase = string | null | Failed;

interface BatchRowTarget {
  readonly caseId: ResolvedCase;
  /** Index of the earlier row that gives the reference by which this row names its case. */
  readonly referenceGivenByRow?: number;
}

/**
 * Records each row as RecordEvents would: rows of one case in order, different cases concurrently. A reference means the case to
 * which an earlier row gives it, or else the case that holds it in the register.
 */
@CommandHandler(RecordBatch)
export class RecordBatchHandler implements ICommandHandler<RecordBatch> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly recordEvents: RecordEventsHandler,
  ) {}

  async execute({ request }: RecordBatch): Promise<RecordBatchResult> {
    const plans = await this.plan(request);
    const results: BatchRowResult[] = [];
    await pLimit(CONCURRENT_CASES).map(rowsByCase(plans), async (indices) => {
      for (const index of indices)
        results[index] = await this.record(request, index, plans[index] as BatchRowTarget, results);
    });
    const tokens = results.flatMap((result) => (result.outcome === 'recorded' ? [result.token] : []));
    return { rows: results, token: tokens.sort((a, b) => this.store.compare(a, b)).at(-1) ?? null };
  }

  /** Resolves the case of each row before any row is written. */
  private async plan({ rows, actor, key }: RecordBatchRequest): Promise<readonly BatchRowTarget[]> {
    const holders = await this.findReferenceHolders(rows);
    const givenBy = new Map<string, number>();
    const plans: BatchRowTarget[] = [];
    const planOf = (row: BatchRow, index: number): BatchRowTarget => {
      if ('unreadable' in row) return { caseId: null };
      if (row.case === null) return { caseId: newCaseId(actor, rowKey(key, index)) };
      if ('id' in row.case) return { caseId: row.case.id };
      const reference = referenceId(row.case);
      const givingRow = givenBy.get(reference);
      if (givingRow === undefined) return { caseId: holders.get(reference) ?? null };
      return { caseId: plans[givingRow]?.caseId ?? null, referenceGivenByRow: givingRow };
    };
    rows.forEach((row, index) => {
      plans.push(planOf(row, index));
      for (const reference of referencesGivenBy(row)) givenBy.set(referenceId(reference), index);
    });
    return plans;
  }

  /** The holders of the references by which rows name their cases, by referenceId. */
  private async findReferenceHolders(rows: readonly BatchRow[]): Promise<ReadonlyMap<string, ResolvedCase>> {
    const selectors = rows.flatMap((row) =>
      'case' in row && row.case !== null && !('id' in row.case) ? [row.case] : [],
    );
    const references = new Map(selectors.map((reference) => [referenceId(reference), reference]));
    const holders = await pLimit(CONCURRENT_CASES).map(
      references,
      async ([id, { list, reference }]): Promise<[string, ResolvedCase]> => {
        const holder = await catchAsFailed(() => findReferenceHolder(this.store, this.clock, list, reference));
        return [id, holder !== null && 'caseId' in holder ? holder.caseId : holder];
      },
    );
    return new Map(holders);
  }

  /** Records one row. `results` has, by index, the results of the rows before it, at least of all that are about its case. */
  private async record(
    { rows, actor, key, correlationId }: RecordBatchRequest,
    index: number,
    { caseId, referenceGivenByRow }: BatchRowTarget,
    results: readonly BatchRowResult[],
  ): Promise<BatchRowResult> {
    const row = rows[index] as BatchRow;
    if ('unreadable' in row) return { outcome: 'unreadable' };
    if (referenceGivenByRow !== undefined && results[referenceGivenByRow]?.outcome !== 'recorded')
      return { outcome: 'reference-not-given' };
    if (caseId === null) return { outcome: 'unknown-subject' };
    if (typeof caseId === 'object') return caseId;
    const { event, case: selector, ...options } = row;
    const ownKey = rowKey(key, index);
    const request: RecordEventsRequest = {
      subject: { kind: 'case', id: caseId },
      isNewSubject: selector === null,
      events: [event],
      actor,
      correlationId,
      ...(ownKey === undefined ? {} : { key: ownKey }),
      ...options,
    };
    return catchAsFailed(() => this.recordEvents.execute(new RecordEvents(request)));
  }
}

/** Keys of requests contain no space, so a row's key never equals the key of another request. */
const rowKey = (key: string | undefined, index: number): string | undefined =>
  key === undefined ? undefined : `${key} ${index + 1}`;

const referencesGivenBy = (row: BatchRow): readonly Reference[] =>
  'unreadable' in row ? row.unreadable : referencesOf(row.event);

/** Indices of rows, grouped by case; a row without a case is a group of one. */
const rowsByCase = (plans: readonly BatchRowTarget[]): readonly (readonly number[])[] => {
  const groups = new Map<string | number, number[]>();
  plans.forEach(({ caseId }, index) => {
    const group = typeof caseId === 'string' ? caseId : index;
    const indices = groups.get(group);
    if (indices === undefined) groups.set(group, [index]);
    else indices.push(index);
  });
  return [...groups.values()];
};

const catchAsFailed = async <T>(work: () => Promise<T>): Promise<T | Failed> => {
  try {
    return await work();
  } catch (error) {
    return { outcome: 'failed', error };
  }
};
