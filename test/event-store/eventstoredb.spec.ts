/** The store on EventStoreDB under the contract of all stores: the real client, over its wire, against a stand-in for the node. */
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { startDouble } from '../support/esdb-double/double.js';

eventStoreContract(
  'EventStoreDB over the wire',
  async () => {
    const double = await startDouble();
    const options = { url: double.url, register: 'habeas' };
    let store = await openEsdbStore(options);
    const reopen = async () => {
      await store.close();
      return (store = await openEsdbStore(options));
    };
    return { store, reopen, cleanup: () => double.stop() };
  },
  { durable: true },
);
