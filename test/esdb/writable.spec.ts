/** The write check against a real server: it must refuse an impossible expected revision and store nothing. */
import { EventStoreDBClient, ErrorType } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { newEvent, newStreamName } from '../support/new-events.js';
import { esdbUrl } from './server.js';

test('a server that takes writes says so, before and after the first, and stores nothing for it', async () => {
  const register = `test-${randomUUID()}`;
  const store = await openEsdbStore({ url: esdbUrl(), register, failFastAfterMs: 500 });
  await store.checkWritable();
  await store.append(newStreamName(), 'no-stream', [newEvent()]);
  await store.checkWritable();
  await store.close();
  const client = EventStoreDBClient.connectionString(esdbUrl());
  const read = async (): Promise<void> => {
    for await (const _ of client.readStream(`probe~${register}`)) throw new Error('something was stored');
  };
  await expect(read()).rejects.toMatchObject({ type: ErrorType.STREAM_NOT_FOUND });
  await client.dispose();
});
