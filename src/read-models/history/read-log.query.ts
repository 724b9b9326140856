/** Reads the log from its copy in the read-model file, which works even while the event store is unavailable. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { LoggedEvent } from './logged-event.view.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { toLoggedEvent } from './entry.js';

/** Events after a position, in batches, up to the last one known in the scope when the query began. `types` limits them. */
export class ReadLog extends Query<AsyncIterable<readonly LoggedEvent[]>> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit?: number;
    },
  ) {
    super();
  }
}

/** The most events that are read for one batch, in one turn of the event loop. */
const MAX_EVENTS_PER_BATCH = 250;
/** A batch ends once the JSON of its events reaches this many characters. */
const MAX_CHARACTERS_PER_BATCH = 1024 * 1024;

@QueryHandler(ReadLog)
export class ReadLogHandler implements IQueryHandler<ReadLog> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Yields non-empty batches; iterating may throw NotCaughtUp. */
  async execute({ scope, parameters }: ReadLog): Promise<AsyncIterable<readonly LoggedEvent[]>> {
    await this.reader.contextAt({ position: parameters.after });
    const context = await openScope(this.reader, scope);
    return this.#batches(parameters, context.scope.position);
  }

  /** Gets a new context for each batch, because a rebuild may swap files between them. */
  async *#batches(
    { after, types, limit = Infinity }: ReadLog['parameters'],
    last: number,
  ): AsyncGenerator<LoggedEvent[]> {
    const typeSet = types === undefined ? null : new Set(types);
    let [position, remaining] = [after, limit];
    while (position < last && remaining > 0) {
      const { logTables } = await this.reader.contextAt({});
      const recorded = logTables.nextEvents(position, MAX_CHARACTERS_PER_BATCH, MAX_EVENTS_PER_BATCH);
      const end = recorded.at(-1);
      if (end === undefined) return;
      const batch = recorded
        .filter(
          ({ position, eventWithId }) => position <= last && (typeSet === null || typeSet.has(eventWithId.event.type)),
        )
        .slice(0, remaining);
      if (batch.length > 0) yield batch.map(toLoggedEvent);
      remaining -= batch.length;
      position = end.position;
      // Else a fast reader would take all batches in one turn of the event loop, and other requests would wait.
      await yieldToOthers();
    }
  }
}
