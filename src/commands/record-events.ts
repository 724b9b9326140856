/** The command that records events: whatever clients and the register report of a case, list, instrument or claim goes through it. */
import { Inject, Optional } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportedEvent } from '../domain/amendments.js';
import type { CaseEvent } from '../domain/case/events.js';
import { finding } from '../domain/case/findings.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import { isAmendment } from '../domain/corrections.js';
import type { Actor, Finding, EventWithId } from '../domain/event.js';
import { parseStreamName, streamName, type AnyEvent, type SubjectKind } from '../domain/events.js';
import {
  EVENT_STORE,
  MAX_EVENTS_PER_APPEND,
  type EventStore,
  type NewEvent,
  type StreamEvent,
} from '../event-store/port.js';
import { claimReferences } from './claim-references.js';
import { completeCorrections, type EventFieldError } from './complete-corrections.js';
import { Decider } from './decider.js';
import {
  loadAbsorbedStreams,
  MERGED_CASES,
  NO_MERGED_CASES,
  type CaseStreamEvents,
  type MergedCases,
} from './merged-cases.js';
import {
  addDuplicateFinding,
  NO_POSSIBLE_DUPLICATES,
  POSSIBLE_DUPLICATES,
  type PossibleDuplicates,
} from './possible-duplicates.js';
import type { DuplicateCandidate } from '../domain/names/likeness.js';
import { toNewEvents } from './new-events.js';
import { eventIds } from './ids.js';
import { checkRepeat } from './repeats.js';
import { loadStream, MAX_EVENTS_PER_STREAM, readStreamAfter } from './streams.js';
import { StreamQueue } from './stream-queue.js';

/** The events are of the subject's kind; schema/ has already checked their shape. */
export interface RecordEventsRequest {
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  /** True where the subject must not exist yet; its first event then is `opened`, `list-defined`, `instrument-registered` or `claimed`. */
  readonly isNewSubject: boolean;
  readonly events: readonly ReportedEvent<AnyEvent>[];
  readonly actor: Actor;
  /** Idempotency key: event ids are computed from actor, subject and key. */
  readonly key?: string;
  /** Codes of `ask` findings that are acknowledged. */
  readonly acknowledge: readonly string[];
  /** The revision that the subject must have, or several of which it must have one. */
  readonly expectedRevision?: number | readonly number[];
  /** For a new case: possible duplicates are searched among the cases known at this position; by default the latest. */
  readonly duplicateSearchKnownAt?: number;
  readonly correlationId: string;
  /** The id of the event because of which these are recorded, if there is one. */
  readonly causationId?: string;
}

export type RecordEventsResult =
  | {
      readonly outcome: 'recorded';
      /**
       * The subject in whose stream the events are: an amendment of an event of a merged case is recorded in that
       * case's stream.
       */
      readonly subject: RecordEventsRequest['subject'];
      readonly revision: number;
      /** Ids of the recorded events. */
      readonly events: readonly string[];
      readonly findings: readonly Finding[];
      /** The store's cursor of the last event; reads can wait for it. */
      readonly token: string;
      readonly repeated: boolean;
      /** Where a case was opened: the cases with a similar name, if none of them required an acknowledgement. */
      readonly candidates?: readonly DuplicateCandidate[];
    }
  /** The fields of a correction are invalid for the type of the corrected event. */
  | { readonly outcome: 'invalid'; readonly errors: readonly EventFieldError[] }
  /** `findings`: each of grade `refuse`, and each of grade `ask` that is not acknowledged. */
  | {
      readonly outcome: 'refused';
      readonly findings: readonly Finding[];
      /** The cases of a like name, where CASE.POSSIBLE_DUPLICATE is among the findings. */
      readonly candidates?: readonly DuplicateCandidate[];
    }
  /**
   * `preconditionFailed`: the subject does not have the expected revision; otherwise every attempt lost to another writer.
   * `revision`: the subject's, null where it does not exist.
   */
  | { readonly outcome: 'conflict'; readonly preconditionFailed: boolean; readonly revision: number | null }
  | { readonly outcome: 'unknown-subject' }
  | { readonly outcome: 'already-exists' }
  | { readonly outcome: 'reference-taken'; readonly list: string; readonly reference: string; readonly by: string }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'too-many-events'; readonly limit: number };

export class RecordEvents extends Command<RecordEventsResult> {
  constructor(readonly request: RecordEventsRequest) {
    super();
  }
}

/** Attempts at one request. Each after the first follows a `lostRaceResult`, usually against another instance. */
const MAX_RECORD_ATTEMPTS = 20;
/** Random backoff before each retry; its bound doubles up to MAX_BACKOFF_MS. In lockstep, the same instance would win each time. */
const BASE_BACKOFF_MS = 2;
const MAX_BACKOFF_MS = 100;

/** A request with its event ids, which stay the same over all attempts. */
interface PreparedRequest extends RecordEventsRequest {
  readonly stream: string;
  readonly reportedEvents: readonly EventWithId<ReportedEvent<AnyEvent>>[];
}

