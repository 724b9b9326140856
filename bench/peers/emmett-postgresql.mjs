/** emmett-postgresql with its own pool. */
import { dumbo, rawSql } from '@event-driven-io/dumbo';
import { getPostgreSQLEventStore, postgreSQLProjection, readMessagesBatch } from '@event-driven-io/emmett-postgresql';
import { COUNT, statementsOf, TABLES } from './projection.mjs';

const BATCH = 1_000;

/** @type {import('./peer.js').OpenPeer} */
export const open = async (url) => {
  const pool = dumbo({ connectionString: url });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { dumbo: pool } });
  await store.schema.migrate();

  return {
    append: (stream, revision, events) => {
      const data = events.map((event) => ({ type: event.event.type, data: event }));
      return store.appendToStream(stream, data, { expectedStreamVersion: BigInt(revision) });
    },
    load: async (stream, initial, step) => {
      const evolve = (state, { data }) => step(state, data);
      return (await store.aggregateStream(stream, { evolve, initialState: () => initial })).state;
    },
    replay: async (apply) => {
      for (let after = 0n, isMore = true; isMore;) {
        const batch = await readMessagesBatch(pool.execute, { after, batchSize: BATCH });
        for (const { metadata, data } of batch.messages) apply(metadata.streamName, data);
        after = batch.currentGlobalPosition;
        isMore = batch.areMessagesLeft;
      }
    },
    rebuild: async (types) => {
      for (const table of TABLES) await pool.execute.command(rawSql(table));
      const projection = postgreSQLProjection({
        name: 'rebuild',
        canHandle: types,
        handle: async (events, { connection }) => {
          for (const { metadata, data } of events) {
            const position = Number(metadata.globalPosition);
            const statements = statementsOf(position, metadata.streamName, data, (index) => `$${index}`);
            for (const [sql, values] of statements) await connection.client.query(sql, values);
          }
        },
      });
      // By default it takes 100 events a time and sleeps for 50 ms after them.
      const pulling = { batchSize: BATCH, pullingFrequencyInMs: 1 };
      const consumer = store.consumer({ stopWhen: { noMessagesLeft: true }, pulling });
      consumer.projector({ projection, startFrom: 'BEGINNING' });
      await consumer.start();
      const { rows } = await pool.execute.query(rawSql(COUNT));
      return Number(rows[0].events);
    },
    close: () => pool.close(),
  };
};
