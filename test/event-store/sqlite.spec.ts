/** The embedded store under the contract of all stores, in a file and in memory. */
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { eventStoreContract } from '../contract/event-store.contract.js';
import { temporaryFolder } from '../support/temporary-folder.js';

eventStoreContract(
  'SQLite file',
  async () => {
    const folder = await temporaryFolder();
    const file = join(folder.path, 'events.sqlite');
    let store = createSqliteStore({ file });
    const reopen = async () => {
      await store.close();
      return (store = createSqliteStore({ file }));
    };
    return { store, reopen, cleanup: folder.remove };
  },
  { durable: true },
);

eventStoreContract(
  'SQLite memory',
  async () => ({ store: createSqliteStore({ file: ':memory:' }), cleanup: async () => undefined }),
  { durable: false },
);
