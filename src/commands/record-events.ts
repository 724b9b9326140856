/** The one door through which every event is decided. */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseEvent } from '../domain/case/events.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import type { Actor, Finding, EventWithId } from '../domain/event.js';
import { streamName, type AnyEvent, type SubjectKind } from '../domain/events.js';
import {
  EVENT_STORE,
  MAX_EVENTS_PER_APPEND,
  type EventStore,
  type NewEvent,
  type StreamEvent,
} from '../event-store/port.js';
import { claimReferences } from './claim-references.js';
import { Decider } from './decider.js';
import { toEvents } from './new-events.js';
import { eventIds } from './ids.js';
import { findRepeat } from './repeats.js';
import { loadStream, MAX_EVENTS_PER_STREAM, readEvents } from './streams.js';
import { Turns } from './turns.js';

/** What a caller reports. `events` are of the subject's kind, already checked in shape by schema/. */
export interface RecordEventsRequest {
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  /** True where the subject must not exist yet; the first event then is `opened`, `list-defined`, `instrument-registered`. */
  readonly begins: boolean;
  readonly events: readonly AnyEvent[];
  readonly actor: Actor;
  /** Makes a repeat answer as the first time did; ids of events are made from actor, subject and key. */
  readonly key?: string;
  /** Codes of `ask` findings that the caller stands by. */
  readonly acknowledge: readonly string[];
  /** The subject's revision that the caller saw; or those of which it must be one. */
  readonly expectedRevision?: number | readonly number[];
  readonly correlationId: string;
}

export type RecordEventsResult =
  | {
      readonly outcome: 'recorded';
      readonly subject: RecordEventsRequest['subject'];
      readonly revision: number;
      readonly events: readonly string[];
      readonly findings: readonly Finding[];
      /** The store's cursor of the last event; reads can wait for it. */
      readonly token: string;
      readonly repeated: boolean;
    }
  /** Refused, or asked and not acknowledged: every finding that stands in the way. */
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] }
  /** `named`: the caller named a revision. `revision`: the subject's, as far as it is known; null where it does not exist. */
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

/** How often a request is decided anew because another instance was faster: several that write to one stream win by turns. */
const MAX_ATTEMPTS = 20;
/**
 * The wait before that is drawn below a bound that grows. Without it two instances that write in step stay in step, and the same one
 * is faster every time.
 */
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 100;

/** A request with what is settled before the first attempt. */
interface Attempt extends RecordEventsRequest {
  readonly stream: string;
  /** The new events with their ids, which stay the same over all attempts. */
  readonly news: readonly EventWithId<AnyEvent>[];
}

/**
 * Records the events of one subject, all or none. What stands in the way is an outcome; thrown are the store's errors
 * (StoreUnavailable, StoreBusy where too many write to the subject, AppendTooLarge, StoreDamaged), and RangeError for an empty batch, which schema/ never lets through.
 */
