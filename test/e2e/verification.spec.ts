/** A service verifies its log after each start: where it differs, writes are refused and reads go on. */
import Database from 'better-sqlite3';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { serve, type Serving } from '../../src/serve.js';
import { readSettings } from '../../src/settings.js';
import { runCli } from '../support/command-line.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let serving: Serving | null = null;
const logs: string[] = [];
const start = async (): Promise<Serving> => {
  const settings = readSettings({ HABEAS_DATA: folder.path, HABEAS_PORT: '0' });
  return (serving = await serve(settings, { write: (line) => void logs.push(line) }));
};
const onFile = (sql: string): void => {
  const db = new Database(join(folder.path, 'events.sqlite'));
  db.exec(sql);
  db.close();
};
const habeas = (...args: readonly string[]) => runCli([...args, '--data', folder.path]);
const readiness = async (url: string) =>
  (await (await fetch(`${url}/health/ready`)).json()) as { readonly codes?: Readonly<Record<string, string>> };
/** Polls until the log is reported as damaged; the test's own time limit ends it otherwise. */
const untilDamaged = async (url: string): Promise<void> => {
  while ((await readiness(url)).codes?.['log'] !== 'STORE_DAMAGED')
    await new Promise((resolve) => setTimeout(resolve, 20));
};
const define = (url: string): Promise<Response> =>
  fetch(`${url}/v1/lists`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:a-1' },
    body: '{}',
  });

beforeEach(async () => {
  logs.length = 0;
  folder = await temporaryFolder();
  const store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
  for (let i = 0; i < 3; i++) await store.append(newStreamName(), 'no-stream', newEvents(2));
  await store.close();
});
afterEach(async () => {
  await serving?.close();
  serving = null;
  await folder.remove();
});

it('an event whose time was forged is named, though it can be read', async () => {
  onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 4');
  const { url } = await start();
  await untilDamaged(url);
  expect(logs.join('')).toContain('position 4: ');
  expect((await fetch(`${url}/v1/events?limit=10`)).status).toBe(200);
  expect((await define(url)).status).not.toBe(201);
});

it('a log that lost its end is noticed by its checkpoint, and can be accepted', async () => {
  expect(await habeas('keys', 'test')).toMatchObject({ code: 0 });
  expect(await habeas('checkpoint')).toMatchObject({ code: 0 });
  onFile('DELETE FROM events WHERE position > 4');
  const { url } = await start();
  await untilDamaged(url);
  await serving?.close();
  expect(await habeas('rebuild', '--accept-log')).toMatchObject({
    code: 0,
    out: expect.stringContaining('does not continue the last checkpoint') as string,
  });
  expect(existsSync(join(folder.path, 'log-checkpoint'))).toBe(false);
  expect(readdirSync(folder.path).join()).toContain('log-checkpoint.lost-');
  expect(await habeas('verify')).toMatchObject({ code: 0 });
});

it('a key that cannot be used stops the start', async () => {
  writeFileSync(join(folder.path, 'log-key'), 'x');
  await expect(start()).rejects.toThrow('that is no key');
});
