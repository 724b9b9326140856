/** A clock that goes back: what was recorded stays in order, also over an end of the process. */
import { join } from 'node:path';
import { RecordFactsHandler, RecordFacts } from '../../src/commands/record-facts.js';
import { streamName } from '../../src/domain/facts.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { newCaseId } from '../../src/commands/ids.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ANNA, MINUTE, named, opened, request, TestClock } from './support.js';

it('records no instant before the last one of a stream, also in a process that begins in the past', async () => {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'events.sqlite');
  const clock = new TestClock();
  const id = newCaseId(ANNA);
  /** A process: it opens the log, records, and ends. */
  const recorded = async (...names: string[]): Promise<void> => {
    const store = createSqliteStore({ file });
    const handler = new RecordFactsHandler(store, clock);
    for (const name of names) {
      const facts = name === '' ? [opened()] : [named(name)];
      expect(await handler.execute(new RecordFacts(request(id, facts)))).toMatchObject({ outcome: 'recorded' });
    }
    await store.close();
  };
  await recorded('', 'Before');
  clock.move(-60 * MINUTE);
  await recorded('An Hour Back', 'And Again');
  clock.move(61 * MINUTE);
  await recorded('After');
  const store = createSqliteStore({ file });
  const events = await store.readStream(streamName('case', id), -1, 10);
  expect(events.map((event) => event.recordedAt)).toEqual([
    '2026-01-05T08:00:00.000Z',
    '2026-01-05T08:00:00.000Z',
    '2026-01-05T08:00:00.000Z',
    '2026-01-05T08:00:00.000Z',
    '2026-01-05T08:01:00.000Z',
  ]);
  await store.close();
  await folder.remove();
});
