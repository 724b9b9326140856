/**
 * The golden files: stored events as they were written in every version of every type. They never change; that they
 * can be read is what upcasters are for.
 *
 * Those of this folder were written before there were leaf hashes, and no more are. Those in `canonical/` are as events are stored
 * today; `WRITE_GOLDEN=1` writes those of today's versions that are missing, and no others.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventDescriptions, descriptionOf, type AnyEventType } from '../../src/domain/events.js';
import {
  decode,
  encodeWithoutLeaf,
  parsePayload,
  verifyRecord,
  type EncodedRecord,
  type RecordWithPayloadText,
} from '../../src/event-store/codec.js';
import { encode } from '../../src/event-store/encode.js';
import { EXPECTED, recorded } from './expected.js';

const TYPES = Object.keys(eventDescriptions) as AnyEventType[];
const PLACE = { stream: 'case-1', revision: 4 };
const SALT = Buffer.alloc(32, 7).toString('base64');
const CANONICAL = join(import.meta.dirname, 'canonical');
const versionOf = (type: string): number => descriptionOf(type)?.version ?? 0;
const fileOf = (type: string, version: number, folder = import.meta.dirname): string =>
  join(folder, `${type}.v${version}.json`);

/** The record with its payload as it was written, as one JSON document, so that it can be read by people too. */
const asFile = ({ id, type, recordedAt, leaf, text }: EncodedRecord): string =>
  `${JSON.stringify({ id, type, recordedAt, ...(leaf === null ? {} : { leaf }) }).slice(0, -1)},"payload":\n${text}\n}\n`;
const readFile = (file: string): RecordWithPayloadText => {
  const content = readFileSync(file, 'utf8');
  const {
    payload: _,
    leaf = null,
    ...head
  } = JSON.parse(content) as Omit<RecordWithPayloadText, 'leaf'> & {
    readonly leaf?: string;
  };
  const text = content.split('\n')[1] ?? '';
  return { ...head, payload: parsePayload(text), leaf, text };
};
/** Types and versions of the files in a folder. */
const filesIn = (folder: string): [AnyEventType, number][] =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const [, type, version] = /^(.+)\.v(\d+)\.json$/.exec(file) ?? [];
    return type === undefined ? [] : [[type as AnyEventType, Number(version)] as [AnyEventType, number]];
  });

if (process.env['WRITE_GOLDEN'] === '1')
  for (const type of TYPES) {
    const event = EXPECTED[type][versionOf(type) - 1];
    mkdirSync(CANONICAL, { recursive: true });
    if (event !== undefined && !existsSync(fileOf(type, versionOf(type), CANONICAL)))
      writeFileSync(
        fileOf(type, versionOf(type), CANONICAL),
        asFile(encode(PLACE, recorded(event, versionOf(type)), SALT)),
      );
  }

describe('golden files of stored events', () => {
  describe.each([
    ['of before leaf hashes', import.meta.dirname],
    ['in canonical form', CANONICAL],
  ])('%s', (_, folder) => {
    it.each(filesIn(folder))('%s of version %i is read as it should be', (type, version) => {
      const event = EXPECTED[type][version - 1];
      if (event === undefined) throw new Error('nothing is expected of it');
      expect(decode(PLACE, readFile(fileOf(type, version, folder)))).toStrictEqual({
        ...recorded(event, versionOf(type)),
        ...PLACE,
      });
    });

    it.each(filesIn(folder).filter(([type, version]) => version === versionOf(type)))(
      '%s of version %i has every field that is described as personal',
      (type, version) => {
        const { personal } = readFile(fileOf(type, version, folder)).payload as { personal: Record<string, unknown> };
        const { salt: __, ...fields } = personal;
        // The personal fields of a correction are those of the corrected type, under `data`.
        const own = type === 'corrected' ? ['data'] : (descriptionOf(type)?.personal ?? []);
        expect(Object.keys(fields).sort()).toEqual(['note', 'sources', ...own].sort());
      },
    );
  });

  it.each(filesIn(import.meta.dirname))(
    '%s of version %i is copied byte for byte, and not covered',
    (type, version) => {
      const record = readFile(fileOf(type, version));
      expect(verifyRecord(PLACE, record)).toBe('uncovered');
      if (version < versionOf(type)) return;
      const { stream: _, revision: __, ...event } = decode(PLACE, record);
      expect(encodeWithoutLeaf(event).text).toBe(record.text);
    },
  );

  it.each(TYPES)('%s has its file of each version', (type) => {
    for (let version = 1; version < versionOf(type); version++)
      expect(existsSync(fileOf(type, version)) || existsSync(fileOf(type, version, CANONICAL))).toBe(true);
    expect(existsSync(fileOf(type, versionOf(type), CANONICAL))).toBe(true);
  });

  it.each(filesIn(CANONICAL))('%s of version %i is covered by its leaf hash', (type, version) => {
    expect(verifyRecord(PLACE, readFile(fileOf(type, version, CANONICAL)))).toBe('covered');
  });

  it.each(filesIn(CANONICAL))(
    '%s of version %i is read without its personal part, once that is erased',
    (type, version) => {
      const { text: _, ...record } = readFile(fileOf(type, version, CANONICAL));
      const erased = { ...record, payload: { ...(record.payload as object), personal: null } };
      expect(verifyRecord(PLACE, erased)).toBe('erased');
      const { event } = decode(PLACE, erased);
      expect(event).toMatchObject({ type, sources: [] });
      expect(JSON.stringify(event)).not.toContain('citation');
    },
  );

  it.each(TYPES)('%s is written today byte for byte as in its file', (type) => {
    const version = versionOf(type);
    const file = readFileSync(fileOf(type, version, CANONICAL), 'utf8');
    const { stream: _, revision: __, ...read } = decode(PLACE, readFile(fileOf(type, version, CANONICAL)));
    expect(asFile(encode(PLACE, read, SALT))).toBe(file);
    expect(asFile(encode(PLACE, recorded(EXPECTED[type][version - 1] ?? read.event, version), SALT))).toBe(file);
  });
});
