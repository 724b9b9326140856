/**
 * The golden files: stored events as they were written in every version of every type. They never change; that they
 * can be read is what upcasters are for. `WRITE_GOLDEN=1` writes those that are missing, and no others.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents, descriptionOf, type AnyEventType } from '../../src/domain/events.js';
import { decode, encode, parsePayload, type StoredRecord } from '../../src/event-store/codec.js';
import { EXPECTED, recorded } from './expected.js';

const TYPES = Object.keys(allEvents) as AnyEventType[];
const versionOf = (type: string): number => descriptionOf(type)?.version ?? 0;
const fileOf = (type: string, version: number): string => join(import.meta.dirname, `${type}.v${version}.json`);

/** The record with its payload as it was written, as one JSON document, so that it can be read by people too. */
const asFile = ({ payload, ...head }: StoredRecord): string =>
  `${JSON.stringify(head).slice(0, -1)},"payload":\n${JSON.stringify(payload)}\n}\n`;
const fromFile = (text: string): StoredRecord => {
  const { payload: _, ...head } = JSON.parse(text) as StoredRecord;
  return { ...head, payload: parsePayload(text.split('\n')[1] ?? '') };
};

const VERSIONS = TYPES.flatMap((type) =>
  Array.from({ length: versionOf(type) }, (_, i): [AnyEventType, number] => [type, i + 1]),
);
if (process.env['WRITE_GOLDEN'] === '1')
  for (const [type, version] of VERSIONS) {
    const event = EXPECTED[type][version - 1];
    if (event !== undefined && version === versionOf(type) && !existsSync(fileOf(type, version)))
      writeFileSync(fileOf(type, version), asFile(encode(recorded(event, version))));
  }

describe('golden files of stored events', () => {
  it.each(VERSIONS)('%s has its file of version %i', (type, version) => {
    expect(existsSync(fileOf(type, version))).toBe(true);
  });

  it.each(VERSIONS)('%s of version %i is read as it should be', (type, version) => {
    const event = EXPECTED[type][version - 1];
    if (event === undefined) throw new Error('nothing is expected of it');
    expect(
      decode({ stream: 'case-1', revision: 4 }, fromFile(readFileSync(fileOf(type, version), 'utf8'))),
    ).toStrictEqual({
      ...recorded(event, versionOf(type)),
      stream: 'case-1',
      revision: 4,
    });
  });

  it.each(TYPES)('%s is written today byte for byte as in its file', (type) => {
    const version = versionOf(type);
    const file = readFileSync(fileOf(type, version), 'utf8');
    const { stream: _, revision: __, ...read } = decode({ stream: 'case-1', revision: 0 }, fromFile(file));
    expect(asFile(encode(read))).toBe(file);
    expect(asFile(encode(recorded(EXPECTED[type][version - 1] ?? read.event, version)))).toBe(file);
  });

  it.each(TYPES)('%s has every field in its file that is described as personal', (type) => {
    const { personal } = fromFile(readFileSync(fileOf(type, versionOf(type)), 'utf8')).payload as { personal: object };
    // The personal fields of a correction are those of the corrected type, under `data`.
    const own = type === 'corrected' ? ['data'] : (descriptionOf(type)?.personal ?? []);
    expect(Object.keys(personal).sort()).toEqual(['note', 'sources', ...own].sort());
  });

  it('stand for nothing but types and their versions', () => {
    const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual(VERSIONS.map(([type, version]) => `${type}.v${version}.json`).sort());
  });
});
