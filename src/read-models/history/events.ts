/** The log as stored, for replay: from the store, as far as the read models had come when asked. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Cursor, EventStore, LogEvent } from '../../event-store/port.js';
import { Events, type LoggedEvent } from '../questions.js';
import { Reader } from '../reader.js';

/** Events read from the store at once. */
const BATCH = 500;

@QueryHandler(Events)
export class EventsHandler implements IQueryHandler<Events> {
  constructor(private readonly reader: Reader) {}

  /** Batches of at least one event; while they are read, StoreUnavailable and StoreDamaged may be thrown. */
  async execute({ ask }: Events): Promise<AsyncIterable<readonly LoggedEvent[]>> {
    const { dossiers, position } = await this.reader.read({ atLeast: ask.atLeast });
    const cursor = dossiers.cursorAt(ask.after);
    const types = ask.types === undefined ? null : new Set(ask.types);
    const limit = ask.limit ?? Infinity;
    return cursor === undefined ? nothing() : batches(this.reader.store, cursor, position, types, limit);
  }
}

async function* nothing(): AsyncGenerator<readonly LoggedEvent[]> {
  yield* [];
}

async function* batches(
  store: EventStore,
  after: Cursor | null,
  last: number,
  types: ReadonlySet<string> | null,
  limit: number,
): AsyncGenerator<readonly LoggedEvent[]> {
  let cursor = after;
  let left = limit;
  while (left > 0) {
    const read = await store.read(cursor, BATCH);
    const end = read.at(-1);
    if (end === undefined) return;
    const batch = read
      .filter(({ position, fact }) => position <= last && (types === null || types.has(fact.type)))
      .slice(0, left);
    if (batch.length > 0) yield batch.map(logged);
    if (end.position >= last) return;
    left -= batch.length;
    cursor = end.cursor;
  }
}

const logged = (event: LogEvent): LoggedEvent => ({
  position: event.position,
  stream: event.stream,
  revision: event.revision,
  id: event.id,
  schemaVersion: event.schemaVersion,
  recordedAt: event.recordedAt,
  actor: event.actor,
  acknowledged: event.acknowledged,
  raised: event.raised,
  correlationId: event.correlationId,
  causationId: event.causationId,
  fact: event.fact,
});
