/** A service verifies its log after each start: where it differs, writes are refused and reads go on. */
import Database from '../../src/sqlite/database.js';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { serve, type RunningService } from '../../src/serve.js';
import { readSettings } from '../../src/settings.js';
import { runCli } from '../support/command-line.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

let folder: TemporaryFolder;
let serving: RunningService | null = null;
const logs: string[] = [];
const start = async (environment: Readonly<Record<string, string>> = {}): Promise<RunningService> => {
  const settings = readSettings({ HABEAS_DATA: folder.path, HABEAS_PORT: '0', ...environment });
  return (serving = await serve(settings, { write: (line) => void logs.push(line) }));
};
const onFile = (sql: string): void => {
  const db = new Database(join(folder.path, 'events.sqlite'));
  db.exec(sql);
  db.close();
};
const habeas = (...args: readonly string[]) => runCli([...args, '--data', folder.path]);
const readiness = async (url: string) =>
  (await (await fetch(`${url}/health/ready`)).json()) as {
    readonly codes?: Readonly<Record<string, string>>;
    readonly warnings?: readonly string[];
  };
/** Polls until the log is reported as damaged; the test's own time limit ends it otherwise. */
const untilDamaged = async (url: string): Promise<void> => {
  while ((await readiness(url)).codes?.['log'] !== 'STORE_DAMAGED')
    await new Promise((resolve) => setTimeout(resolve, 20));
};
const LIST = { id: 'union', name: { en: 'Union' }, sources: [{ kind: 'other', citation: 'a test' }] };
const define = (url: string, body: object): Promise<Response> =>
  fetch(`${url}/v1/lists`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:a-1' },
    body: JSON.stringify(body),
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
  const read = await fetch(`${url}/v1/events?limit=10`);
  expect([read.status, read.headers.get('habeas-log')]).toEqual([200, 'damaged; position=4']);
  const written = await define(url, LIST);
  expect([written.status, await written.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'REGISTER.DAMAGED', position: 4 }),
  ]);
});

