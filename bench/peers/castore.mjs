/** castore on PostgreSQL: it loads and appends, and has no log of all events. */
import { EventStore } from '@castore/core';
import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres';

/** @type {import('./peer.js').OpenPeer} */
export const open = async (connectionString) => {
  await PostgresEventStorageAdapter.createEventTable({ connectionString });
  const eventStorageAdapter = new PostgresEventStorageAdapter({ connectionString });
  const storeOf = (reducer) => new EventStore({ eventStoreId: 'cases', eventTypes: [], reducer, eventStorageAdapter });
  const store = storeOf(() => ({}));
  const idOf = (stream) => stream.slice('case-'.length);

  return {
    append: (stream, revision, events) => {
      const details = events.map((event, index) => ({
        aggregateId: idOf(stream),
        version: revision + index + 1,
        type: event.event.type,
        payload: event,
      }));
      if (details.length === 1) return store.pushEvent(details[0]);
      return EventStore.pushEventGroup(...details.map((detail) => store.groupEvent(detail)));
    },
    load: async (stream, initial, step) => {
      const reducer = ({ state } = { state: initial }, { payload }) => ({ state: step(state, payload) });
      const { aggregate } = await storeOf(reducer).getAggregate(idOf(stream));
      return aggregate.state;
    },
    close: () => eventStorageAdapter._sql.end(),
  };
};
