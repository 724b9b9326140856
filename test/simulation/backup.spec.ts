/** A backup taken under 64 concurrent writers restores a prefix of the log that has every event acknowledged before the backup. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const WRITERS = 64;
const CLI = join(import.meta.dirname, '../../dist/cli.js');
const environment = { PATH: process.env['PATH'], HABEAS_PORT: '0', HABEAS_TODAY: '2026-01-05' };

let folder: TemporaryFolder;
const running: ChildProcess[] = [];
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await folder.remove();
});

const serve = async (data: string): Promise<string> => {
  const child = spawn(process.execPath, [CLI, 'serve', '--data', data], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment,
  });
  running.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('did not start');
};

const habeas = async (...words: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...words], { env: environment });
  return stdout;
};

const openCase = async (url: string): Promise<Loose> => {
  const response = await fetch(`${url}/v1/cases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:w', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ names: [latinName('Nümunə')], ...WITH_SOURCES }),
  });
  const body = (await response.json()) as Loose;
  if (response.status !== 201) throw new Error(JSON.stringify(body));
  return body;
};

/** Asks again as long as the read models of a busy machine have not come as far as the token. */
const readLog = async (url: string, token: string): Promise<string[]> => {
  const response = await fetch(`${url}/v1/events?atLeast=${encodeURIComponent(token)}`);
  const text = await response.text();
  if (response.status === 503) return readLog(url, token);
  if (response.status !== 200) throw new Error(text);
  return text.split('\n').filter((line) => line !== '');
};

test('a backup under 64 writers is a prefix of the log with everything acknowledged before it began', async () => {
  const original = await serve(join(folder.path, 'data'));
  const acknowledged: string[] = [];
  let [onThousand, stop] = [(): void => undefined, false];
  const thousand = new Promise<void>((resolve) => (onThousand = resolve));
  const writers = Array.from({ length: WRITERS }, async () => {
    while (!stop) {
      const { events } = await openCase(original);
      acknowledged.push(...(events as string[]));
      if (acknowledged.length >= 1_000) onThousand();
    }
  });
  await Promise.race([thousand, Promise.all(writers)]);

  const before = [...acknowledged];
  const backup = join(folder.path, 'backup.sqlite');
  await habeas('backup', backup, '--data', join(folder.path, 'data'));
  const during = acknowledged.length - before.length;
  stop = true;
  await Promise.all(writers);

  await habeas('restore', backup, '--data', join(folder.path, 'restored'));
  const { token } = await openCase(original);
  const all = await readLog(original, String(token));
  const restored = await serve(join(folder.path, 'restored'));
  const { token: restoredToken } = await openCase(restored);
  const restoredLog = (await readLog(restored, String(restoredToken))).slice(0, -1);

  expect(during).toBeGreaterThan(0);
  expect(restoredLog.length).toBeGreaterThanOrEqual(before.length);
  expect(restoredLog.length).toBeLessThan(all.length);
  expect(restoredLog.every((line, index) => line === all[index])).toBe(true);
  const ids = new Set(restoredLog.map((line) => (JSON.parse(line) as Loose)['id']));
  expect(before.filter((id) => !ids.has(id))).toEqual([]);

  for (const child of running) {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
}, 300_000);
