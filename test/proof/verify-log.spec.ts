/** The root of a log is the same in every store and after every copy. */
import { copyEvents, readStoredLog } from '../../src/event-store/copy.js';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import type { EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { startDouble } from '../support/esdb-double/double.js';
import { newEvent, newEvents, newStreamName, namedEvent } from '../support/new-events.js';

const fill = async (store: EventStore): Promise<void> => {
  for (let i = 0; i < 5; i++) await store.append(newStreamName(), 'no-stream', newEvents(3));
  const event = newEvent({ event: namedEvent('Ələkbər "ş"\u2028'), causationId: 'cause' });
  await store.append(newStreamName(), 'no-stream', [event]);
};
const rootOf = async (store: EventStore): Promise<string | undefined> =>
  (await verifyLog(store, [], UNWATCHED)).tree?.root().toString('hex');

it('a log copied to a server and back has one root, which a second instance sees too', async () => {
  const double = await startDouble();
  const options = { url: double.url, register: 'habeas' };
  const from = createSqliteStore({ file: ':memory:' });
  const back = createSqliteStore({ file: ':memory:' });
  const [server, second] = [await openEsdbStore(options), await openEsdbStore(options)];
  await fill(from);
  await copyEvents(readStoredLog(from), server, UNWATCHED);
  await copyEvents(readStoredLog(second), back, UNWATCHED);
  const roots = await Promise.all([from, server, second, back].map(rootOf));
  expect(roots[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(roots).size).toBe(1);
  await Promise.all([from, back, server, second].map((store) => store.close()));
  await double.stop();
});
