/**
 * Writes to the log of a data folder with many appends in flight until it is killed, and says of each what the store
 * acknowledged. Runs on the built files, as the service does: `node store-writer.mjs <folder> <writers>`.
 * A line an append: its events' ids (joined by commas), stream, revision and cursor.
 */
import { randomUUID } from 'node:crypto';
import { openDataFolder } from '../../dist/event-store/data-folder.js';
import { createSqliteStore } from '../../dist/event-store/sqlite/store.js';

const [folder, writers] = process.argv.slice(2);
const store = createSqliteStore({ file: openDataFolder(folder).events });

/** The events of one append carry its name and their number, so that a torn append would show. */
const eventsOf = (append, count) =>
  Array.from({ length: count }, () => ({
    id: randomUUID(),
    recordedAt: new Date().toISOString(),
    schemaVersion: 1,
    actor: { kind: 'system', id: 'simulation', asserted: false },
    acknowledged: [],
    raised: [],
    correlationId: append,
    causationId: String(count),
    event: { type: 'referenced', sources: [], reliability: 'reported', list: 'simulation', reference: append },
  }));

/** Each writer fills one stream after another, ten appends each of one to three events. */
const write = async () => {
  for (;;) {
    const stream = `case-${randomUUID()}`;
    for (let i = 0, expected = 'no-stream'; i < 10; i++) {
      const events = eventsOf(randomUUID(), 1 + (i % 3));
      const answer = await store.append(stream, expected, events);
      if (answer.outcome !== 'appended') throw new Error('a conflict in a stream of one writer');
      expected = answer.revision;
      const ids = events.map(({ id }) => id).join(',');
      process.stdout.write(`${ids} ${stream} ${answer.revision} ${answer.cursor}\n`);
    }
  }
};
await Promise.all(Array.from({ length: Number(writers) }, write));
