/**
 * Any change of a stored event is found at its position: by `verifyLog`, and in an export by the verifier of outsiders. How many changes
 * are drawn at random says CHANGED_BYTES (`npm run test:changes` for 1,000).
 */
import Database from '../../src/sqlite/database.js';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStoredLog } from '../../src/event-store/copy.js';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { formatLogLine } from '../../src/event-store/log-file.js';
import type { EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { newKey, parseSigningKey, signCheckpoint } from '../../src/proof/checkpoint.js';
import type { VerifiedTree } from '../../src/proof/verified-tree.js';
import { verifyLog } from '../../src/proof/verify-log.js';
import { effort } from '../support/effort.js';
import { startDouble } from '../support/esdb-double/double.js';
import type { LogRecord } from '../support/esdb-double/log.js';
import { namedEvent, newEvent, newEvents, newStreamName } from '../support/new-events.js';
import { startOutsider } from '../support/outsider.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const CHANGES = Number(process.env['CHANGED_BYTES'] ?? effort(30, 1_000));
/** Events of the log. */
const EVENTS = 16;

const program = startOutsider();
afterAll(() => program.stop());
let folder: TemporaryFolder;
const at = (name: string): string => join(folder.path, name);
beforeEach(async () => {
  folder = await temporaryFolder();
});
/** Closes what is open, also after a failure, which Jest would not end with otherwise. */
let close = (): Promise<void> => Promise.resolve();
afterEach(async () => {
  await close();
  close = () => Promise.resolve();
  await folder.remove();
});

const fill = async (store: EventStore): Promise<void> => {
  for (let i = 0; i < 5; i++) await store.append(newStreamName(), 'no-stream', newEvents(3));
  const event = newEvent({ event: namedEvent('Ələkbər "ş"\u2028'), causationId: 'cause' });
  await store.append(newStreamName(), 'no-stream', [event]);
};

/** Writes the checkpoint that an outsider keeps; returns the public key. */
const sign = async (store: EventStore): Promise<string> => {
  const { tree, events } = await verifyLog(store, [], UNWATCHED);
  const key = parseSigningKey(newKey('register.example/log'));
  writeFileSync(at('checkpoint'), signCheckpoint(events, (tree as VerifiedTree).root(), key));
  return key.publicKey;
};
const positionIn = (text: string): string => /position (\d+): /.exec(text)?.[1] ?? text;

/** The position that `verifyLog` names; `none` if it finds nothing. */
const verified = (store: EventStore): Promise<string> =>
  verifyLog(store, [], UNWATCHED).then(
    () => 'none',
    (error: unknown) => positionIn((error as Error).message),
  );

/** The position that an outsider names who gets this text as an export. */
const outsider = async (text: string | Buffer, publicKey: string): Promise<string> => {
  writeFileSync(at('log'), text);
  const answer = await program.verify(at('log'), at('checkpoint'), publicKey);
  return answer.code === 0 ? 'none' : positionIn(answer.text);
};

/** The export of a log. */
const exported = async (store: EventStore): Promise<string> => {
  let text = '';
  for await (const batch of readStoredLog(store)) text += batch.map(formatLogLine).join('');
  return text;
};

/** Changes a random byte; returns what was there. */
const changeByte = (bytes: Uint8Array): { readonly index: number; readonly from: number; readonly to: number } => {
  const index = randomInt(bytes.length);
  const from = bytes[index] as number;
  return { index, from, to: (bytes[index] = from ^ randomInt(1, 256)) };
};

/** Columns of an event, as bytes and back. */
const COLUMNS = {
  payload: { read: 'CAST(payload AS BLOB)', write: 'CAST(? AS TEXT)' },
  id: { read: 'id', write: '?' },
  leaf: { read: 'leaf', write: '?' },
  recorded_at: { read: 'CAST(recorded_at AS BLOB)', write: 'CAST(? AS INTEGER)' },
} as const;
type Column = keyof typeof COLUMNS;
/** Most of an event is its payload. */
const drawColumn = (): Column => (['id', 'leaf', 'recorded_at'] as const)[randomInt(12)] ?? 'payload';

it(`in the file, each of ${CHANGES} bytes`, async () => {
  const store = createSqliteStore({ file: at('events.sqlite') });
  await fill(store);
  const publicKey = await sign(store);
  expect([await verified(store), await outsider(await exported(store), publicKey)]).toEqual(['none', 'none']);
  const db = new Database(at('events.sqlite'));
  for (let run = 0; run < CHANGES; run++) {
    const [position, column] = [randomInt(1, EVENTS + 1), drawColumn()];
    const { read, write } = COLUMNS[column];
    const before = db.prepare(`SELECT ${read} FROM events WHERE position = ?`).pluck().get(position) as Buffer;
    const after = Buffer.from(before);
    const change = changeByte(after);
    const update = db.prepare(`UPDATE events SET ${column} = ${write} WHERE position = ?`);
    update.run(after, position);
    const isChanged = db.prepare(`SELECT ${read} FROM events WHERE position = ?`).pluck().get(position) as Buffer;
    // A digit that became a letter ends the number there: the same number, if it was none of its first.
    if (!isChanged.equals(before)) {
      const found = await verified(store);
      const seen = await exported(store).then(
        (text) => outsider(text, publicKey),
        (error: unknown) => positionIn((error as Error).message),
      );
      expect({ column, change, found, seen }).toEqual({
        column,
        change,
        found: String(position),
        seen: String(position),
      });
    }
    update.run(before, position);
  }
  db.close();
  expect(await verified(store)).toBe('none');
  await store.close();
});

it(`in an export, each of ${CHANGES} bytes`, async () => {
  const store = createSqliteStore({ file: ':memory:' });
  await fill(store);
  const publicKey = await sign(store);
  const text = Buffer.from(await exported(store));
  await store.close();
  for (let run = 0; run < CHANGES; run++) {
    const bytes = Buffer.from(text);
    const change = changeByte(bytes);
    const line = text.subarray(0, change.index).filter((byte) => byte === 10).length + 1;
    expect([change, await outsider(bytes, publicKey)]).toEqual([change, String(line)]);
  }
});

it(`on a server, each of ${CHANGES} bytes, unless it stands for the same value`, async () => {
  const double = await startDouble();
  const store = await openEsdbStore({ url: double.url, register: 'habeas' });
  close = async () => {
    await store.close();
    await double.stop();
  };
  await fill(store);
  const publicKey = await sign(store);
  const own = double.log.filter(({ stream }) => stream.startsWith('habeas.case-'));
  expect(own.length).toBe(EVENTS);
  const valueOf = (bytes: Uint8Array): string => {
    try {
      return JSON.stringify(JSON.parse(Buffer.from(bytes).toString()));
    } catch {
      return 'no JSON';
    }
  };
  let same = 0;
  for (let run = 0; run < CHANGES; run++) {
    const index = randomInt(EVENTS);
    const record = own[index] as LogRecord;
    const part = randomInt(5) === 0 ? 'metadata' : 'data';
    const bytes = Buffer.from(record[part]);
    const change = changeByte(bytes);
    if (valueOf(bytes) === valueOf(record[part])) same += 1;
    else {
      const changed = double.change(record, { [part]: bytes });
      const found = await verified(store);
      const seen = await exported(store).then(
        (text) => outsider(text, publicKey),
        (error: unknown) => positionIn((error as Error).message),
      );
      expect({ part, change, found, seen }).toEqual({
        part,
        change,
        found: String(index + 1),
        seen: String(index + 1),
      });
      own[index] = double.change(changed, { [part]: record[part] });
    }
  }
  expect(same).toBeLessThan(CHANGES / 4);
});