it('of a log that is as it was, no answer says otherwise', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/v1/events?limit=10`)).headers.get('habeas-log')).toBeNull();
  expect((await define(url, LIST)).status).toBe(201);
});

it('a log that was changed at its end takes nothing, from the first request on', async () => {
  await habeas('keys', 'test');
  await habeas('checkpoint');
  onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 6');
  const { url } = await start();
  expect([(await define(url, LIST)).status, (await readiness(url)).codes?.['log']]).toEqual([503, 'STORE_DAMAGED']);
  await serving?.close();
  const file = join(folder.path, 'list.json');
  writeFileSync(file, JSON.stringify({ type: 'list-defined', list: 'union', name: { en: 'Union' } }));
  expect(await habeas('import', file)).not.toMatchObject({ code: 0 });
});

it('a log whose end cannot be compared takes nothing until the whole was, and nothing where that differs', async () => {
  await habeas('keys', 'test');
  await habeas('checkpoint');
  const tail = join(folder.path, 'log-checkpoint-tail');
  rmSync(tail);
  const { url } = await start();
  // Refused as REGISTER.VERIFYING until then.
  await until(async () => (await define(url, LIST)).status === 201);
  await until(() => existsSync(tail));
  await serving?.close();
  rmSync(tail);
  onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 2');
  const again = await start();
  const refused = await define(again.url, { ...LIST, id: 'other' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await untilDamaged(again.url);
  expect(await (await define(again.url, { ...LIST, id: 'other' })).json()).toMatchObject({
    code: 'REGISTER.DAMAGED',
    position: 2,
  });
  await serving?.close();
  expect(((await habeas('export')).out.match(/list-defined/g) ?? []).length).toBe(1);
});

it('what a killed writer left of a checkpoint is removed by the next start, but not what is being written', async () => {
  const [left, current] = [join(folder.path, 'log-checkpoint.77.part'), join(folder.path, 'log-key.78.part')];
  for (const file of [left, current]) writeFileSync(file, 'x');
  utimesSync(left, 1, 1);
  await start();
  expect([existsSync(left), existsSync(current)]).toEqual([false, true]);
});

it('while it runs it signs checkpoints, which are witnessed and cover what was recorded', async () => {
  await habeas('keys', 'test');
  const witness = join(folder.path, 'witness');
  const { url } = await start({
    HABEAS_CHECKPOINT_EVENTS: '7',
    HABEAS_WITNESSES: JSON.stringify([{ file: witness }, { url: 'http://127.0.0.1:1/' }]),
  });
  expect((await define(url, LIST)).status).toBe(201);
  await until(() => existsSync(witness) && readFileSync(witness, 'utf8').startsWith('test 7 '));
  expect(await habeas('verify', '--against', witness)).toMatchObject({
    code: 0,
    out: expect.stringContaining('The first 7 are those of the checkpoint of 7 events') as string,
  });
  await until(async () => (await readiness(url)).warnings?.join() === 'WITNESS_FAILING');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^habeas_checkpoint_size 7$/m);
  expect(metrics).toMatch(/^habeas_witness_failing\{witness="2"\} 1$/m);
});

it('a log that lost its end is noticed by its checkpoint, and can be accepted', async () => {
  expect(await habeas('keys', 'test')).toMatchObject({ code: 0 });
  expect(await habeas('checkpoint')).toMatchObject({ code: 0 });
  onFile('DELETE FROM events WHERE position > 4');
  const { url } = await start();
  await untilDamaged(url);
  await serving?.close();
  expect(await habeas('rebuild', '--accept-log', '--by', 'person:7f3a')).toMatchObject({
    code: 0,
    out: expect.stringContaining('does not continue the last checkpoint') as string,
  });
  expect((await habeas('export')).out).toMatch(
    /"type":"log-accepted".*"checkpoint":\{"root":"[^"]*","size":6\},"difference":"checkpoint","events":4,.*"id":"7f3a"/,
  );
  expect(existsSync(join(folder.path, 'log-checkpoint'))).toBe(false);
  expect(readdirSync(folder.path).join()).toContain('log-checkpoint.lost-');
  expect(await habeas('verify')).toMatchObject({ code: 0 });
});

it('a log whose acceptance is stopped in its middle is not accepted', async () => {
  await habeas('keys', 'test');
  await habeas('checkpoint');
  onFile('DELETE FROM events WHERE position > 4');
  const controller = new AbortController();
  const lastCheckpoint = ProofFiles.prototype.lastCheckpointAsList;
  // It is read once the events were verified, when they are compared with it.
  jest.spyOn(ProofFiles.prototype, 'lastCheckpointAsList').mockImplementation(function (this: ProofFiles) {
    controller.abort();
    return lastCheckpoint.call(this);
  });
  const words = ['rebuild', '--accept-log', '--by', 'person:7f3a', '--data', folder.path];
  expect(await runCli(words, () => false, controller)).toMatchObject({ code: 130 });
  jest.restoreAllMocks();
  expect((await habeas('export')).out).not.toContain('log-accepted');
  expect(existsSync(join(folder.path, 'log-checkpoint'))).toBe(true);
});

it('read models are not rebuilt of a log that is not what it was; new ones end before the wrong event', async () => {
  const { url: first } = await start();
  await until(async () => (await fetch(`${first}/health/ready`)).ok);
  await serving?.close();
  const before = statSync(join(folder.path, 'read-models.sqlite')).ino;
  onFile('UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 4');
  expect(await habeas('rebuild')).toMatchObject({
    code: 3,
    err: expect.stringContaining('position 4: ') as string,
  });
  expect(statSync(join(folder.path, 'read-models.sqlite')).ino).toBe(before);
  rmSync(join(folder.path, 'read-models.sqlite'));
  const { url } = await start();
  await untilDamaged(url);
  await until(async () => (await readiness(url)).codes?.['read-models'] === 'STORE_DAMAGED');
  const lines = (await (await fetch(`${url}/v1/events`)).text()).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { readonly position: number }).position)).toEqual([1, 2, 3]);
});

it('a key that cannot be used, or of another log, stops the start', async () => {
  await habeas('keys', 'test');
  const other = join(folder.path, 'other');
  await runCli(['keys', 'test', '--data', other]);
  copyFileSync(join(other, 'log-key'), join(folder.path, 'log-key'));
  await expect(start()).rejects.toThrow('none of those in log-keys.txt');
  writeFileSync(join(folder.path, 'log-key'), 'x');
  await expect(start()).rejects.toThrow('that is no key');
  rmSync(join(folder.path, 'log-key'));
  mkdirSync(join(folder.path, 'log-key'));
  await expect(start()).rejects.toThrow('EISDIR');
});
