import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { registerSuite } from './register.suite.js';

const doubles: EsdbDouble[] = [];
afterAll(() => Promise.all(doubles.map((double) => double.stop())));

registerSuite('EventStoreDB over the wire', async () => {
  const double = await startDouble();
  doubles.push(double);
  return openEsdbStore({ url: double.url, register: 'habeas' });
});
