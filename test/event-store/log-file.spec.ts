/** The log as a file: what is written is read again exactly, and what is no such file is told by its line. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEventType } from '../../src/domain/events.js';
import { encodeWithoutLeaf } from '../../src/event-store/codec.js';
import { copyEvents, verifyCopy, readStoredLog, type CopiedEvent } from '../../src/event-store/copy.js';
import {
  isExportedLog,
  formatLogLine,
  ExportedLogUnreadable,
  readExportedLog,
} from '../../src/event-store/log-file.js';
import { MAX_APPEND_BYTES, type NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { EXPECTED, recorded } from '../golden/expected.js';
import { encoded } from '../support/encoded.js';
import { newEvent, namedEvent } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'log.ndjson');
});
afterEach(() => folder.remove());

const read = async (): Promise<CopiedEvent[]> => {
  const events: CopiedEvent[] = [];
  for await (const batch of readExportedLog(file)) events.push(...batch);
  return events;
};

type PositionedEvent = NewEvent & { readonly stream: string; readonly revision: number; readonly position: number };

/** An event of every type in its version of today, with all its fields, as events of one stream. */
const ofEveryType = (): PositionedEvent[] =>
  (Object.keys(EXPECTED) as AnyEventType[]).map((type, at) => {
    const versions = EXPECTED[type];
    const event = recorded(versions[versions.length - 1] as never, versions.length);
    return { ...event, id: randomUUID(), stream: 'case-a', revision: at, position: at + 1 };
  });
const asStored = (event: PositionedEvent): CopiedEvent => {
  const { stream, revision, position, ...recorded } = event;
  return { stream, revision, position, ...encoded({ stream, revision }, recorded) };
};
const asStoredBefore = ({ stream, revision, position, ...event }: PositionedEvent): CopiedEvent => ({
  ...{ stream, revision, position },
  ...encodeWithoutLeaf(event),
});
const PLACE = { stream: 'case-a', revision: 0, position: 1 };

const aLine = (changes: object = {}): string => formatLogLine({ ...asStored({ ...newEvent(), ...PLACE }), ...changes });

/** A line as `GET /v1/events` returns it, and `habeas export` wrote it before there were leaf hashes. */
const earlierLine = (event: object = {}): string => `${JSON.stringify({ ...newEvent(), ...PLACE, ...event })}\n`;

/** A line as version 0.1 exported it: the event data under `fact`, the events of a finding under `facts`. */
const asExportedBefore = (recorded: PositionedEvent): string => {
  const { event: fact, raised, ...others } = recorded;
  const findings = raised.map(({ events: facts, ...finding }) => ({ ...finding, facts }));
  return `${JSON.stringify({ ...others, raised: findings, fact })}\n`;
};

