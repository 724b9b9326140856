/** `habeas keys`, `checkpoint`, `verify`, `prove`, and the verifier of outsiders, on a log that is changed in every way. */
import Database from '../../src/sqlite/database.js';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventStore } from '../../src/event-store/port.js';
import { encodeWithoutLeaf } from '../../src/event-store/codec.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { runCli } from '../support/command-line.js';
import { newEvent, newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let data: string;
let publicKey: string;
const at = (name: string): string => join(folder.path, name);
const onStore = async (use: (store: EventStore) => Promise<unknown>): Promise<void> => {
  const store = createSqliteStore({ file: join(data, 'events.sqlite') });
  await use(store);
  await store.close();
};
const onOther = async (use: (store: EventStore) => Promise<unknown>): Promise<void> => {
  mkdirSync(at('other'));
  const store = createSqliteStore({ file: at('other/events.sqlite') });
  await use(store);
  await store.close();
};
const onFile = (sql: string): void => {
  const db = new Database(join(data, 'events.sqlite'));
  db.exec(sql);
  db.close();
};
const habeas = (...args: readonly string[]) => runCli([...args, '--data', data]);
const out = async (...args: readonly string[]): Promise<string> => {
  const result = await habeas(...args);
  expect(result).toMatchObject({ code: 0 });
  return result.out;
};

/** The verifier as an outsider runs it. */
const outsider = (...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['verify/verify.mjs', ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });

beforeEach(async () => {
  folder = await temporaryFolder();
  data = at('data');
  mkdirSync(data);
  await onStore(async (store) => {
    for (let i = 0; i < 4; i++) await store.append(newStreamName(), 'no-stream', newEvents(2));
  });
  publicKey = (await out('keys', 'register.example/log')).trim();
  writeFileSync(at('checkpoint'), await out('checkpoint'));
});
afterEach(() => folder.remove());

it('a log as it was recorded is verified, from within and by an outsider, also after it went on', async () => {
  await onStore((store) => store.append(newStreamName(), 'no-stream', newEvents(1)));
  expect(await out('verify', '--against', at('checkpoint'))).toMatch(/^9 events, each as it was recorded\.\nRoot /);
  writeFileSync(at('log'), await out('export'));
  expect(await outsider(at('log'), at('checkpoint'), publicKey)).toEqual({
    code: 0,
    text: 'Yes: 9 events, each as it was recorded; the first 8 are those of the checkpoint.\n',
  });
});

it.each([
  ['without its last line end', (note: string) => note.trimEnd()],
  ['with the line ends of another system', (note: string) => note.replaceAll('\n', '\r\n')],
  ['with empty lines around', (note: string) => `\n${note}\n\n`],
])('a checkpoint that was kept %s does as well', async (_, kept) => {
  writeFileSync(at('kept'), kept(readFileSync(at('checkpoint'), 'utf8')));
  expect(await out('verify', '--against', at('kept'))).toContain('those of the checkpoint of 8 events');
  writeFileSync(at('log'), await out('export'));
  expect(await outsider(at('log'), at('kept'), publicKey)).toMatchObject({ code: 0 });
});

it.each([
  ['empty', ''],
  ['something else', 'hello\n'],
  ['without a signature', 'register.example/log\n8\nAAAA\n'],
])('a checkpoint that is %s could not be checked; nobody is accused', async (_, kept) => {
  writeFileSync(at('kept'), kept);
  writeFileSync(at('log'), await out('export'));
  expect(await outsider(at('log'), at('kept'), publicKey)).toMatchObject({
    code: 2,
    text: 'It could not be checked: that is no checkpoint: it has no signature\n',
  });
  expect(await habeas('verify', '--against', at('kept'))).toMatchObject({ code: 2 });
});

it('a file with a checkpoint a line, as a witness keeps it, is held against the log line by line', async () => {
  const lineOf = (note: string): string => note.trim().split(/\n+/).join(' ');
  const earlier = lineOf(readFileSync(at('checkpoint'), 'utf8'));
  await onStore((store) => store.append(newStreamName(), 'no-stream', newEvents(1)));
  const later = lineOf(await out('checkpoint'));
  writeFileSync(at('witness'), `${earlier}\n${later}\n`);
  const printed = await out('verify', '--against', at('witness'));
  expect(printed).toContain('those of the checkpoint of 8 events');
  expect(printed).toContain('those of the checkpoint of 9 events');
  writeFileSync(at('log'), await out('export'));
  expect(await outsider(at('log'), at('witness'), publicKey)).toEqual({
    code: 0,
    text: 'Yes: 9 events, each as it was recorded; the first 9 are those of the checkpoint.\n',
  });
  writeFileSync(at('witness'), `${earlier.replace(' 8 ', ' 7 ')}\n${later}\n`);
  expect(await outsider(at('log'), at('witness'), publicKey)).toMatchObject({ code: 1 });
  expect(await habeas('verify', '--against', at('witness'))).toMatchObject({ code: 2 });
});

it('a checkpoint that was kept as one line does as well', async () => {
  writeFileSync(at('line'), readFileSync(at('checkpoint'), 'utf8').trim().split(/\n+/).join(' '));
  expect(await out('verify', '--against', at('line'))).toContain('those of the checkpoint of 8 events');
  writeFileSync(at('log'), await out('export'));
  expect(await outsider(at('log'), at('line'), publicKey)).toMatchObject({ code: 0 });
  writeFileSync(at('line'), readFileSync(at('line'), 'utf8').replace(' 8 ', ' 7 '));
  expect(await habeas('verify', '--against', at('line'))).toMatchObject({ code: 2 });
  expect(await outsider(at('log'), at('line'), publicKey)).not.toMatchObject({ code: 0 });
});

it('exported and imported, restored from a backup, it has the same root', async () => {
  await out('export', '--out', at('log.ndjson'));
  await out('backup', at('backup'));
  const root = /^Root .*$/m.exec(await out('verify'))?.[0];
  expect(root).toBeDefined();
  expect(await runCli(['import', at('log.ndjson'), '--data', at('imported')])).toMatchObject({ code: 0 });
  expect(await runCli(['restore', at('backup'), '--data', at('restored')])).toMatchObject({ code: 0 });
  for (const copy of ['imported', 'restored'])
    expect((await runCli(['verify', '--data', at(copy)])).out).toContain(`\n${root}\n`);
});

describe('a copy carries the checkpoint and the public keys', () => {
  const checkpointIn = (folderName: string): string => readFileSync(join(at(folderName), 'log-checkpoint'), 'utf8');
  const COPIES = [
    ['restored', () => runCli(['restore', at('backup'), '--data', at('restored')])],
    ['imported', () => runCli(['import', at('log.ndjson'), '--data', at('imported')])],
    ['copied', () => runCli(['copy', '--from', `sqlite:${data}`, '--to', `sqlite:${at('copied')}`])],
  ] as const;
  beforeEach(async () => {
    await onStore((store) => store.append(newStreamName(), 'no-stream', newEvents(1)));
    await out('backup', at('backup'));
    await out('export', '--out', at('log.ndjson'));
  });

  it('which is signed at every backup and export', () => {
    for (const copy of ['backup', 'log.ndjson']) {
      expect(readFileSync(at(`${copy}.checkpoint`), 'utf8')).toMatch(/^register\.example\/log\n9\n/);
      expect(readFileSync(at(`${copy}.keys`), 'utf8').trim()).toBe(publicKey);
    }
    expect(checkpointIn('data')).toMatch(/^register\.example\/log\n9\n/);
  });

  it('both or neither: a checkpoint without the keys would make a copy useless', async () => {
    const signed = jest.spyOn(ProofFiles.prototype, 'sign').mockImplementation(() => {
      mkdirSync(at('second.keys'));
      return Promise.resolve('a note');
    });
    expect((await habeas('backup', at('second'))).code).not.toBe(0);
    signed.mockRestore();
    rmSync(at('second.keys'), { recursive: true, force: true });
    expect(existsSync(at('second.checkpoint'))).toBe(false);
    expect(await runCli(['restore', at('second'), '--data', at('restored')])).toMatchObject({ code: 0 });
  });

  it.each(COPIES)('%s, it has them in its folder', async (name, copy) => {
    expect(await copy()).toMatchObject({ code: 0 });
    expect(checkpointIn(name)).toBe(checkpointIn('data'));
    expect((await runCli(['keys', '--data', at(name)])).out.trim()).toBe(publicKey);
    expect((await runCli(['verify', '--data', at(name)])).out).toContain('those of the checkpoint of 9 events');
  });

  it.each(COPIES)('%s against a checkpoint of another log, it is refused', async (name, copy) => {
    await onOther((store) => store.append(newStreamName(), 'no-stream', newEvents(9)));
    copyFileSync(join(data, 'log-key'), at('other/log-key'));
    const other = (await runCli(['checkpoint', '--data', at('other')])).out;
    for (const file of ['backup.checkpoint', 'log.ndjson.checkpoint', 'data/log-checkpoint'])
      writeFileSync(at(file), other);
    expect(await copy()).toMatchObject({
      code: 3,
      err: expect.stringContaining('positions 1 to 9: they are not those of the checkpoint') as string,
    });
    expect(existsSync(join(at(name), 'log-checkpoint'))).toBe(false);
    expect(name === 'restored' && existsSync(join(at(name), 'events.sqlite'))).toBe(false);
  });
});

/** Changes of a stored log that must be found, beside those of forgeries.spec.ts. */
const CHANGES: readonly (readonly [string, string, RegExp])[] = [
  [
    'white space',
    `UPDATE events SET payload = replace(payload, '{"commitment', '{ "commitment') WHERE position = 4`,
    /position 4: .*canonical/,
  ],
  ['a leaf hash', 'UPDATE events SET leaf = zeroblob(32) WHERE position = 2', /position 2: /],
  ['a type', 'UPDATE events SET type = 99 WHERE position = 2', /position 2: /],
  ['a stream', 'UPDATE events SET stream = 99 WHERE position = 2', /position 2: /],
  [
    'a time, and an event after it removed',
    'UPDATE events SET recorded_at = recorded_at - 1 WHERE position = 3; DELETE FROM events WHERE position = 5',
    /position 3: /,
  ],
  [
    'hash and commitment',
    `UPDATE events SET leaf = NULL, payload = json_remove(payload, '$.commitment', '$.personal.salt')
    WHERE position = 6`,
    /position 6: its leaf hash is missing/,
  ],
];
it.each(CHANGES)('changed or removed, %s is found by its position, and nothing is signed', async (_, sql, says) => {
  onFile(sql);
  for (const command of [['verify'], ['checkpoint']] as const) {
    const { code, out: printed, err } = await habeas(...command);
    expect({ code, printed }).toEqual({ code: 3, printed: '' });
    expect(err).toMatch(says);
  }
});

it('a backup of a log that does not reach the last checkpoint says so', async () => {
  onFile('DELETE FROM events WHERE position = 8');
  const { code, out: printed } = await habeas('backup', at('backup'));
  expect([code, printed]).toEqual([3, expect.stringContaining('BUT position 8: missing; a checkpoint says')]);
});

it('an outsider finds the same in an export', async () => {
  const lines = (await out('export')).split('\n');
  const check = async (changed: readonly string[]) => {
    writeFileSync(at('log'), changed.join('\n'));
    return outsider(at('log'), at('checkpoint'), publicKey);
  };
  const first = (line: string | undefined): string => line ?? '';
  expect(await check(lines.with(3, first(lines[3]).replace('name 1', 'name 7')))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 4: its personal part') as string,
  });
  expect(await check(lines.with(3, first(lines[3]).replace('a-17', 'a-18')))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 4: it is not what') as string,
  });
  expect(await check(lines.with(3, first(lines[3]).replace('"meta":', '"meta": ')))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 4: it is not written') as string,
  });
  // The bits that base64 does not use: another text for the same salt.
  const ofSameBytes = first(lines[3]).replace(
    /("salt":".{42})(.)="/,
    (_, start: string, last: string) => `${start}${String.fromCharCode(last.charCodeAt(0) + 1)}="`,
  );
  expect(await check(lines.with(3, ofSameBytes))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 4: its personal part') as string,
  });
  expect(await check(lines.toSpliced(3, 1))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 4: an event is missing') as string,
  });
  expect(await check(lines.slice(0, 7))).toMatchObject({
    code: 1,
    text: expect.stringContaining('position 8: missing') as string,
  });
});

