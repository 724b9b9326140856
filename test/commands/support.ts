/** A register of one list and one act on the real store in memory, with a clock that the test moves. */
import { newCaseId } from '../../src/commands/ids.js';
import {
  RecordFacts,
  RecordFactsHandler,
  type FactsRecorded,
  type FactsToRecord,
} from '../../src/commands/record-facts.js';
import type { Clock } from '../../src/domain/clock.js';
import type { Actor } from '../../src/domain/fact.js';
import { streamName, type AnyFact } from '../../src/domain/facts.js';
import { dayIn } from '../../src/domain/time.js';
import { MAX_READ, type EventStore, type LogEvent, type StreamEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { fact } from '../support/facts.js';

export const MINUTE = 60_000;
export const ANNA: Actor = { kind: 'person', id: 'p-1', asserted: true };
export const BORIS: Actor = { kind: 'person', id: 'p-2', asserted: true };

export type Recorded = Extract<FactsRecorded, { outcome: 'recorded' }>;

/** Time stands still until the test moves it. */
export class TestClock implements Clock {
  readonly timeZone = 'Asia/Baku';
  private instant = Date.parse('2026-01-05T08:00:00.000Z');
  now = (): Date => new Date(this.instant);
  today = (): number => dayIn(this.timeZone, this.now());
  move(milliseconds: number): void {
    this.instant += milliseconds;
  }
}

export const NAME = { text: 'Synthetic Person', script: 'Latn', language: 'en', kind: 'full' };
export const opened = (...references: readonly string[]): AnyFact =>
  fact({ type: 'opened', names: [NAME], references: references.map((reference) => ({ list: 'union', reference })) });
export const referenced = (reference: string): AnyFact => fact({ type: 'referenced', list: 'union', reference });
export const named = (text: string): AnyFact => fact({ type: 'named', name: { ...NAME, text } });
export const arrested = (occurredOn: string): AnyFact => fact({ type: 'arrested', occurredOn });
export const recognised = (occurredOn: string, category = 'believers'): AnyFact =>
  fact({ type: 'recognised', occurredOn, list: 'union', category });

const SAID = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };

/** A request about a case with nothing special about it; a test says what is. */
export const request = (id: string, facts: readonly AnyFact[], more: Partial<FactsToRecord> = {}): FactsToRecord => ({
  subject: { kind: 'case', id },
  begins: facts[0]?.type === 'opened',
  facts,
  actor: ANNA,
  acknowledge: [],
  correlationId: newCaseId(ANNA),
  ...more,
});

/** What a store of a test does in place of the real one's append. */
type Append = EventStore['append'];
type Appends = (real: Append, ...args: Parameters<Append>) => ReturnType<Append>;

export class Register {
  readonly clock = new TestClock();
  readonly handler: RecordFactsHandler;

  private constructor(readonly store: EventStore) {
    this.handler = new RecordFactsHandler(store, this.clock);
  }

  static async open(): Promise<Register> {
    const register = new Register(createSqliteStore({ file: ':memory:' }));
    const definition = { acknowledge: [], actor: ANNA, correlationId: newCaseId(ANNA), begins: true };
    const list: readonly AnyFact[] = [
      { ...SAID, type: 'list-defined', name: { en: 'Union' } },
      { ...SAID, type: 'category-defined', category: 'believers', name: { en: 'Believers' } },
    ];
    await register.recorded({ ...definition, subject: { kind: 'list', id: 'union' }, facts: list });
    const act: readonly AnyFact[] = [
      { ...SAID, type: 'instrument-registered', kind: 'amnesty-act', inForce: '2025-12-22', windowEnd: '2026-04-22' },
    ];
    await register.recorded({ ...definition, subject: { kind: 'instrument', id: 'amnesty-2025' }, facts: act });
    return register;
  }

  record(request: FactsToRecord): Promise<FactsRecorded> {
    return this.handler.execute(new RecordFacts(request));
  }

  /** Records what must go in. */
  async recorded(request: FactsToRecord): Promise<Recorded> {
    const answer = await this.record(request);
    if (answer.outcome !== 'recorded') throw new Error(`not recorded: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The same register through a store that appends in another way: `append` is handed the real one. */
  through(append: Appends): RecordFactsHandler {
    return new RecordFactsHandler(this.storeThrough(append), this.clock);
  }

  storeThrough(append: Appends): EventStore {
    const { store } = this;
    const real: Append = (...args) => store.append(...args);
    return {
      kind: store.kind,
      append: (...args) => append(real, ...args),
      readStream: (...args) => store.readStream(...args),
      read: (...args) => store.read(...args),
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
