import Database from '../../src/sqlite/database.js';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadModels } from '../../src/read-models/read-models.js';
import {
  differenceFromProjectedLog,
  fingerprintOf,
  setFileAside,
  type LogFingerprint,
} from '../../src/read-models/log-fingerprint.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { clock, Log, opened } from './support.js';
import { projected } from '../support/projected.js';

let folder: TemporaryFolder;
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'read-models.sqlite');
});
afterEach(() => folder.remove());

/** A log with one event for each case id. */
const logOf = async (...ids: readonly string[]): Promise<Log> => {
  const log = new Log();
  for (const id of ids) await log.append('case', id, { ...opened('Ad'), id: EVENTS[id] });
  return log;
};
const EVENTS: Readonly<Record<string, string>> = Object.fromEntries(
  ['a', 'b', 'c', 'x'].map((id, n) => [id, `00000000-0000-4000-8000-00000000000${String(n)}`]),
);
const project = async (log: Log): Promise<ReadModels> => {
  const models = ReadModels.open(path, log.store, clock);
  await models.start();
  await projected(models, log.token);
  return models;
};

describe('the fingerprint of a read-model file', () => {
  it('is read without writing to the file, in use or not', async () => {
    const models = await project(await logOf('a', 'b', 'c'));
    const seen = {
      position: 3,
      cursor: '3',
      cursorBeforeLast: '2',
      firstId: EVENTS['a'],
      lastId: EVENTS['c'],
    };
    expect(fingerprintOf(path)).toEqual(seen);
    await models.stop();
    expect(fingerprintOf(path)).toEqual(seen);
  });

  it('is read from a file of version 0.1, whose table of events has another name', async () => {
    const models = await project(await logOf('a', 'b', 'c'));
    await models.stop();
    const seen = fingerprintOf(path);
    const db = new Database(path);
    db.exec('ALTER TABLE events RENAME TO facts');
    db.close();
    expect(fingerprintOf(path)).toEqual(seen);
    expect(seen).toMatchObject({ position: 3, lastId: EVENTS['c'] });
  });

  it('is null without a file, empty before the first event, and unreadable in another file', async () => {
    expect(fingerprintOf(path)).toBeNull();
    const models = ReadModels.open(path, (await logOf()).store, clock);
    await models.start();
    await models.stop();
    expect(fingerprintOf(path)).toMatchObject({ position: 0, lastId: null });
    await writeFile(path, 'no database');
    expect(fingerprintOf(path)).toBe('unreadable');
  });
});

describe('a log', () => {
  let seen: LogFingerprint;
  beforeEach(async () => {
    await (await project(await logOf('a', 'b'))).stop();
    seen = fingerprintOf(path) as LogFingerprint;
  });

  it.each([
    ['itself', ['a', 'b'], null],
    ['one that went on', ['a', 'b', 'c'], null],
    ['empty', [], 'empty'],
    ['without its end', ['a'], 'shorter'],
    ['with another event at the end', ['a', 'c'], 'diverged'],
    ['with another event at the end, and gone on', ['a', 'c', 'b'], 'diverged'],
    ["another register's", ['x', 'c'], 'other'],
    ["another register's, shorter", ['x'], 'other'],
  ])('%s is compared with the fingerprint', async (_, ids, kind) => {
    const difference = await differenceFromProjectedLog(seen, (await logOf(...ids)).store);
    expect(difference?.kind ?? null).toBe(kind);
    if (difference !== null) expect(difference.message).toContain('2');
  });

  it('that is empty was lost if there is an unreadable file, and is new if there is none', async () => {
    expect((await differenceFromProjectedLog('unreadable', (await logOf()).store))?.kind).toBe('empty');
    expect(await differenceFromProjectedLog('unreadable', (await logOf('a')).store)).toBeNull();
    expect(await differenceFromProjectedLog(null, (await logOf()).store)).toBeNull();
  });
});

it('a file set aside keeps its fingerprint and is renamed to lost', async () => {
  await (await project(await logOf('a', 'b'))).stop();
  await writeFile(`${path}-wal`, '');
  const seen = fingerprintOf(path);
  const aside = setFileAside(path, new Date('2026-01-05T08:00:00.000Z'));
  expect(aside).toBe(join(folder.path, 'read-models.lost-2026-01-05T08-00-00Z.sqlite'));
  expect(fingerprintOf(aside)).toEqual(seen);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder.path).every((file) => file.startsWith('read-models.lost-'))).toBe(true);
});