/** The stream that the new events are appended to, with its present events. */
interface TargetStream {
  readonly subject: RecordEventsRequest['subject'];
  readonly stream: string;
  readonly events: readonly StreamEvent[];
}

/** A request whose corrections are complete: each has the type of the event that it corrects. */
interface RequestWithCompletedCorrections extends PreparedRequest {
  readonly newEvents: readonly EventWithId<AnyEvent>[];
}

/**
 * Records the events of one subject, all or none. Expected failures are results. Throws the store's errors (StoreUnavailable,
 * StoreBusy, AppendTooLarge, StoreDamaged), and RangeError for a request without events, which schema/ never lets through.
 */
@CommandHandler(RecordEvents)
export class RecordEventsHandler implements ICommandHandler<RecordEvents> {
  private readonly decider: Decider;
  private readonly queue = new StreamQueue();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(MERGED_CASES) private readonly mergedCases: MergedCases = NO_MERGED_CASES,
    @Optional()
    @Inject(POSSIBLE_DUPLICATES)
    private readonly possibleDuplicates: PossibleDuplicates = NO_POSSIBLE_DUPLICATES,
  ) {
    this.decider = new Decider(store, clock, mergedCases);
  }

  async execute({ request }: RecordEvents): Promise<RecordEventsResult> {
    if (request.events.length === 0) throw new RangeError('nothing to record');
    const prepared = prepareRequest(request);
    return this.queue.run(prepared.stream, () => this.recordWithRetries(prepared));
  }

  private async recordWithRetries(request: PreparedRequest): Promise<RecordEventsResult> {
    let result = await this.tryRecord(request);
    for (
      let attempts = 1;
      attempts < MAX_RECORD_ATTEMPTS && result.outcome === 'conflict' && !result.preconditionFailed;
      attempts += 1
    ) {
      await sleep(Math.random() * Math.min(MAX_BACKOFF_MS, BASE_BACKOFF_MS * 2 ** attempts));
      result = await this.tryRecord(request);
    }
    return result;
  }

  private async tryRecord(request: PreparedRequest): Promise<RecordEventsResult> {
    const { kind, id } = request.subject;
    const own: TargetStream = { ...request, events: await loadStream(this.store, request.stream) };
    const absorbed = kind === 'case' ? await loadAbsorbedStreams(this.store, this.mergedCases, id) : [];
    const streams = [own, ...absorbed.map(toTarget)];
    const target = streams.find(({ events }) => amendmentsOfStreamEvents(request, events).length > 0) ?? own;
    const completed = completeCorrections(kind, target.events, request.reportedEvents);
    for (const { events } of streams) {
      const repeat = checkRepeat(events, request, completed.eventsForRepeatCheck);
      if (repeat.outcome === 'key-reused') return repeat;
      if (repeat.outcome === 'repeat') return resultFromLog(repeat.events, true);
    }
    const total = streams.reduce((sum, { events }) => sum + events.length, 0);
    const failure = checkPreconditions(request, own.events, total);
    if (failure !== null) return failure;
    if (target !== own && amendmentsOfStreamEvents(request, target.events).length < request.events.length)
      return {
        outcome: 'refused',
        findings: [finding('CORRECTION.OTHER_STREAM', ...request.reportedEvents.map(idOf))],
      };
    if (completed.findings.length > 0) return { outcome: 'refused', findings: completed.findings };
    if (completed.errors.length > 0) return { outcome: 'invalid', errors: completed.errors };
    return this.decideAndAppend(
      { ...request, newEvents: completed.events },
      target,
      streams.filter((stream) => stream !== target).flatMap(({ events }) => events),
    );
  }

  /** `others`: the events of the streams that make up one case with the target. */
  private async decideAndAppend(
    request: RequestWithCompletedCorrections,
    target: TargetStream,
    others: readonly StreamEvent[],
  ): Promise<RecordEventsResult> {
    const { decision, candidates } = await addDuplicateFinding(
      this.possibleDuplicates,
      request,
      await this.decider.decide(target, others, request.newEvents, request.acknowledge),
    );
    if (decision.outcome === 'refused') return candidates.length === 0 ? decision : { ...decision, candidates };
    const writeBefore = await this.claimReferences(request, target);
    if (typeof writeBefore !== 'number') return writeBefore;
    const now = this.clock.now();
    if (now.getTime() >= writeBefore) return lostRaceResult(revisionOf(target.events));
    const lastEvent = target.events.at(-1) ?? null;
    const result = await this.append(
      request,
      target,
      toNewEvents(request, request.newEvents, decision, now, lastEvent),
    );
    return result.outcome !== 'recorded' || result.repeated || candidates.length === 0
      ? result
      : { ...result, candidates };
  }

  /** The instant before which the events must be appended, or the result if a reference cannot be claimed. */
  private async claimReferences(
    request: RequestWithCompletedCorrections,
    { subject, events }: TargetStream,
  ): Promise<number | RecordEventsResult> {
    if (subject.kind !== 'case') return Infinity;
    const result = await claimReferences(this.store, this.clock, {
      caseId: subject.id,
      history: events as readonly EventWithId<CaseEvent>[],
      newEvents: request.newEvents as readonly EventWithId<CaseEvent>[],
      actor: request.actor,
      correlationId: request.correlationId,
    });
    if (result.outcome === 'claimed') return result.writeBefore;
    return result.outcome === 'contended' ? lostRaceResult(revisionOf(events)) : result;
  }

  private async append(
    request: RequestWithCompletedCorrections,
    target: TargetStream,
    events: readonly NewEvent[],
  ): Promise<RecordEventsResult> {
    const appended = await this.store.append(target.stream, revisionOf(target.events) ?? 'no-stream', events);
    if (appended.outcome === 'conflict') return lostRaceResult(appended.revision);
    if (request.key !== undefined) return this.resolveConcurrentRepeat(request, target);
    return recordedResult(target.subject, events, appended.revision, appended.cursor, false);
  }

  /**
   * Two requests under one key may append at the same revision. Their events have the same ids, so the store takes the second
   * append for a retry of the first; whether the bodies were equal shows only in what is stored.
   */
  private async resolveConcurrentRepeat(
    request: RequestWithCompletedCorrections,
    target: TargetStream,
  ): Promise<RecordEventsResult> {
    const after = revisionOf(target.events) ?? -1;
    const stored = await readStreamAfter(this.store, target.stream, after, request.events.length + 1);
    const newEvents = request.newEvents.map(({ event }) => event);
    const repeat = checkRepeat(stored, request, newEvents);
    if (repeat.outcome === 'new') throw new Error('the store has acknowledged events that it does not have');
    if (repeat.outcome === 'key-reused') return repeat;
    return resultFromLog(repeat.events, repeat.events[0]?.correlationId !== request.correlationId);
  }
}