it('a log written anew by the holder of the key does not lead to a checkpoint that somebody kept', async () => {
  rmSync(join(data, 'events.sqlite'));
  rmSync(join(data, 'log-checkpoint'));
  await onStore((store) => store.append(newStreamName(), 'no-stream', newEvents(9)));
  await out('checkpoint');
  const { code, err } = await habeas('verify', '--against', at('checkpoint'));
  expect([code, err]).toEqual([3, expect.stringContaining('positions 1 to 8: they are not those of the checkpoint')]);
});

it('erased personal data leave every leaf and checkpoint as they were', async () => {
  const root = /^Root .*$/m.exec(await out('verify'))?.[0];
  onFile(`UPDATE events SET payload = json_set(payload, '$.personal', json('null')) WHERE position = 5`);
  const printed = await out('verify', '--against', at('checkpoint'));
  expect(printed).toContain('Of 1 the personal part was erased.');
  expect(printed).toContain(String(root));
});

it('proves one event, which an outsider checks; any other hash or event is refused', async () => {
  const events: string[] = [];
  await onStore(async (store) => events.push(...(await store.read(null, 10)).map(({ id }) => id)));
  for (const [index, id] of events.entries()) {
    const proof = await out('prove', id.toUpperCase());
    expect(proof).not.toContain('name 1');
    writeFileSync(at('proof'), proof);
    expect(await outsider('--proof', at('proof'), publicKey)).toEqual({
      code: 0,
      text: `Yes: the event is at position ${index + 1} of the log of 8 events.\n`,
    });
  }
  const proof = JSON.parse(readFileSync(at('proof'), 'utf8')) as { index: number; hashes: string[]; event: object };
  for (const changed of [
    { ...proof, index: 6 },
    { ...proof, hashes: proof.hashes.slice(1) },
    { ...proof, hashes: [proof.hashes[1], proof.hashes[0], proof.hashes[2]] },
    { ...proof, event: { ...proof.event, type: 'died' } },
  ]) {
    writeFileSync(at('proof'), JSON.stringify(changed));
    expect(await outsider('--proof', at('proof'), publicKey)).toMatchObject({ code: 1 });
  }
  expect(await habeas('prove', 'nobody')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no event with that id') as string,
  });
});

