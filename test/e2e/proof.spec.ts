/** The routes of docs/proof.md: checkpoint, tiles and proofs, and what each says to bad input. */
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { rootFromInclusionProof, rootOfLeaves } from '../../src/proof/merkle.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { runCli } from '../support/command-line.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { latinName, Service, WITH_SOURCES, type Loose } from '../support/service.js';

let service: Service;
let publicKey: string;
/** The checkpoint of 8 events, and a later one of 300. */
let earlier: string;
let later: string;

const at = (name: string): string => join(service.data, name);
const habeas = async (...args: readonly string[]): Promise<string> => {
  const result = await runCli([...args, '--data', service.data]);
  expect(result).toMatchObject({ code: 0 });
  return result.out;
};
const store = (): EventStore => service.app.get<EventStore>(EVENT_STORE);
const append = async (count: number): Promise<void> => {
  await store().append(newStreamName(), 'no-stream', newEvents(count));
};
const leaves = async (): Promise<readonly Buffer[]> =>
  (await store().readStored(null, 5_000)).map(({ leaf }) => Buffer.from(String(leaf), 'base64'));
const eventAt = async (position: number): Promise<string> =>
  (await store().readStored(null, 5_000))[position - 1]?.id ?? '';
/** Waits until the read models know the last event. */
const settle = async (): Promise<void> => {
  const last = (await store().readStored(null, 5_000)).length;
  while ((await service.get('/v1/history?limit=1')).body['position'] !== last)
    await new Promise((resolve) => setTimeout(resolve, 10));
};
const bytesOf = async (path: string) => {
  const response = await fetch(`${service.url}${path}`);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};
/** The verifier as an outsider runs it. */
const outsider = (...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, ['verify/verify.mjs', ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    );
  });

beforeAll(async () => {
  service = await Service.start();
  await new ProofFiles(service.data).makeKey('register.example/log');
  publicKey = (await habeas('keys')).trim();
  await append(8);
  earlier = await habeas('checkpoint');
  await append(292);
  later = await habeas('checkpoint');
  await append(10);
  await settle();
});
afterAll(() => service.remove());

it('gives the last checkpoint as it was signed, and says when there is no later one', async () => {
  const reply = await service.get('/v1/log/checkpoint');
  expect([reply.status, reply.text]).toEqual([200, later]);
  expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(reply.headers.get('cache-control')).toBe('private, no-cache');
  const etag = String(reply.headers.get('etag'));
  expect((await service.get('/v1/log/checkpoint', { 'if-none-match': etag })).status).toBe(304);
});

it('gives tiles, whole and in part, that never change', async () => {
  const hashes = await leaves();
  const whole = await bytesOf('/v1/log/tile/0/000');
  expect(whole.bytes).toEqual(Buffer.concat(hashes.slice(0, 256)));
  expect(whole.response.headers.get('content-type')).toBe('application/octet-stream');
  expect(whole.response.headers.get('content-length')).toBe('8192');
  expect(whole.response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  expect((await bytesOf('/v1/log/tile/0/001.p/44')).bytes).toEqual(Buffer.concat(hashes.slice(256, 300)));
  expect((await bytesOf('/v1/log/tile/0/001.p/54')).bytes).toEqual(Buffer.concat(hashes.slice(256)));
  expect((await bytesOf('/v1/log/tile/1/000.p/1')).bytes).toEqual(rootOfLeaves(hashes.slice(0, 256)));
  expect((await service.get('/v1/log/tile/1/000.p/1')).status).toBe(200);
});

it.each([
  '0/001',
  '0/001.p/55',
  '0/002.p/1',
  '1/000',
  '2/000.p/1',
  '63/000.p/1',
  '0/x001/000',
  '0/x000/001.p/1',
  '0/1',
  '00/000',
  '64/000.p/1',
  '0/000.p/0',
  '0/000.p/256',
  '0/000.p/01',
  '0/000/',
  '0/',
  '-1/000',
  'entries/000',
  '0/999999999999999999',
  '8/0/000',
])('has no tile %s', async (path) => {
  const reply = await service.get(`/v1/log/tile/${path}`);
  expect([reply.status, reply.body['code']]).toEqual([404, 'PROOF.NO_TILE']);
});

it('proves every event of the last checkpoint, without personal data, and an outsider agrees', async () => {
  const hashes = await leaves();
  for (const position of [1, 8, 256, 257, 300]) {
    const reply = await service.get(`/v1/log/proof/inclusion?event=${await eventAt(position)}`);
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ index: position - 1, size: 300, checkpoint: later });
    expect(reply.text).not.toContain('name ');
    const proof = (reply.body['hashes'] as string[]).map((hash) => Buffer.from(hash, 'base64'));
    expect(rootFromInclusionProof(hashes[position - 1] as Buffer, position - 1, 300, proof)).toEqual(
      rootOfLeaves(hashes.slice(0, 300)),
    );
    writeFileSync(at('proof.json'), reply.text);
    expect(await outsider('--proof', at('proof.json'), publicKey)).toEqual({
      code: 0,
      text: `Yes: the event is at position ${position} of the log of 300 events.\n`,
    });
  }
});

