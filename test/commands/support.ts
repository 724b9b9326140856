/** A register with one list and one act, on the real store in memory, with a clock that the test moves. */
import { newCaseId } from '../../src/commands/ids.js';
import {
  RecordEvents,
  RecordEventsHandler,
  type RecordEventsResult,
  type RecordEventsRequest,
} from '../../src/commands/record-events.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Actor } from '../../src/domain/event.js';
import { streamName, type AnyEvent } from '../../src/domain/events.js';
import { dayOfInstant } from '../../src/domain/time.js';
import { MAX_READ, type EventStore, type LogEvent, type StreamEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { caseEvent } from '../support/events.js';

export const MINUTE = 60_000;
export const ANNA: Actor = { kind: 'person', id: 'p-1', asserted: true };
export const BORIS: Actor = { kind: 'person', id: 'p-2', asserted: true };

export type Recorded = Extract<RecordEventsResult, { outcome: 'recorded' }>;

export class TestClock implements Clock {
  readonly timeZone = 'Asia/Baku';
  private instant = Date.parse('2026-01-05T08:00:00.000Z');
  now = (): Date => new Date(this.instant);
  today = (): number => dayOfInstant(this.timeZone, this.now());
  move(milliseconds: number): void {
    this.instant += milliseconds;
  }
}

export const NAME = { text: 'Synthetic Person', script: 'Latn', language: 'en', kind: 'full' };
export const opened = (...references: readonly string[]): AnyEvent =>
  caseEvent({
    type: 'opened',
    names: [NAME],
    references: references.map((reference) => ({ list: 'union', reference })),
  });
export const referenced = (reference: string): AnyEvent => caseEvent({ type: 'referenced', list: 'union', reference });
export const named = (text: string): AnyEvent => caseEvent({ type: 'named', name: { ...NAME, text } });
export const arrested = (occurredOn: string): AnyEvent => caseEvent({ type: 'arrested', occurredOn });
export const recognised = (occurredOn: string, category = 'believers'): AnyEvent =>
  caseEvent({ type: 'recognised', occurredOn, list: 'union', category });

const SAID = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };

/** A request with defaults: about a case, by Anna. */
export const request = (
  id: string,
  events: readonly AnyEvent[],
  more: Partial<RecordEventsRequest> = {},
): RecordEventsRequest => ({
  subject: { kind: 'case', id },
  isNewSubject: events[0]?.type === 'opened',
  events,
  actor: ANNA,
  acknowledge: [],
  correlationId: newCaseId(ANNA),
  ...more,
});

/** Replaces a store's append; gets the real one as its first argument. */
type Append = EventStore['append'];
type AppendOverride = (real: Append, ...args: Parameters<Append>) => ReturnType<Append>;

export class Register {
  readonly clock = new TestClock();
  readonly handler: RecordEventsHandler;

  private constructor(readonly store: EventStore) {
    this.handler = new RecordEventsHandler(store, this.clock);
  }

  static async open(): Promise<Register> {
    const register = new Register(createSqliteStore({ file: ':memory:' }));
    const definition = { acknowledge: [], actor: ANNA, correlationId: newCaseId(ANNA), isNewSubject: true };
    const list: readonly AnyEvent[] = [
      { ...SAID, type: 'list-defined', name: { en: 'Union' } },
      { ...SAID, type: 'category-defined', category: 'believers', name: { en: 'Believers' } },
    ];
    await register.recorded({ ...definition, subject: { kind: 'list', id: 'union' }, events: list });
    const act: readonly AnyEvent[] = [
      { ...SAID, type: 'instrument-registered', kind: 'amnesty-act', inForce: '2025-12-22', windowEnd: '2026-04-22' },
    ];
    await register.recorded({ ...definition, subject: { kind: 'instrument', id: 'amnesty-2025' }, events: act });
    return register;
  }

  record(request: RecordEventsRequest): Promise<RecordEventsResult> {
    return this.handler.execute(new RecordEvents(request));
  }

  /** Records, and throws unless the outcome is `recorded`. */
  async recorded(request: RecordEventsRequest): Promise<Recorded> {
    const answer = await this.record(request);
    if (answer.outcome !== 'recorded') throw new Error(`not recorded: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** A handler on the same log whose appends go through an override. */
  through(append: AppendOverride): RecordEventsHandler {
    return new RecordEventsHandler(this.storeThrough(append), this.clock);
  }

  storeThrough(append: AppendOverride): EventStore {
    const { store } = this;
    const real: Append = (...args) => store.append(...args);
    return {
      kind: store.kind,
      append: (...args) => append(real, ...args),
      readStream: (...args) => store.readStream(...args),
      read: (...args) => store.read(...args),
      readStored: (...args) => store.readStored(...args),
      appendStored: (...args) => store.appendStored(...args),
      adopt: (...args) => store.adopt(...args),
      follow: (...args) => store.follow(...args),
      head: () => store.head(),
      lastRecordedAt: () => store.lastRecordedAt(),
      compare: (...args) => store.compare(...args),
      checkWritable: () => store.checkWritable(),
      close: () => store.close(),
    };
  }

  log(): Promise<readonly LogEvent[]> {
    return this.store.read(null, MAX_READ);
  }

  caseEvents(id: string): Promise<readonly StreamEvent[]> {
    return this.store.readStream(streamName('case', id), -1, MAX_READ);
  }
}
