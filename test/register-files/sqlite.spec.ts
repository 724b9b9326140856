import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { registerSuite } from './register.suite.js';

registerSuite('SQLite', async () => createSqliteStore({ file: ':memory:' }));