it('proves an event for an earlier checkpoint, and for sizes that nobody signed', async () => {
  const event = await eventAt(5);
  const reply = await service.get(`/v1/log/proof/inclusion?event=${event}&size=8`);
  expect(reply.body).toMatchObject({ index: 4, size: 8, checkpoint: null });
  writeFileSync(at('proof.json'), reply.text);
  writeFileSync(at('earlier'), earlier);
  expect((await outsider('--proof', at('proof.json'), publicKey, at('earlier'))).code).toBe(0);
  expect((await outsider('--proof', at('proof.json'), publicKey)).code).toBe(2);
  expect((await service.get(`/v1/log/proof/inclusion?event=${event}&size=310`)).body).toMatchObject({ size: 310 });
  const capital = await service.get(`/v1/log/proof/inclusion?event=${event.toUpperCase()}&size=310`);
  expect(capital.body).toMatchObject({ size: 310 });
});

it('proves no event before it was known', async () => {
  const event = await eventAt(5);
  const at = async (knownAt: string) =>
    (await service.get(`/v1/log/proof/inclusion?event=${event}&knownAt=${knownAt}`)).body['code'] ?? null;
  expect(await at('position:5')).toBeNull();
  expect(await at('position:4')).toBe('EVENT.UNKNOWN');
});

it('proves that the earlier log is the beginning of the later one, and an outsider agrees', async () => {
  const reply = await service.get('/v1/log/proof/consistency?from=8');
  expect(reply.body).toMatchObject({ from: 8, to: 300, checkpoint: later });
  expect((await service.get('/v1/log/proof/consistency?from=8&to=300')).body).toEqual(reply.body);
  expect((await service.get('/v1/log/proof/consistency?from=8&to=8')).body).toMatchObject({ hashes: [] });
  expect((await service.get('/v1/log/proof/consistency?from=8&to=310')).body).toMatchObject({ checkpoint: null });
  writeFileSync(at('earlier'), earlier);
  writeFileSync(at('later'), later);
  const check = (proof: Loose) => {
    writeFileSync(at('proof.json'), JSON.stringify(proof));
    return outsider('--consistency', at('proof.json'), at('earlier'), at('later'), publicKey);
  };
  expect(await check(reply.body)).toEqual({
    code: 0,
    text: 'Yes: the log of 8 events is the beginning of that of 300.\n',
  });
  const hashes = reply.body['hashes'] as string[];
  for (const changed of [hashes.slice(1), [...hashes].reverse(), [...hashes, hashes[0]], hashes.with(0, 'AAAA')])
    expect((await check({ hashes: changed })).code).toBe(1);
});

describe('says clearly why there is no proof', () => {
  const UNKNOWN = '00000000-0000-4000-8000-000000000000';
  it.each([
    ['inclusion?event=UNKNOWN', 404, 'EVENT.UNKNOWN'],
    ['inclusion?event=EVENT', 404, 'PROOF.EVENT_BEYOND_SIZE'],
    ['inclusion?event=EVENT&size=304', 404, 'PROOF.EVENT_BEYOND_SIZE'],
    ['inclusion?event=EVENT&size=311', 404, 'PROOF.SIZE_BEYOND_LOG'],
    ['inclusion?event=EVENT&size=0', 400, 'REQUEST.INVALID'],
    ['inclusion?event=EVENT&size=1e2', 400, 'REQUEST.INVALID'],
    ['inclusion?event=EVENT&size=9007199254740993', 400, 'REQUEST.INVALID'],
    ['inclusion?event=no%20id', 400, 'REQUEST.INVALID'],
    ['inclusion', 400, 'REQUEST.INVALID'],
    ['inclusion?event=EVENT&index=1', 400, 'REQUEST.INVALID'],
    ['consistency', 400, 'REQUEST.INVALID'],
    ['consistency?from=0', 400, 'REQUEST.INVALID'],
    ['consistency?from=9&to=8', 400, 'REQUEST.INVALID'],
    ['consistency?from=8&to=311', 404, 'PROOF.SIZE_BEYOND_LOG'],
    ['consistency?from=301', 404, 'PROOF.SIZE_BEYOND_LOG'],
    ['consistency?from=400', 404, 'PROOF.SIZE_BEYOND_LOG'],
    ['nothing', 404, 'ROUTE.UNKNOWN'],
  ])('%s', async (path, status, code) => {
    const reply = await service.get(
      `/v1/log/proof/${path.replace('UNKNOWN', UNKNOWN).replace('EVENT', await eventAt(305))}`,
    );
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });
});