const prepareRequest = (request: RecordEventsRequest): PreparedRequest => {
  const stream = streamName(request.subject.kind, request.subject.id);
  const ids = eventIds({ ...request, stream }, request.events.length);
  const reportedEvents = request.events.map((event, index) => ({ id: ids[index] as string, event }));
  return { ...request, stream, reportedEvents };
};

const toTarget = ({ caseId, events }: CaseStreamEvents): TargetStream => ({
  subject: { kind: 'case', id: caseId },
  stream: streamName('case', caseId),
  events,
});

/** The amendments of a request that name an event of a stream. */
const amendmentsOfStreamEvents = (
  { events }: RecordEventsRequest,
  stream: readonly StreamEvent[],
): readonly unknown[] => events.filter((event) => isAmendment(event) && stream.some(({ id }) => id === event.event));

const idOf = ({ id }: { readonly id: string }): string => id;

const revisionOf = (events: readonly StreamEvent[]): number | null => events.at(-1)?.revision ?? null;

/**
 * Checks existence, expected revision and size; null where all are as required. `total` counts the events of the case
 * and of those merged into it.
 */
const checkPreconditions = (
  request: PreparedRequest,
  history: readonly StreamEvent[],
  total: number,
): RecordEventsResult | null => {
  const { isNewSubject, events, expectedRevision } = request;
  const revision = revisionOf(history);
  if (isNewSubject && revision !== null) return { outcome: 'already-exists' };
  if (!isNewSubject && revision === null) return { outcome: 'unknown-subject' };
  if (expectedRevision !== undefined && ![expectedRevision].flat().some((expected) => expected === revision))
    return { outcome: 'conflict', preconditionFailed: true, revision };
  if (events.length > MAX_EVENTS_PER_APPEND) return { outcome: 'too-many-events', limit: MAX_EVENTS_PER_APPEND };
  if (total + events.length > MAX_EVENTS_PER_STREAM)
    return { outcome: 'too-many-events', limit: MAX_EVENTS_PER_STREAM };
  return null;
};

/** The result of an attempt to be retried: another writer (perhaps a repeat) was first, or a reference claim was contended or too old. */
const lostRaceResult = (revision: number | null): RecordEventsResult => ({
  outcome: 'conflict',
  preconditionFailed: false,
  revision,
});

const recordedResult = (
  subject: RecordEventsRequest['subject'],
  events: readonly NewEvent[],
  revision: number,
  token: string,
  repeated: boolean,
): RecordEventsResult => ({
  outcome: 'recorded',
  subject,
  revision,
  events: events.map(({ id }) => id),
  findings: events.flatMap(({ raised }) => raised),
  token,
  repeated,
});

const resultFromLog = (events: readonly StreamEvent[], repeated: boolean): RecordEventsResult => {
  const last = events[events.length - 1] as StreamEvent;
  const { kind, id } = parseStreamName(last.stream);
  return recordedResult({ kind: kind as SubjectKind, id }, events, last.revision, last.cursor, repeated);
};
