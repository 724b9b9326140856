/** Valid fictitious events to append in tests, each with a new id. */
import { randomUUID } from 'node:crypto';
import { eventDescriptions, type AnyEvent } from '../../src/domain/events.js';
import type { NewEvent } from '../../src/event-store/port.js';

/** An event that carries a text, to recognize it when read back. */
export const namedEvent = (text: string): AnyEvent => ({
  type: 'named',
  sources: [{ kind: 'other', citation: 'a test' }],
  reliability: 'reported',
  name: { text, script: 'Latn', language: 'az', kind: 'full' },
});

/** A new event, in the current version of its type; by default it gives a case a name. */
export const newEvent = ({ event = namedEvent('Elçin Nümunəvi'), ...changes }: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID(),
  recordedAt: '2025-12-22T10:20:30.456Z',
  schemaVersion: eventDescriptions[event.type].version,
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
