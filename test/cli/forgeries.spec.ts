/**
 * Whoever can write to the disk, or to the server's, changes a log in every way that keeps it readable. Each time the first position that
 * differs is named, nothing more is written or signed, and the verifier of outsiders refuses the log too.
 */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leafTextOf } from '../../src/event-store/codec.js';
import { readStoredLog } from '../../src/event-store/copy.js';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { leafHash } from '../../src/event-store/leaf.js';
import { formatLogLine } from '../../src/event-store/log-file.js';
import type { EventStore, StoredEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { LogTree } from '../../src/proof/log-tree.js';
import { serve } from '../../src/serve.js';
import { readSettings } from '../../src/settings.js';
import Database from '../../src/sqlite/database.js';
import { runCli } from '../support/command-line.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { THOROUGH } from '../support/effort.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { startOutsider } from '../support/outsider.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** A stored event, of which a forger writes the text as he likes. */
interface Row extends Omit<StoredEvent, 'payload' | 'cursor' | 'text'> {
  readonly text: string;
}

const renumbered = (rows: readonly Row[]): readonly Row[] =>
  rows.map((row, index) => ({ ...row, position: index + 1 }));
const without = (rows: readonly Row[], ...positions: readonly number[]): readonly Row[] =>
  rows.filter(({ position }) => !positions.includes(position));
const changed = (rows: readonly Row[], position: number, change: (row: Row) => Partial<Row>): readonly Row[] =>
  rows.map((row) => (row.position === position ? { ...row, ...change(row) } : row));
const rowAt = (rows: readonly Row[], position: number): Row => rows[position - 1] as Row;
const otherActor = ({ text }: Row) => ({ text: text.replace('"a-17"', '"a-18"') });
/** A changed row with the leaf hash of its changed text. */
const rehashed = (row: Row): Row => {
  const record = { ...row, payload: JSON.parse(row.text) as unknown };
  return { ...row, leaf: leafHash(String(leafTextOf(row, record))) };
};

/** Forgeries of a log of eight events of four cases, two each; with the first position that differs. */
const FORGERIES: readonly (readonly [string, number, (rows: readonly Row[]) => readonly Row[]])[] = [
  ['a letter', 4, (rows) => changed(rows, 4, ({ text }) => ({ text: text.replace('name 1', 'name 7') }))],
  ['a time', 3, (rows) => changed(rows, 3, ({ recordedAt }) => ({ recordedAt: recordedAt - 1 }))],
  ['an actor', 5, (rows) => changed(rows, 5, otherActor)],
  ['an actor and the leaf hash', 5, (rows) => changed(rows, 5, (row) => rehashed({ ...row, ...otherActor(row) }))],
  [
    'two payloads, exchanged with their leaf hashes',
    3,
    (rows) => {
      const of = ({ text, leaf }: Row) => ({ text, leaf });
      return changed(
        changed(rows, 3, () => of(rowAt(rows, 5))),
        5,
        () => of(rowAt(rows, 3)),
      );
    },
  ],
  ['two events, exchanged', 2, (rows) => renumbered([1, 3, 2, 4, 5, 6, 7, 8].map((position) => rowAt(rows, position)))],
  ['the first event, removed', 1, (rows) => without(rows, 1)],
  ['an event in the middle, removed', 4, (rows) => without(rows, 4)],
  ['an event in the middle, removed and the others renumbered', 4, (rows) => renumbered(without(rows, 4))],
  ['a case, removed and the others renumbered', 3, (rows) => renumbered(without(rows, 3, 4))],
  [
    'a case, removed and the others renumbered, and a later time',
    3,
    (rows) =>
      renumbered(
        without(
          changed(rows, 7, () => ({ recordedAt: 7 })),
          3,
          4,
        ),
      ),
  ],
  ['the last event, removed', 8, (rows) => without(rows, 8)],
  ['all, for those of an older backup', 7, (rows) => rows.slice(0, 6)],
];

const program = startOutsider();
afterAll(() => program.stop());
let folder: TemporaryFolder;
let publicKey: string;
let rows: readonly Row[];
const at = (name: string): string => join(folder.path, name);

interface Kind {
  readonly environment: Readonly<Record<string, string>>;
  open(data: string): EventStore | Promise<EventStore>;
  write(data: string, rows: readonly Row[]): void;
}

const FILE: Kind = {
  environment: {},
  open: (data) => createSqliteStore({ file: join(data, 'events.sqlite') }),
  write: (data, forged) => {
    const db = new Database(join(data, 'events.sqlite'));
    const { changes } = db.prepare('DELETE FROM events').run();
    expect(changes).toBe(8);
    const insert = db.prepare(
      `INSERT INTO events SELECT ?, streams.number, ?, types.number, ?, ?, ?, ? FROM streams, types
      WHERE streams.name = ? AND types.name = ?`,
    );
    for (const { position, revision, recordedAt, id, text, leaf, stream, type } of forged) {
      const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
      insert.run(position, revision, recordedAt, bytes, text, Buffer.from(String(leaf), 'base64'), stream, type);
    }
    db.close();
  },
};

/** The server's own records have neither positions nor revisions that a forger could keep: they are counted. */
const onServer = (double: EsdbDouble): Kind => ({
  environment: { EVENT_STORE: 'esdb', ESDB_URL: double.url },
  open: () => openEsdbStore({ url: double.url, register: 'habeas' }),
  write: (_, forged) =>
    double.rewrite(
      forged.map(({ stream, id, type, text, leaf, recordedAt }) => ({
        ...{ stream: `habeas.${stream}`, id, type, json: true },
        ...{ data: Buffer.from(text), metadata: Buffer.from(JSON.stringify({ leaf, recordedAt })) },
      })),
    ),
});

const onStore = async <T>(kind: Kind, data: string, use: (store: EventStore) => Promise<T>): Promise<T> => {
  const store = await kind.open(data);
  return use(store).finally(() => store.close());
};
const habeas = (kind: Kind, data: string, ...args: readonly string[]) =>
  runCli([...args, '--data', data], undefined, undefined, kind.environment);

/** A signed register, with its tiles. */
const prepare = async (kind: Kind): Promise<void> => {
  folder = await temporaryFolder();
  mkdirSync(at('data'));
  await onStore(kind, at('data'), async (store) => {
    for (let i = 0; i < 4; i++) await store.append(newStreamName(), 'no-stream', newEvents(2));
    const tree = new LogTree(at('data/log-tiles.sqlite'), store);
    await tree.catchUp();
    await tree.close();
    rows = (await store.readStored(null, 8)).map((event) => ({ ...event, text: JSON.stringify(event.payload) }));
  });
  publicKey = (await habeas(kind, at('data'), 'keys', 'register.example/log')).out.trim();
  writeFileSync(at('checkpoint'), (await habeas(kind, at('data'), 'checkpoint')).out);
};

/** What an outsider says to the export of a log; or the log cannot even be exported. */
const outsider = (kind: Kind, data: string): Promise<string> =>
  onStore(kind, data, async (store) => {
    let text = '';
    for await (const batch of readStoredLog(store)) text += batch.map(formatLogLine).join('');
    writeFileSync(at('log'), text);
    const { code, text: said } = await program.verify(at('log'), at('checkpoint'), publicKey);
    return `${code}: ${said}`;
  }).catch((error: unknown) => `1: ${(error as Error).message}`);

const LIST = { id: 'union', name: { en: 'Union' }, sources: [{ kind: 'other', citation: 'a test' }] };

/** Usually a service is started on some of the logs only. */
const isServed = (position: number): boolean => position === 3 || position === 7;

/** What a service says to a write, once it names a position. */
const refusal = async (kind: Kind, data: string, position: number): Promise<unknown> => {
  const settings = readSettings({
    HABEAS_DATA: data,
    HABEAS_PORT: '0',
    HABEAS_LOG_LEVEL: 'silent',
    ...kind.environment,
  });
  const { url, close } = await serve(settings, { write: () => undefined });
  try {
    const write = async () => {
      const headers = { 'content-type': 'application/json', 'x-actor': 'person:a-1' };
      const response = await fetch(`${url}/v1/lists`, { method: 'POST', headers, body: JSON.stringify(LIST) });
      return { status: response.status, ...((await response.json()) as { readonly position?: number }) };
    };
    const first = await write();
    expect(first.status).toBe(503);
    await until(async () => (await write()).position === position);
    return await write();
  } finally {
    await close();
  }
};

const expectFound = async (kind: Kind, data: string, position: number): Promise<void> => {
  const named = new RegExp(`position ${position}: `);
  for (const command of ['verify', 'checkpoint'])
    expect([command, await habeas(kind, data, command)]).toEqual([
      command,
      { code: 3, out: '', err: expect.stringMatching(named) as string },
    ]);
  expect(await outsider(kind, data)).toMatch(/^1: /);
  if (THOROUGH || isServed(position))
    expect(await refusal(kind, data, position)).toMatchObject({ status: 503, code: 'REGISTER.DAMAGED', position });
};

const forgedFolder = (name: string): string => {
  cpSync(at('data'), at(name), { recursive: true });
  return at(name);
};

describe('in a file', () => {
  beforeAll(() => prepare(FILE));
  afterAll(() => folder.remove());

  it.each(FORGERIES)('%s: position %i', async (name, position, forge) => {
    const data = forgedFolder(name);
    FILE.write(data, forge(rows));
    await expectFound(FILE, data, position);
    // A backup names what it finds first: the checks of the copy itself come before that by its checkpoint.
    expect(await habeas(FILE, data, 'backup', at(`${name}.backup`))).toMatchObject({ code: 3 });
  });

  it('the events before a changed one are gone on with, which the log then says; the changed one never is', async () => {
    const data = forgedFolder('accepted');
    FILE.write(data, changed(rows, 5, otherActor));
    const accept = () => habeas(FILE, data, 'rebuild', '--accept-log', '--by', 'person:7f3a');
    expect(await accept()).toMatchObject({
      code: 3,
      err: expect.stringMatching(/position 5: .*Such an event is not accepted/) as string,
    });
    const [from, to] = [`sqlite:${data}`, `sqlite:${at('before')}`];
    expect(await runCli(['copy', '--from', from, '--to', to])).toMatchObject({
      code: 3,
      err: expect.stringContaining('position 5: ') as string,
    });
    renameSync(at('before/events.sqlite'), join(data, 'events.sqlite'));
    expect(await accept()).toMatchObject({ code: 0 });
    const { out } = await habeas(FILE, data, 'export');
    expect(out.trim().split('\n')).toHaveLength(5);
    expect(out).toMatch(/"type":"log-accepted".*"size":8.*"difference":"checkpoint","events":4/);
    expect(await habeas(FILE, data, 'verify')).toMatchObject({ code: 0 });
  });

  it('a case, removed and the others renumbered, without tiles: the number of events that were signed', async () => {
    const data = forgedFolder('no-tiles');
    FILE.write(data, renumbered(without(rows, 3, 4)));
    writeFileSync(join(data, 'log-tiles.sqlite'), 'no tiles');
    const { err } = await habeas(FILE, data, 'verify');
    expect(err).toContain('position 7: missing; a checkpoint says that there were 8 events');
  });

  it('the tiles of another log tell nothing', async () => {
    const data = forgedFolder('other-tiles');
    mkdirSync(at('other'));
    await onStore(FILE, at('other'), async (store) => {
      await store.append(newStreamName(), 'no-stream', newEvents(8));
      const tree = new LogTree(join(data, 'log-tiles.sqlite'), store);
      await tree.catchUp();
      await tree.close();
    });
    FILE.write(data, renumbered(without(rows, 3, 4)));
    expect((await habeas(FILE, data, 'verify')).err).toContain('position 7: missing');
  });
});

describe('on a server', () => {
  let double: EsdbDouble;
  beforeAll(async () => {
    double = await startDouble();
    await prepare(onServer(double));
  });
  afterAll(async () => {
    await double.stop();
    await folder.remove();
  });

  it.each(FORGERIES)('%s: position %i', async (name, position, forge) => {
    const kind = onServer(double);
    kind.write('', rows);
    kind.write('', forge(rows));
    const data = forgedFolder(name);
    await expectFound(kind, data, position);
    expect(await habeas(kind, data, 'export', '--out', at(`${name}.ndjson`))).toMatchObject({ code: 3 });
  });

  it('is as it was recorded when it is put back', async () => {
    const kind = onServer(double);
    kind.write('', rows);
    expect(await habeas(kind, at('data'), 'verify')).toMatchObject({ code: 0 });
    expect(readFileSync(at('checkpoint'), 'utf8')).toContain('\n8\n');
  });
});
