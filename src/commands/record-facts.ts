/** The one door through which every fact is decided. */
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseFact } from '../domain/case/facts.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import type { Actor, Finding, Known } from '../domain/fact.js';
import { streamName, type AnyFact } from '../domain/facts.js';
import {
  EVENT_STORE,
  MAX_EVENTS_PER_APPEND,
  type EventStore,
  type NewEvent,
  type StreamEvent,
} from '../event-store/port.js';
import { claimReferences } from './claim-references.js';
import { Decider, type SubjectKind } from './decider.js';
import { toEvents } from './events.js';
import { factIds } from './ids.js';
import { findRepeat } from './repeats.js';
import { loadStream, MAX_FACTS, readEvents } from './streams.js';
import { Turns } from './turns.js';

/** What a caller reports. `facts` are of the subject's kind, already checked in shape by schema/. */
export interface FactsToRecord {
  readonly subject: { readonly kind: SubjectKind; readonly id: string };
  /** True where the subject must not exist yet; the first fact then is `opened`, `list-defined`, `instrument-registered`. */
  readonly begins: boolean;
  readonly facts: readonly AnyFact[];
  readonly actor: Actor;
  /** Makes a repeat answer as the first time did; ids of facts are made from actor, subject and key. */
  readonly key?: string;
  /** Codes of `ask` findings that the caller stands by. */
  readonly acknowledge: readonly string[];
  /** The subject's revision that the caller saw; or those of which it must be one. */
  readonly expectedRevision?: number | readonly number[];
  readonly correlationId: string;
}

export type FactsRecorded =
  | {
      readonly outcome: 'recorded';
      readonly subject: FactsToRecord['subject'];
      readonly revision: number;
      readonly facts: readonly string[];
      readonly findings: readonly Finding[];
      /** The store's cursor of the last fact; reads can wait for it. */
      readonly token: string;
      readonly repeated: boolean;
    }
  /** Refused, or asked and not acknowledged: every finding that stands in the way. */
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] }
  /** `named`: the caller named a revision. `revision`: the subject's, as far as it is known; null where it does not exist. */
  | { readonly outcome: 'conflict'; readonly named: boolean; readonly revision: number | null }
  | { readonly outcome: 'unknown-subject' }
  | { readonly outcome: 'already-exists' }
  | { readonly outcome: 'reference-taken'; readonly list: string; readonly reference: string; readonly by: string }
  | { readonly outcome: 'key-reused' }
  | { readonly outcome: 'too-many-facts'; readonly limit: number };

export class RecordFacts extends Command<FactsRecorded> {
  constructor(readonly request: FactsToRecord) {
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
interface Attempt extends FactsToRecord {
  readonly stream: string;
  /** The new facts with their ids, which stay the same over all attempts. */
  readonly news: readonly Known<AnyFact>[];
}

/**
 * Records the facts of one subject, all or none. What stands in the way is an outcome; thrown are the store's errors
 * (StoreUnavailable, StoreBusy where too many write to the subject, AppendTooLarge, StoreDamaged), and RangeError for an empty batch, which schema/ never lets through.
 */
@CommandHandler(RecordFacts)
export class RecordFactsHandler implements ICommandHandler<RecordFacts> {
  private readonly decider: Decider;
  private readonly turns = new Turns();

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.decider = new Decider(store, clock);
  }

  async execute({ request }: RecordFacts): Promise<FactsRecorded> {
    if (request.facts.length === 0) throw new RangeError('nothing to record');
    const attempt = prepare(request);
    return this.turns.run(attempt.stream, () => this.decide(attempt));
  }

  private async decide(request: Attempt): Promise<FactsRecorded> {
    let answer = await this.attempt(request);
    for (let made = 1; made < MAX_ATTEMPTS && answer.outcome === 'conflict' && !answer.named; made += 1) {
      await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** made));
      answer = await this.attempt(request);
    }
    return answer;
  }

  private async attempt(request: Attempt): Promise<FactsRecorded> {
    const before = await loadStream(this.store, request.stream);
    const repeat = findRepeat(before, request, request.facts);
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
  private async claim(request: Attempt, before: readonly StreamEvent[]): Promise<number | FactsRecorded> {
    if (request.subject.kind !== 'case') return Infinity;
    const claimed = await claimReferences(this.store, this.clock, {
      caseId: request.subject.id,
      before: before as readonly Known<CaseFact>[],
      news: request.news as readonly Known<CaseFact>[],
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
  ): Promise<FactsRecorded> {
    const appended = await this.store.append(request.stream, revisionOf(before) ?? 'no-stream', events);
    if (appended.outcome === 'conflict') return lost(appended.revision);
    if (request.key !== undefined) return this.readBack(request, before);
    return recorded(request, events, appended.revision, appended.cursor, false);
  }

  /**
   * Two requests under one key can meet at the same revision. Their facts have the same ids, and a store takes the
   * second append for a retry of the first; only what it kept says whether they said the same.
   */
  private async readBack(request: Attempt, before: readonly StreamEvent[]): Promise<FactsRecorded> {
    const kept = await readEvents(this.store, request.stream, revisionOf(before) ?? -1, request.facts.length + 1);
    const repeat = findRepeat(kept, request, request.facts);
    if (repeat.outcome === 'new') throw new Error('the store has acknowledged facts that it does not have');
    if (repeat.outcome === 'key-reused') return repeat;
    return fromLog(request, repeat.events, repeat.events[0]?.correlationId !== request.correlationId);
  }
}

const prepare = (request: FactsToRecord): Attempt => {
  const stream = streamName(request.subject.kind, request.subject.id);
  const ids = factIds({ ...request, stream }, request.facts.length);
  const news = request.facts.map((fact, index) => ({ id: ids[index] as string, fact }));
  return { ...request, stream, news };
};

const revisionOf = (events: readonly StreamEvent[]): number | null => events.at(-1)?.revision ?? null;

/** What stands in the way before anything is decided. */
const obstacleTo = (request: Attempt, before: readonly StreamEvent[]): FactsRecorded | null => {
  const { begins, facts, expectedRevision } = request;
  const revision = revisionOf(before);
  if (begins && revision !== null) return { outcome: 'already-exists' };
  if (!begins && revision === null) return { outcome: 'unknown-subject' };
  if (expectedRevision !== undefined && ![expectedRevision].flat().some((expected) => expected === revision))
    return { outcome: 'conflict', named: true, revision };
  if (facts.length > MAX_EVENTS_PER_APPEND) return { outcome: 'too-many-facts', limit: MAX_EVENTS_PER_APPEND };
  if (before.length + facts.length > MAX_FACTS) return { outcome: 'too-many-facts', limit: MAX_FACTS };
  return null;
};

/** Somebody was faster. The next attempt finds out what that means for the request: also whether it was its own repeat. */
const lost = (revision: number | null): FactsRecorded => ({ outcome: 'conflict', named: false, revision });

const recorded = (
  { subject }: FactsToRecord,
  events: readonly NewEvent[],
  revision: number,
  token: string,
  repeated: boolean,
): FactsRecorded => ({
  outcome: 'recorded',
  subject,
  revision,
  facts: events.map((e) => e.id),
  findings: events.flatMap((e) => e.raised),
  token,
  repeated,
});

/** The first answer, made again from what the log kept of it. */
const fromLog = (request: FactsToRecord, events: readonly StreamEvent[], repeated: boolean): FactsRecorded => {
  const last = events[events.length - 1] as StreamEvent;
  return recorded(request, events, last.revision, last.cursor, repeated);
};
