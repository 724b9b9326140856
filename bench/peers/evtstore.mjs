/** evtstore on knex and sqlite3, one connection, as knex opens SQLite. */
import { createAggregate, createDomain } from 'evtstore';
import { createProvider, migrate } from 'evtstore/provider/knex.js';
import knex from 'knex';
import { COUNT, statementsOf, TABLES } from './projection.mjs';

const STREAM = 'cases';
const BATCH = 1_000;

/** @type {import('./peer.js').OpenPeer} */
export const open = async (folder) => {
  const client = knex({
    client: 'sqlite3',
    connection: { filename: `${folder}/evtstore.sqlite` },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection, done) => {
        connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL', done);
      },
    },
  });
  await migrate({ client, events: 'events', bookmarks: 'bookmarks' });
  const provider = createProvider({
    limit: BATCH,
    events: () => client('events'),
    bookmarks: () => client('bookmarks'),
  });

  return {
    append: (stream, revision, events) => {
      const data = events.map((event) => ({ type: event.event.type, data: event }));
      const version = revision + 1;
      return provider.append(STREAM, stream, version, provider.createEvents(STREAM, stream, version, data));
    },
    load: async (stream, initial, step) => {
      const aggregate = createAggregate({
        stream: STREAM,
        create: () => ({ state: initial }),
        fold: ({ data }, { state }) => ({ state: step(state, data) }),
      });
      const { domain } = createDomain({ provider }, { cases: aggregate });
      return (await domain.cases.getAggregate(stream)).state;
    },
    replay: async (apply) => {
      for (let position = 0; ;) {
        const events = await provider.getEventsFrom(STREAM, position, BATCH);
        if (events.length === 0) return;
        for (const { aggregateId, event } of events) apply(aggregateId, event.data);
        position = events.at(-1).position;
      }
    },
    rebuild: async (types) => {
      for (const table of TABLES) await client.raw(table);
      const { createHandler } = createDomain({ provider }, {});
      const handler = createHandler('rebuild', [STREAM]);
      const write = (stream, { data }, { position }) =>
        client.transaction(async (transaction) => {
          for (const [sql, values] of statementsOf(position, stream, data, () => '?'))
            await transaction.raw(sql, values);
        });
      for (const type of types) handler.handle(STREAM, type, write);
      await handler.runOnce();
      return (await client.raw(COUNT))[0].events;
    },
    close: () => client.destroy(),
  };
};
