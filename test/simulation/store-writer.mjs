/**
 * `node store-writer.mjs <folder> <writers>`: appends concurrently with the built store until it is killed. Prints a line for each
 * acknowledged append: event ids (joined by commas), stream, revision and cursor.
 */
import { randomUUID } from 'node:crypto';
import { openDataFolder } from '../../dist/event-store/data-folder.js';
import { createSqliteStore } from '../../dist/event-store/sqlite/store.js';

const [folder, writers] = process.argv.slice(2);
const store = createSqliteStore({ file: openDataFolder(folder).events });

/** The events of an append carry its id and their number, so that a reader can detect a torn append. */
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

/** Each writer fills one stream after another: ten appends of one to three events. */
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
