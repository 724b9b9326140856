/** The log for replay, from what the read models hold of it: also while the log itself cannot be read. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadLog, type LoggedEvent } from '../queries.js';
import { ReadModelReader } from '../reader.js';
import { logged } from './entry.js';

/** Events read at once, at most, and the characters of their events after which no more are. */
const BATCH = 500;
const FULL = 1024 * 1024;

@QueryHandler(ReadLog)
export class ReadLogHandler implements IQueryHandler<ReadLog> {
  constructor(private readonly reader: ReadModelReader) {}

  /** Batches of at least one event; while they are read, NotCaughtUp may be thrown. */
  async execute({ parameters: ask }: ReadLog): Promise<AsyncIterable<readonly LoggedEvent[]>> {
    const { position } = await this.reader.contextAt({ atLeast: ask.atLeast, position: ask.after });
    return this.#batches(ask, position);
  }

  /** Each batch is read from the file that is in use then: a rebuild may put another one in its place meanwhile. */
  async *#batches(
    { after, types, limit = Infinity }: ReadLog['parameters'],
    last: number,
  ): AsyncGenerator<LoggedEvent[]> {
    const wanted = types === undefined ? null : new Set(types);
    let [at, left] = [after, limit];
    while (at < last && left > 0) {
      const { logTables } = await this.reader.contextAt({});
      const lines = logTables.next(at, FULL, BATCH);
      const end = lines.at(-1);
      if (end === undefined) return;
      const batch = lines
        .filter(({ position, known }) => position <= last && (wanted === null || wanted.has(known.event.type)))
        .slice(0, left);
      if (batch.length > 0) yield batch.map(logged);
      left -= batch.length;
      at = end.position;
    }
  }
}
