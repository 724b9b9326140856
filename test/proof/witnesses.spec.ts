/** Witnesses get every checkpoint, or the next one; none of them holds up another. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { newKey, openKeptCheckpoints, parseSigningKey, signCheckpoint } from '../../src/proof/checkpoint.js';
import { parseWitnesses, Witnesses, type Witness } from '../../src/proof/witnesses.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const key = parseSigningKey(newKey('register.example/log'));
const noteOf = (size: number): string => signCheckpoint(size, Buffer.alloc(32, size), key);

let folder: TemporaryFolder;
let server: Server;
let url: string;
let answer: { status: number; headers?: Record<string, string> } | 'none';
let bodies: string[];
let witnesses: Witnesses;
let changes: [number, boolean][];
const open = (...list: readonly Witness[]): void => {
  witnesses = new Witnesses(list, (number, isFailing) => changes.push([number, isFailing]), [1, 1], 1_000);
};
const at = (name: string): string => join(folder.path, name);
const read = (name: string): string => {
  try {
    return readFileSync(at(name), 'utf8');
  } catch {
    return '';
  }
};

beforeEach(async () => {
  folder = await temporaryFolder();
  [bodies, changes, answer] = [[], [], { status: 204 }];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push(body);
      if (answer !== 'none') response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/w`;
});
afterEach(async () => {
  await witnesses.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await folder.remove();
});

it('a file gets a line for each, which is a checkpoint by itself', async () => {
  open({ file: at('witness') });
  witnesses.send(noteOf(1));
  await until(() => read('witness') !== '');
  witnesses.send(noteOf(2));
  await until(() => read('witness').split('\n').length === 3);
  const lines = read('witness').trimEnd().split('\n');
  expect(lines.map((line) => openKeptCheckpoints(line, [key.publicKey])[0]?.size)).toEqual([1, 2]);
});

it('a file that takes nothing fails after its time, and gets the next line when it takes one again', async () => {
  // A pipe without a reader: opening it for writing waits.
  execFileSync('mkfifo', [at('pipe')]);
  witnesses = new Witnesses([{ file: at('pipe') }], (number, isFailing) => changes.push([number, isFailing]), [1], 50);
  witnesses.send(noteOf(1));
  await until(() => changes.length === 1);
  expect([changes, witnesses.states()]).toEqual([[[1, true]], [{ isFailing: true, failures: 1 }]]);
  const line = await readFile(at('pipe'), 'utf8');
  expect(openKeptCheckpoints(line, [key.publicKey])[0]?.size).toBe(1);
  rmSync(at('pipe'));
  await until(() => {
    witnesses.send(noteOf(2));
    return read('pipe') !== '';
  });
  await until(() => changes.length === 2);
  expect(changes[1]).toEqual([1, false]);
});

it('a command gets the note, its arguments as they are, and no settings', async () => {
  process.env['HABEAS_TOKEN'] = 'a token of sixteen characters';
  writeFileSync(
    at('keep.mjs'),
    `import { readFileSync, writeFileSync } from 'node:fs';
    writeFileSync(process.argv[2], JSON.stringify([process.argv[3], process.env.HABEAS_TOKEN ?? null, readFileSync(0, 'utf8')]));`,
  );
  open({ command: [process.execPath, at('keep.mjs'), at('kept'), '$(id); "'] });
  witnesses.send(noteOf(3));
  await until(() => read('kept') !== '');
  delete process.env['HABEAS_TOKEN'];
  expect(JSON.parse(read('kept'))).toEqual(['$(id); "', null, noteOf(3)]);
});

it('an address gets the note by POST, and again if it refuses it', async () => {
  open({ url });
  answer = { status: 503 };
  witnesses.send(noteOf(4));
  await until(() => changes.length === 1);
  expect([bodies, witnesses.states()]).toEqual([[noteOf(4), noteOf(4), noteOf(4)], [{ isFailing: true, failures: 1 }]]);
  answer = { status: 200 };
  witnesses.send(noteOf(5));
  await until(() => changes.length === 2);
  expect([changes, witnesses.states()]).toEqual([
    [
      [1, true],
      [1, false],
    ],
    [{ isFailing: false, failures: 1 }],
  ]);
});

it('an address that sends it elsewhere, or never answers, does not take it', async () => {
  open({ url });
  answer = { status: 302, headers: { location: url } };
  witnesses.send(noteOf(1));
  await until(() => changes.length === 1);
  answer = 'none';
  witnesses.send(noteOf(2));
  await until(() => witnesses.states()[0]?.failures === 2);
});

it('one that fails does not keep the others from it', async () => {
  open({ file: join(at('no such folder'), 'witness') }, { command: [at('no-such-program')] }, { file: at('witness') });
  witnesses.send(noteOf(1));
  await until(() => read('witness') !== '' && changes.length === 2);
  expect(witnesses.states().map(({ isFailing }) => isFailing)).toEqual([true, true, false]);
});

it('while one is slow, later checkpoints replace each other', async () => {
  answer = 'none';
  open({ url });
  witnesses.send(noteOf(1));
  await until(() => bodies.length === 1);
  for (let size = 2; size < 9; size++) witnesses.send(noteOf(size));
  answer = { status: 200 };
  await until(() => bodies.includes(noteOf(8)));
  expect(bodies.filter((body) => body !== noteOf(1))).toEqual([noteOf(8)]);
});

it('stopping gives up what is under way', async () => {
  answer = 'none';
  open({ url });
  witnesses.send(noteOf(1));
  await until(() => bodies.length === 1);
  await witnesses.stop();
  expect(changes).toEqual([]);
});

it.each([
  'x',
  '{}',
  '[{}]',
  '[{"url":"x"}]',
  '[{"command":[]}]',
  '[{"file":""}]',
  `[${'{"file":"a"},'.repeat(11).slice(0, -1)}]`,
])('%s names no witnesses', (text) => {
  open();
  expect(parseWitnesses(text)).toBeUndefined();
});
