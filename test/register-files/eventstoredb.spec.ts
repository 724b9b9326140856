import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { registerSuite } from './register.suite.js';
import { THOROUGH } from '../support/effort.js';

const doubles: EsdbDouble[] = [];
afterAll(() => Promise.all(doubles.map((double) => double.stop())));

// What the demonstration asks has nothing to do with the store, and importing it over the wire takes long.
registerSuite(
  'EventStoreDB over the wire',
  async () => {
    const double = await startDouble();
    doubles.push(double);
    return openEsdbStore({ url: double.url, register: 'habeas' });
  },
  THOROUGH,
);