@CommandHandler(RecordEvents)
export class RecordEventsHandler implements ICommandHandler<RecordEvents> {
  private readonly decider: Decider;
  private readonly turns = new Turns();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.decider = new Decider(store, clock);
  }

  async execute({ request }: RecordEvents): Promise<RecordEventsResult> {
    if (request.events.length === 0) throw new RangeError('nothing to record');
    const attempt = prepare(request);
    return this.turns.run(attempt.stream, () => this.decide(attempt));
  }

  private async decide(request: Attempt): Promise<RecordEventsResult> {
    let answer = await this.attempt(request);
    for (let made = 1; made < MAX_ATTEMPTS && answer.outcome === 'conflict' && !answer.preconditionFailed; made += 1) {
      await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** made));
      answer = await this.attempt(request);
    }
    return answer;
  }

  private async attempt(request: Attempt): Promise<RecordEventsResult> {
    const before = await loadStream(this.store, request.stream);
    const repeat = findRepeat(before, request, request.events);
    if (repeat.outcome === 'key-reused') return repeat;
    if (repeat.outcome === 'repeat') return fromLog(request, repeat.events, true);
    const obstacle = obstacleTo(request, before);
    if (obstacle !== null) return obstacle;
    const decision = await this.decider.decide(request.subject.kind, before, request.news, request.acknowledge);
    if (decision.outcome === 'refused') return decision;
    const writeBefore = await this.claim(request, before);
    if (typeof writeBefore !== 'number') return writeBefore;
    const now = this.clock.now();
    if (now.getTime() >= writeBefore) return lost(revisionOf(before));
    return this.append(request, before, toEvents(request, request.news, decision, now, before.at(-1) ?? null));
  }

  /** Until when the references of a case may be written, or why not: they belong to somebody, or will in a moment. */
  private async claim(request: Attempt, before: readonly StreamEvent[]): Promise<number | RecordEventsResult> {
    if (request.subject.kind !== 'case') return Infinity;
    const claimed = await claimReferences(this.store, this.clock, {
      caseId: request.subject.id,
      before: before as readonly EventWithId<CaseEvent>[],
      news: request.news as readonly EventWithId<CaseEvent>[],
      actor: request.actor,
      correlationId: request.correlationId,
    });
    if (claimed.outcome === 'claimed') return claimed.writeBefore;
    return claimed.outcome === 'contended' ? lost(revisionOf(before)) : claimed;
  }

  private async append(
    request: Attempt,
    before: readonly StreamEvent[],
    events: readonly NewEvent[],
  ): Promise<RecordEventsResult> {
    const appended = await this.store.append(request.stream, revisionOf(before) ?? 'no-stream', events);
    if (appended.outcome === 'conflict') return lost(appended.revision);
    if (request.key !== undefined) return this.readBack(request, before);
    return recorded(request, events, appended.revision, appended.cursor, false);
  }

  /**
   * Two requests under one key can meet at the same revision. Their events have the same ids, and a store takes the
   * second append for a retry of the first; only what it kept says whether they said the same.
   */
  private async readBack(request: Attempt, before: readonly StreamEvent[]): Promise<RecordEventsResult> {
    const kept = await readEvents(this.store, request.stream, revisionOf(before) ?? -1, request.events.length + 1);
    const repeat = findRepeat(kept, request, request.events);
    if (repeat.outcome === 'new') throw new Error('the store has acknowledged events that it does not have');
    if (repeat.outcome === 'key-reused') return repeat;
    return fromLog(request, repeat.events, repeat.events[0]?.correlationId !== request.correlationId);
  }
}

const prepare = (request: RecordEventsRequest): Attempt => {
  const stream = streamName(request.subject.kind, request.subject.id);
  const ids = eventIds({ ...request, stream }, request.events.length);
  const news = request.events.map((event, index) => ({ id: ids[index] as string, event }));
  return { ...request, stream, news };
};

const revisionOf = (events: readonly StreamEvent[]): number | null => events.at(-1)?.revision ?? null;

/** What stands in the way before anything is decided. */
const obstacleTo = (request: Attempt, before: readonly StreamEvent[]): RecordEventsResult | null => {
  const { begins, events, expectedRevision } = request;
  const revision = revisionOf(before);
  if (begins && revision !== null) return { outcome: 'already-exists' };
  if (!begins && revision === null) return { outcome: 'unknown-subject' };
  if (expectedRevision !== undefined && ![expectedRevision].flat().some((expected) => expected === revision))
    return { outcome: 'conflict', preconditionFailed: true, revision };
  if (events.length > MAX_EVENTS_PER_APPEND) return { outcome: 'too-many-events', limit: MAX_EVENTS_PER_APPEND };
  if (before.length + events.length > MAX_EVENTS_PER_STREAM)
    return { outcome: 'too-many-events', limit: MAX_EVENTS_PER_STREAM };
  return null;
};

/** Somebody was faster. The next attempt finds out what that means for the request: also whether it was its own repeat. */
const lost = (revision: number | null): RecordEventsResult => ({
  outcome: 'conflict',
  preconditionFailed: false,
  revision,
});

const recorded = (
  { subject }: RecordEventsRequest,
  events: readonly NewEvent[],
  revision: number,
  token: string,
  repeated: boolean,
): RecordEventsResult => ({
  outcome: 'recorded',
  subject,
  revision,
  events: events.map((e) => e.id),
  findings: events.flatMap((e) => e.raised),
  token,
  repeated,
});

/** The first answer, made again from what the log kept of it. */
const fromLog = (
  request: RecordEventsRequest,
  events: readonly StreamEvent[],
  repeated: boolean,
): RecordEventsResult => {
  const last = events[events.length - 1] as StreamEvent;
  return recorded(request, events, last.revision, last.cursor, repeated);
};
