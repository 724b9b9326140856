import { randomUUID } from 'node:crypto';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { registerSuite } from '../register-files/register.suite.js';
import { esdbUrl } from './server.js';

registerSuite('EventStoreDB server', () => openEsdbStore({ url: esdbUrl(), register: `test-${randomUUID()}` }));