describe('the log as a file', () => {
  it('reads an export of version 0.1 as the same events', async () => {
    const events = ofEveryType();
    expect(events[0]?.raised).not.toEqual([]);
    writeFileSync(file, events.map(asExportedBefore).join(''));
    expect(readFileSync(file, 'utf8')).toContain('"fact":');
    expect(await read()).toEqual(events.map(asStoredBefore));
  });

  it('reads an export of before leaf hashes as the same events', async () => {
    const events = ofEveryType();
    writeFileSync(file, events.map(earlierLine).join(''));
    expect(await read()).toEqual(events.map(asStoredBefore));
  });

  it('gives back every event of every type, exactly, and fills a store with it', async () => {
    const events = ofEveryType().map(asStored);
    writeFileSync(file, events.map(formatLogLine).join(''));
    expect(await read()).toEqual(events);
    const store = createSqliteStore({ file: ':memory:' });
    await copyEvents(readExportedLog(file), store, UNWATCHED);
    expect(await verifyCopy(readExportedLog(file), store)).toBe(events.length);
    // As the store gives it, the file is the same letter for letter, however often it goes in and out.
    const lines: string[] = [];
    for await (const batch of readStoredLog(store)) lines.push(...batch.map(formatLogLine));
    writeFileSync(file, lines.join(''));
    expect((await read()).map(formatLogLine).every((line, at) => line === lines[at])).toBe(true);
    await store.close();
  });

  it('keeps any text, also over the edges of what is read at once', async () => {
    const events = Array.from({ length: 700 }, (_, at) =>
      asStored({
        ...newEvent({ event: namedEvent(`Ələkbər ${'ş'.repeat(at)} "\u2028\\n=1+1'`) }),
        ...{ stream: 'case-a', revision: at, position: at + 1 },
      }),
    );
    writeFileSync(file, events.map(formatLogLine).join(''));
    expect(await read()).toEqual(events);
  });

  it('may end without the end of its last line, and may be empty', async () => {
    writeFileSync(file, aLine().trimEnd());
    expect(await read()).toHaveLength(1);
    writeFileSync(file, '');
    expect(await read()).toEqual([]);
  });

  it('may begin with a byte order mark and have blank lines and CRLF, and counts them', async () => {
    writeFileSync(file, `\ufeff\r\n${aLine().trimEnd()}\r\n\n  \n`);
    expect(await isExportedLog(file)).toBe(true);
    expect(await read()).toHaveLength(1);
    writeFileSync(file, `\ufeff\n${aLine()}\n\nx`);
    await expect(read()).rejects.toThrow('line 5: no JSON');
  });

  it('is known by how it begins', async () => {
    for (const [text, is] of [
      [aLine(), true],
      ['{ "lists": [] }', false],
      ['ref,name\n', false],
      ['', false],
    ] as const) {
      writeFileSync(file, text);
      expect(await isExportedLog(file)).toBe(is);
    }
  });

  it.each([
    ['half a line', aLine().slice(0, -30), 'no JSON object in UTF-8; is it cut short?'],
    ['no JSON', 'x\n', 'no JSON object'],
    ['an array', '[]\n', 'no JSON object'],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(aLine().slice(0, -3)), Buffer.from([0xff])]), 'no JSON'],
    ['a field that is missing', aLine().replace(/"leaf":"[^"]*",/, ''), 'leaf is missing'],
    ['a field too many', aLine().replace('{', '{"note":1,'), 'a field too many'],
    ['a key twice', aLine().replace('"payload":{', '"payload":{"meta":{},'), 'an object has a key twice'],
    ['a position that is none', aLine({ position: 1.5 }), 'position is no number'],
    ['a revision that is none', aLine({ revision: -1 }), 'another shape'],
    ['a revision that is another', aLine({ revision: 1 }), 'not what its leaf hash was made of'],
    ['a stream that is none', aLine({ stream: 'a\nb' }), 'no name of a stream'],
    ['another stream', aLine({ stream: 'case-b' }), 'not what its leaf hash was made of'],
    ['a leaf hash that is none', aLine({ leaf: 7 }), 'leaf has another shape'],
    ['no leaf hash', aLine({ leaf: null }), 'its leaf hash is missing'],
    ['a time that is none', aLine().replace('.456Z', 'Z'), 'recorded at no instant'],
    ['a time that is another', aLine().replace('.456Z', '.457Z'), 'not what its leaf hash was made of'],
    ['other personal data', aLine().replace('Elçin', 'Elcin'), 'personal part is not what was committed to'],
    ['no payload', aLine().replace(/"payload":.*\}/, '"payload":7}'), 'the payload has another shape'],
    ['an earlier line without a field', earlierLine({ raised: undefined }), 'raised is missing'],
    ['an earlier line with a field too many', earlierLine({ more: 1 }), 'a field too many'],
    ['an id that is none', earlierLine({ id: 'x' }), 'the id is no UUID'],
    ['a type that nobody knows', earlierLine({ event: { type: 'beatified' } }), 'of an unknown type'],
    ['no event', earlierLine({ event: null }), 'of an unknown type'],
    ['no sources', earlierLine({ event: { type: 'named', reliability: 'reported' } }), 'personal.sources'],
    ['a later version', earlierLine({ schemaVersion: 9 }), 'in a later version'],
    ['another shape beside the event', earlierLine({ actor: 'me' }), 'meta.actor has another shape'],
    ['a line without end', `${aLine()}${'x'.repeat(7 * MAX_APPEND_BYTES)}`, 'longer than an event can be'],
  ])('with %s is refused, and says where', async (_, wrong, what) => {
    const first = aLine();
    writeFileSync(file, typeof wrong === 'string' ? `${first}${wrong}` : Buffer.concat([Buffer.from(first), wrong]));
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ExportedLogUnreadable);
    expect((error as Error).message).toMatch(/^line [23]: /);
    expect((error as Error).message).toContain(what);
  });
});
