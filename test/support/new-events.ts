/** Events to append, for tests of stores: valid, each with an id of its own, and nobody real in them. */
import { randomUUID } from 'node:crypto';
import { allEvents, type AnyEvent } from '../../src/domain/events.js';
import type { NewEvent } from '../../src/event-store/port.js';

/** An event that carries a text, so that what comes back can be told apart. */
export const namedEvent = (text: string): AnyEvent => ({
  type: 'named',
  sources: [{ kind: 'other', citation: 'a test' }],
  reliability: 'reported',
  name: { text, script: 'Latn', language: 'az', kind: 'full' },
});

/** In the version of today unless told otherwise. */
export const newEvent = ({ event = namedEvent('Elçin Nümunəvi'), ...changes }: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  recordedAt: '2025-12-22T10:20:30.456Z',
  schemaVersion: allEvents[event.type].version,
  actor: { kind: 'person', id: 'a-17', asserted: true },
  acknowledged: [],
  raised: [],
  correlationId: 'request-1',
  causationId: null,
  event,
  ...changes,
});

export const newEvents = (count: number): NewEvent[] =>
  Array.from({ length: count }, (_, i) => newEvent({ event: namedEvent(`name ${i}`) }));

export const newStreamName = (): string => `case-${randomUUID()}`;
