/** Runs the store contract against the real server at ESDB_URL, with a separate register per test. */
import { randomUUID } from 'node:crypto';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { esdbUrl } from './server.js';

eventStoreContract(
  'EventStoreDB server',
  async () => {
    const options = { url: esdbUrl(), register: `test-${randomUUID()}` };
    let store = await openEsdbStore(options);
    const reopen = async () => {
      await store.close();
      return (store = await openEsdbStore(options));
    };
    return { store, reopen, cleanup: async () => undefined };
  },
  { durable: true },
);