it('a key is made once, replaced on request, and the checkpoints of the old one stay valid', async () => {
  expect(await habeas('keys', 'another')).toMatchObject({
    code: 2,
    err: expect.stringContaining('a key already') as string,
  });
  expect(await habeas('keys', 'another', '--replace')).toMatchObject({
    code: 2,
    err: expect.stringContaining('The log is called register.example/log') as string,
  });
  const keys = await out('keys', 'register.example/log', '--replace');
  expect(keys.trim().split('\n')).toEqual([publicKey, expect.stringMatching(/^register\.example\/log\+/)]);
  expect(await out('verify', '--against', at('checkpoint'))).toContain('those of the checkpoint of 8 events');
  expect(await out('checkpoint')).not.toBe(readFileSync(at('checkpoint'), 'utf8'));
  const other = (await runCli(['keys', 'other', '--data', at('other')])).out.trim();
  expect(await habeas('verify', '--against', at('checkpoint'), '--public-key', other)).toMatchObject({ code: 2 });
  writeFileSync(join(data, 'log-key'), 'x');
  expect(await habeas('checkpoint')).toMatchObject({
    code: 2,
    err: expect.stringContaining('that is no key') as string,
  });
});

it('events of before leaf hashes are told, and a log with them is not signed', async () => {
  mkdirSync(at('old'));
  copyFileSync(join(data, 'log-key'), at('old/log-key'));
  const store = createSqliteStore({ file: at('old/events.sqlite') });
  await store.appendStored(newStreamName(), 'no-stream', [encodeWithoutLeaf(newEvent())]);
  await store.append(newStreamName(), 'no-stream', newEvents(1));
  await store.close();
  expect((await runCli(['verify', '--data', at('old')])).out).toMatch(/^2 events, 1 of them without a leaf hash/);
  const { code, err } = await runCli(['checkpoint', '--data', at('old')]);
  expect([code, err]).toEqual([2, expect.stringContaining('1 events were recorded before')]);
});