it('takes the token of a write, so that a proof of it waits for the read models', async () => {
  const opened = await service.post('/v1/cases', { names: [latinName('Nümunə')], ...WITH_SOURCES });
  const event = String((opened.body['events'] as string[])[0]);
  const reply = await service.getAfter(opened, `/v1/log/proof/inclusion?event=${event}&size=311`);
  expect(reply.body).toMatchObject({ index: 310, size: 311 });
});

describe('after the log or its files were changed', () => {
  let own: Service;
  const sign = async (): Promise<void> => {
    await new ProofFiles(own.data).makeKey('own');
    expect(await runCli(['checkpoint', '--data', own.data])).toMatchObject({ code: 0 });
  };
  const ownEvents = () => own.app.get<EventStore>(EVENT_STORE).readStored(null, 100);
  beforeEach(async () => {
    own = await Service.start();
    await own.app.get<EventStore>(EVENT_STORE).append(newStreamName(), 'no-stream', newEvents(5));
  });
  afterEach(() => own.remove());
  const change = async (file: string, edit: (db: Database.Database) => void): Promise<void> => {
    await own.stop();
    const db = new Database(join(own.data, file));
    edit(db);
    db.close();
    await own.restart();
  };
  const untilAnswered = async (path: string): Promise<Loose> => {
    for (;;) {
      const reply = await own.get(path);
      if (!['PROOF.TREE_BEHIND', 'READS.BEHIND', 'EVENT.UNKNOWN'].includes(String(reply.body['code'])))
        return reply.body;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  it('there is no checkpoint before the first, and each size can be proven', async () => {
    const [event] = await ownEvents();
    expect((await own.get('/v1/log/checkpoint')).body['code']).toBe('PROOF.NO_CHECKPOINT');
    expect((await own.get('/v1/log/proof/consistency?from=1')).body['code']).toBe('PROOF.NO_CHECKPOINT');
    expect(await untilAnswered(`/v1/log/proof/inclusion?event=${event?.id}&size=5`)).toMatchObject({ size: 5 });
    expect(await untilAnswered(`/v1/log/proof/inclusion?event=${event?.id}`)).toMatchObject({
      code: 'PROOF.NO_CHECKPOINT',
    });
  });

  it('a tree that was changed is made anew', async () => {
    await sign();
    const [event] = await ownEvents();
    const path = `/v1/log/proof/inclusion?event=${event?.id}`;
    const before = await untilAnswered(path);
    await change('log-tiles.sqlite', (db) => {
      const hashes = Buffer.from(db.prepare('SELECT hashes FROM tiles').pluck().get() as Buffer);
      db.prepare('UPDATE tiles SET hashes = ?').run(hashes.fill(0, 32, 64));
    });
    expect((await own.get(path)).body).toMatchObject({ code: 'PROOF.TREE_BEHIND' });
    expect(await untilAnswered(path)).toEqual(before);
    await own.stop();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(own.data, `log-tiles.sqlite${suffix}`), { force: true });
    await own.restart();
    expect(await untilAnswered(path)).toEqual(before);
  });

  it.each([
    ['an actor', `UPDATE events SET payload = replace(payload, 'a-17', 'a-18') WHERE position = 1`],
    ['the last event', 'DELETE FROM events WHERE position = 5'],
    ['a leaf hash', 'UPDATE events SET leaf = zeroblob(32) WHERE position = 1'],
  ])('a log in which %s was changed proves nothing', async (_, sql) => {
    await sign();
    const [event] = await ownEvents();
    const path = `/v1/log/proof/inclusion?event=${event?.id}`;
    await untilAnswered(path);
    await change('events.sqlite', (db) => void db.exec(sql));
    expect(await untilAnswered(path)).toMatchObject({ code: 'REGISTER.DAMAGED' });
  });

  it('a checkpoint that none of the keys has signed is not given', async () => {
    writeFileSync(join(own.data, 'log-checkpoint'), later);
    expect((await own.get('/v1/log/checkpoint')).body).toMatchObject({ code: 'REGISTER.DAMAGED' });
  });
});

it('hashes a leaf as docs/proof.md says', async () => {
  const { body } = await service.get(`/v1/log/proof/inclusion?event=${await eventAt(1)}`);
  const { data, id, meta, personal, recordedAt, revision, schemaVersion, stream, type } = body['event'] as Loose;
  const text = JSON.stringify({ data, id, meta, personal, recordedAt, revision, schemaVersion, stream, type });
  const hash = createHash('sha256')
    .update(Buffer.from([0]))
    .update(text)
    .digest();
  expect(hash).toEqual((await leaves())[0]);
});
