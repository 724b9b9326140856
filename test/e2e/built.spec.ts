/** Runs the built program in a process of its own. Needs `npm run build`, which `npm test` runs first. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const CLI = join(__dirname, '../../dist/bundle/cli.js');

let folder: TemporaryFolder;
let child: ChildProcess | null = null;
beforeAll(async () => {
  expect(existsSync(CLI)).toBe(true);
  folder = await temporaryFolder();
});
afterEach(() => child?.kill('SIGKILL'));
afterAll(() => folder.remove());

interface Running {
  readonly url: string;
  /** Sends SIGINT; resolves with the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

const start = (environment: Record<string, string> = {}): Promise<Running> =>
  new Promise((resolve, reject) => {
    const started = spawn(process.execPath, [CLI, 'serve'], {
      env: { PATH: process.env['PATH'], HABEAS_DATA: folder.path, HABEAS_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const ended = new Promise<number | null>((end) => started.once('exit', (code) => end(code)));
    let out = '';
    let errors = '';
    started.stderr.on('data', (chunk) => (errors += String(chunk)));
    started.stdout.on('data', (chunk) => {
      out += String(chunk);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
      if (url !== undefined) resolve({ url, stop: (signal) => (started.kill(signal), ended) });
    });
    void ended.then((code) => reject(new Error(`ended with ${String(code)}: ${errors}`)));
  });

const get = async (url: string) => (await (await fetch(url)).json()) as Loose;

it('serves and records, stops on Ctrl-C, and has kept everything after a restart', async () => {
  const first = await start();
  expect((await get(`${first.url}/v1/openapi.json`))['openapi']).toBe('3.1.0');
  const answer = await fetch(`${first.url}/v1/lists`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:clerk-1' },
    body: JSON.stringify({ id: 'union', name: { en: 'Union' }, ...WITH_SOURCES }),
  });
  expect(answer.status).toBe(201);
  const { token } = (await answer.json()) as Loose;
  expect(await first.stop('SIGINT')).toBe(0);
  const second = await start();
  expect((await get(`${second.url}/v1/lists/union?atLeast=${String(token)}`))['name']).toEqual({ en: 'Union' });
  expect(await second.stop('SIGTERM')).toBe(0);
});

it('does not start on wrong settings, or beyond loopback without a token', async () => {
  await expect(start({ HABEAS_PORT: 'x' })).rejects.toThrow(/ended with 2: .*HABEAS_PORT: expected a port/s);
  await expect(start({ HABEAS_HOST: '0.0.0.0' })).rejects.toThrow(/ended with 2: .*HABEAS_TOKEN/s);
});

it.each([
  ['a reader that has read enough', '| true', 0, ''],
  ['a full disk', '> /dev/full', 2, 'Standard output cannot be written: ENOSPC: no space left on device, write\n'],
])('prints no stack for %s', (_, to, code, message) => {
  const command = `set -o pipefail; "${process.execPath}" "${CLI}" --help ${to}`;
  const { status, stderr } = spawnSync('bash', ['--norc', '-c', command], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([code, message]);
});