describe('a log of before leaf hashes', () => {
  const old = (...args: readonly string[]) => runCli([...args, '--data', at('old')]);
  const adopt = () => old('verify', '--adopt', '--by', 'person:7f3a');
  beforeEach(async () => {
    expect(await old('keys', 'register.example/log')).toMatchObject({ code: 0 });
    const store = createSqliteStore({ file: at('old/events.sqlite') });
    for (let i = 0; i < 3; i++)
      await store.appendStored(newStreamName(), 'no-stream', [
        encodeWithoutLeaf(newEvent()),
        encodeWithoutLeaf(newEvent()),
      ]);
    await store.append(newStreamName(), 'no-stream', newEvents(1));
    await store.close();
  });

  it('is signed once it is adopted, and the log says by whom', async () => {
    expect(await adopt()).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^The first 6 events are adopted as they stand now.*\n8 events, each as it was recorded\.\nThe first 6 are as/,
      ) as string,
    });
    expect((await old('export')).out).toMatch(/"id":"7f3a","kind":"person".*\n$/);
    expect((await adopt()).out).toMatch(/^The first 6 events were adopted before\.\n8 events/);
    expect(await old('checkpoint')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^register\.example\/log\n8\n/) as string,
    });
  });

  it('has the same root where it is exported and imported, restored or copied, and an outsider verifies it', async () => {
    await adopt();
    writeFileSync(at('old-checkpoint'), (await old('checkpoint')).out);
    await old('export', '--out', at('log.ndjson'));
    await old('backup', at('backup'));
    const root = /^Root .*$/m.exec((await old('verify')).out)?.[0];
    expect(await runCli(['import', at('log.ndjson'), '--data', at('imported')])).toMatchObject({ code: 0 });
    expect(await runCli(['restore', at('backup'), '--data', at('restored')])).toMatchObject({ code: 0 });
    expect(await runCli(['copy', '--from', `sqlite:${at('old')}`, '--to', `sqlite:${at('copied')}`])).toMatchObject({
      code: 0,
    });
    for (const copy of ['imported', 'restored', 'copied'])
      expect((await runCli(['verify', '--data', at(copy)])).out).toContain(`\n${root}\n`);
    const key = readFileSync(at('old/log-keys.txt'), 'utf8');
    expect(await outsider(at('log.ndjson'), at('old-checkpoint'), key)).toMatchObject({ code: 0 });
    writeFileSync(at('log.ndjson'), readFileSync(at('log.ndjson'), 'utf8').replace('Elçin', 'Elşin'));
    expect(await outsider(at('log.ndjson'), at('old-checkpoint'), key)).toMatchObject({
      code: 1,
      text: expect.stringContaining('position 1: its personal part') as string,
    });
  });

  it('is not adopted by nobody', async () => {
    for (const by of [[], ['--by', 'Elçin'], ['--by', 'system:x']])
      expect(await old('verify', '--adopt', ...by)).toMatchObject({
        code: 2,
        err: expect.stringContaining('--by') as string,
      });
  });
});
