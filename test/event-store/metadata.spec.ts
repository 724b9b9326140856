/** The metadata of an event is listed once: every field of the list goes through store, copy, export, import and history. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METADATA_FIELDS, metadataOf, type EventMetadata } from '../../src/domain/event.js';
import { copyEvents, readStoredLog } from '../../src/event-store/copy.js';
import { formatLogLine, readExportedLog } from '../../src/event-store/log-file.js';
import type { EventStore } from '../../src/event-store/port.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { toLoggedEvent } from '../../src/read-models/history/entry.js';
import { ModelFile } from '../../src/read-models/model-file.js';
import { newEvent, newStreamName } from '../support/new-events.js';
import { temporaryFolder } from '../support/temporary-folder.js';

it('carries every field of the metadata through store, copy, export, import and history', async () => {
  const folder = await temporaryFolder();
  const [store, copy, imported] = [0, 1, 2].map(() => createSqliteStore({ file: ':memory:' })) as [
    EventStore,
    EventStore,
    EventStore,
  ];
  const event = newEvent({
    actor: { kind: 'import', id: 'file-7', asserted: false },
    acknowledged: ['CASE.ALREADY_HELD'],
    raised: [{ code: 'CASE.ALREADY_HELD', grade: 'ask', events: ['e1'], expected: 'held once' }],
    correlationId: 'request-9',
    causationId: 'cause-9',
  });
  const metadata: EventMetadata = metadataOf(event);
  expect(Object.keys(metadata)).toEqual(METADATA_FIELDS);
  await store.append(newStreamName(), 'no-stream', [event]);
  await copyEvents(readStoredLog(store), copy, UNWATCHED);
  const file = join(folder.path, 'log.ndjson');
  for await (const batch of readStoredLog(copy)) writeFileSync(file, batch.map(formatLogLine).join(''));
  await copyEvents(readExportedLog(file), imported, UNWATCHED);
  const [read] = await imported.read(null, 1);
  if (read === undefined) throw new Error('nothing was imported');
  expect(metadataOf(read)).toStrictEqual(metadata);
  const models = ModelFile.create(':memory:', 'Asia/Baku');
  models.store([read]);
  const [entry] = models.logTables.nextEvents(0, Infinity);
  expect(entry && metadataOf(toLoggedEvent(entry))).toStrictEqual(metadata);
  models.close();
  await Promise.all([store, copy, imported].map((opened) => opened.close()));
  await folder.remove();
});
