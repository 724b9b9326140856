/** The log as a file: what is written is read again exactly, and what is no such file is told by its line. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyEventType } from '../../src/domain/events.js';
import { copyEvents, verifyCopy, readWholeLog, type PositionedEvent } from '../../src/event-store/copy.js';
import { isLogFile, formatLogLine, LogFileUnreadable, readLogFile } from '../../src/event-store/log-file.js';
import { MAX_APPEND_BYTES } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { UNWATCHED } from '../../src/jobs/job.js';
import { EXPECTED, recorded } from '../golden/expected.js';
import { newEvent, namedEvent } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'log.ndjson');
});
afterEach(() => folder.remove());

const read = async (): Promise<PositionedEvent[]> => {
  const events: PositionedEvent[] = [];
  for await (const batch of readLogFile(file)) events.push(...batch);
  return events;
};

/** An event of every type in its version of today, with all its fields, as events of one stream. */
const ofEveryType = (): PositionedEvent[] =>
  (Object.keys(EXPECTED) as AnyEventType[]).map((type, at) => {
    const versions = EXPECTED[type];
    const event = recorded(versions[versions.length - 1] as never, versions.length);
    return { ...event, id: randomUUID(), stream: 'case-a', revision: at, position: at + 1 };
  });

const aLine = (changes: object = {}): string =>
  formatLogLine({ ...newEvent(), stream: 'case-a', revision: 0, position: 1, ...changes });

/** A line as version 0.1 exported it: the event data under `fact`, the events of a finding under `facts`. */
const asExportedBefore = (event: PositionedEvent): string => {
  const { event: fact, raised, ...others } = JSON.parse(formatLogLine(event)) as PositionedEvent;
  const findings = raised.map(({ events: facts, ...finding }) => ({ ...finding, facts }));
  return `${JSON.stringify({ ...others, raised: findings, fact })}\n`;
};

describe('the log as a file', () => {
  it('reads an export of version 0.1 as the same events', async () => {
    const events = ofEveryType();
    expect(events[0]?.raised).not.toEqual([]);
    writeFileSync(file, events.map(asExportedBefore).join(''));
    expect(readFileSync(file, 'utf8')).toContain('"fact":');
    expect(await read()).toEqual(events);
  });

  it('gives back every event of every type, exactly, and fills a store with it', async () => {
    const events = ofEveryType();
    writeFileSync(file, events.map(formatLogLine).join(''));
    expect(await read()).toEqual(events);
    const store = createSqliteStore({ file: ':memory:' });
    await copyEvents(readLogFile(file), store, UNWATCHED);
    expect(await verifyCopy(readLogFile(file), store)).toBe(events.length);
    // As the store gives it, the file is the same letter for letter, however often it goes in and out.
    const lines: string[] = [];
    for await (const batch of readWholeLog(store)) lines.push(...batch.map(formatLogLine));
    writeFileSync(file, lines.join(''));
    expect((await read()).map(formatLogLine).every((line, at) => line === lines[at])).toBe(true);
    await store.close();
  });

  it('keeps any text, also over the edges of what is read at once', async () => {
    const events = Array.from({ length: 700 }, (_, at) => ({
      ...newEvent({ event: namedEvent(`Ələkbər ${'ş'.repeat(at)} "\u2028\\n=1+1'`) }),
      stream: 'case-a',
      revision: at,
      position: at + 1,
    }));
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
    expect(await isLogFile(file)).toBe(true);
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
      expect(await isLogFile(file)).toBe(is);
    }
  });

  it.each([
    ['half a line', aLine().slice(0, -30), 'no JSON object; is it cut short?'],
    ['no JSON', 'x\n', 'no JSON object'],
    ['an array', '[]\n', 'no JSON object'],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(aLine().slice(0, -3)), Buffer.from([0xff])]), 'no JSON'],
    ['a field that is missing', aLine({ raised: undefined }), 'raised is missing'],
    ['a field too many', aLine().replace('{', '{"note":1,'), 'a field too many'],
    ['a key twice', aLine().replace('"event":{', '"event":{"type":"opened",'), 'an object has a key twice'],
    ['a position that is none', aLine({ position: 1.5 }), 'position is no number'],
    ['a revision that is none', aLine({ revision: -1 }), 'another shape'],
    ['a stream that is none', aLine({ stream: 'a\nb' }), 'no name of a stream'],
    ['an id that is none', aLine({ id: 'x' }), 'the id is no UUID'],
    ['a time that is none', aLine({ recordedAt: '2025-12-22' }), 'recorded at no instant'],
    ['a type that nobody knows', aLine({ event: { type: 'beatified' } }), 'of an unknown type'],
    ['no event', aLine({ event: null }), 'of an unknown type'],
    ['an event without its sources', aLine({ event: { type: 'named', reliability: 'reported' } }), 'personal.sources'],
    ['a later version', aLine({ schemaVersion: 9 }), 'in a later version'],
    ['another shape beside the event', aLine({ actor: 'me' }), 'meta.actor has another shape'],
    ['a line without end', `${aLine()}${'x'.repeat(7 * MAX_APPEND_BYTES)}`, 'longer than an event can be'],
  ])('with %s is refused, and says where', async (_, wrong, what) => {
    const first = aLine();
    writeFileSync(file, typeof wrong === 'string' ? `${first}${wrong}` : Buffer.concat([Buffer.from(first), wrong]));
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LogFileUnreadable);
    expect((error as Error).message).toMatch(/^line [23]: /);
    expect((error as Error).message).toContain(what);
  });
});
