/** Commands with the log on an EventStoreDB server. */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { run } from '../../src/cli/program.js';
import { demoFile } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let double: EsdbDouble;
let folder: TemporaryFolder;
beforeAll(async () => {
  double = await startDouble();
  folder = await temporaryFolder();
});
afterAll(async () => {
  await double.stop();
  await folder.remove();
});

const habeas = async (...args: readonly string[]) => {
  let output = '';
  const terminal = new Writable({
    write(chunk, _, done) {
      output += String(chunk);
      done();
    },
  });
  const environment = { HABEAS_TODAY: '2026-01-05', EVENT_STORE: 'esdb', ESDB_URL: double.url };
  const { signal } = new AbortController();
  const code = await run(args, { environment, out: terminal, err: terminal, signal });
  return { code, output };
};

const DEFINITIONS = demoFile('register.json');
const PEOPLE = demoFile('new-cases-2026-01-05.csv');

test('a dry run is checked against the register on the server, and records nothing there', async () => {
  const data = join(folder.path, 'data');
  expect((await habeas('import', '--data', data, DEFINITIONS)).code).toBe(0);
  const before = double.log.length;
  expect(before).toBeGreaterThan(0);
  const { code, output } = await habeas('import', '--data', data, '--dry-run', PEOPLE);
  expect([code, double.log.length]).toEqual([0, before]);
  expect(output).toContain('A dry run: nothing was recorded.');
  expect(output).toMatch(/new-cases-2026-01-05.csv +27 +27 +0 +0/);
});

test('the demonstration never goes to the server', async () => {
  const before = double.log.length;
  const data = join(folder.path, 'demo');
  // Stopped among the people: its lists and instruments are recorded by then.
  const environment = { EVENT_STORE: 'esdb', ESDB_URL: double.url };
  const words = ['demo', '--once', '--data', data];
  const stopped = await runCli(words, ({ err }) => err.includes('register-2025'), undefined, environment);
  expect([stopped.code, stopped.out]).toEqual([0, expect.stringContaining('Stopped.')]);
  expect((await runCli(['export', '--data', data])).out).toContain('"list-defined"');
  expect(double.log.length).toBe(before);
});

test('backup and restore refuse with a message', async () => {
  for (const args of [
    ['backup', join(folder.path, 'backup.sqlite')],
    ['restore', join(folder.path, 'backup.sqlite')],
  ]) {
    const { code, output } = await habeas(...args, '--data', join(folder.path, 'data'));
    expect([code, output]).toEqual([2, expect.stringContaining('habeas copy')]);
  }
});
