/**
 * emmett-sqlite with its own pool, which opens a connection for each call. Appends wait for one another, since of several at once most
 * fail with SQLITE_BUSY. With one connection for all they would not, but it acknowledges an append within a transaction that another
 * append began, before the commit.
 */
import { getSQLiteEventStore, readMessagesBatch, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { COUNT, statementsOf, TABLES } from './projection.mjs';

const BATCH = 1_000;

/** @type {import('./peer.js').OpenPeer} */
export const open = async (folder) => {
  const fileName = `${folder}/emmett.sqlite`;
  const store = getSQLiteEventStore({ fileName });
  await store.schema.migrate();
  const connection = sqliteConnection({ fileName });
  const { synchronous } = await connection.querySingle('PRAGMA synchronous');
  if (synchronous !== 2) throw new Error(`synchronous is ${synchronous}, not FULL`);
  let last = Promise.resolve();

  return {
    append: (stream, revision, events) => {
      const data = events.map((event) => ({ type: event.event.type, data: event }));
      last = last.then(() => store.appendToStream(stream, data, { expectedStreamVersion: BigInt(revision) }));
      return last;
    },
    load: async (stream, initial, step) => {
      const evolve = (state, { data }) => step(state, data);
      return (await store.aggregateStream(stream, { evolve, initialState: () => initial })).state;
    },
    replay: async (apply) => {
      for (let after = 0n, isMore = true; isMore;) {
        const batch = await readMessagesBatch(connection, { after, batchSize: BATCH });
        for (const { metadata, data } of batch.messages) apply(metadata.streamName, data);
        after = batch.currentGlobalPosition;
        isMore = batch.areEventsLeft;
      }
    },
    rebuild: async (types, events) => {
      for (const table of TABLES) await connection.command(table);
      // By default it takes 100 events a time and sleeps for 50 ms after them.
      const consumer = store.consumer({ pulling: { batchSize: BATCH, pullingFrequencyInMs: 1 } });
      let handled = 0;
      consumer.processor({
        processorId: 'rebuild',
        startFrom: 'BEGINNING',
        eachMessage: async ({ metadata, data }, context) => {
          handled += 1;
          const statements = statementsOf(Number(metadata.globalPosition), metadata.streamName, data, () => '?');
          for (const [sql, values] of statements) await context.connection.command(sql, values);
        },
        stopAfter: () => handled === events,
      });
      await consumer.start();
      return (await connection.querySingle(COUNT)).events;
    },
    close: async () => connection.close(),
  };
};
