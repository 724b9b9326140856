import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { encode } from '../../../src/event-store/encode.js';
import type { AppendResult, ExpectedRevision } from '../../../src/event-store/port.js';
import type { ValidatedAppend } from '../../../src/event-store/request-checks.js';
import { openLogFile } from '../../../src/event-store/sqlite/file.js';
import { LogWriter } from '../../../src/event-store/sqlite/log-writer.js';
import { effort } from '../../support/effort.js';
import { newEvent } from '../../support/new-events.js';
import { assertProperty } from '../../support/property.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const STREAMS = ['case-1', 'case-2', 'case-3', 'case-4'] as const;

/** Events of a fixed id, so that an append can be repeated. */
const IDS = Array.from({ length: 40 }, () => randomUUID());

interface Wanted {
  readonly stream: string;
  /** How far the expected revision of the append is from the revision of the stream in the model. */
  readonly off: number;
  /** Where in IDS the ids of the append begin: appends that begin at the same place repeat each other's. */
  readonly first: number;
  readonly count: number;
}

const wanted: fc.Arbitrary<Wanted> = fc.record({
  stream: fc.constantFrom(...STREAMS),
  off: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 2 })),
  first: fc.nat(IDS.length - 20),
  count: fc.integer({ min: 1, max: 20 }),
});
const group = fc.record({
  /** Which of two connections writes the group. */
  writer: fc.nat(1),
  appends: fc.array(wanted, { minLength: 1, maxLength: 8 }),
  /** Whether the last row of the group cannot be written, so that it is rolled back. */
  fails: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
});

/** What a log is, in words: streams of ids, and the stream of each position. */
class Model {
  streams = new Map<string, readonly string[]>();
  positions: readonly string[] = [];

  append({ stream, expected, records }: ValidatedAppend): AppendResult {
    const ids = this.streams.get(stream) ?? [];
    const start = expected === 'no-stream' ? 0 : expected + 1;
    const added = records.map(({ id }) => id);
    const appended = (cursor: number): AppendResult => ({
      outcome: 'appended',
      revision: start + added.length - 1,
      cursor: String(cursor),
    });
    if (start === ids.length) {
      this.streams.set(stream, [...ids, ...added]);
      this.positions = [...this.positions, ...added.map((_, i) => `${stream} ${start + i}`)];
      return appended(this.positions.length);
    }
    if (start < ids.length && added.every((id, i) => ids[start + i] === id))
      return appended(this.positions.indexOf(`${stream} ${start + added.length - 1}`) + 1);
    return { outcome: 'conflict', revision: ids.length === 0 ? null : ids.length - 1 };
  }
}

const toAppend = ({ stream, off, first, count }: Wanted, model: Model): ValidatedAppend => {
  const start = Math.max(0, (model.streams.get(stream)?.length ?? 0) + off);
  const expected: ExpectedRevision = start === 0 ? 'no-stream' : start - 1;
  const records = IDS.slice(first, first + count).map((id, i) =>
    encode({ stream, revision: start + i }, { ...newEvent(), id }),
  );
  return { stream, expected, records, bytes: 0 };
};

it('writes what a model says, on two connections that each remember where streams end', async () => {
  const folder = await temporaryFolder();
  let [runs, failures] = [0, 0];
  assertProperty(
    fc.property(fc.array(group, { maxLength: 12 }), (groups) => {
      const file = join(folder.path, `${(runs += 1)}.sqlite`);
      const databases = [openLogFile(file), openLogFile(file)] as const;
      const writers = databases.map((db) => new LogWriter(db));
      const model = new Model();
      for (const { writer, appends, fails } of groups) {
        const before = { streams: new Map(model.streams), positions: model.positions };
        const checked: ValidatedAppend[] = [];
        const results = appends.map((append) => {
          const next = toAppend(append, model);
          checked.push(next);
          return model.append(next);
        });
        if (fails) {
          const [record] = toAppend({ stream: 'case-0', off: 0, first: 0, count: 1 }, model).records;
          const noRow = { ...record, id: 'no hexadecimal digits' } as (typeof checked)[number]['records'][number];
          checked.push({ stream: 'case-0', expected: 'no-stream', records: [noRow], bytes: 0 });
          expect(() => writers[writer]?.commit(checked)).toThrow('NOT NULL');
          Object.assign(model, before);
          failures += 1;
        } else expect(writers[writer]?.commit(checked)).toEqual(results);
      }
      const rows = databases[0].prepare(`SELECT s.name || ' ' || e.revision, lower(hex(e.id)) FROM events AS e
        JOIN streams AS s ON s.number = e.stream ORDER BY e.position`);
      const written = rows.raw().all() as [string, string][];
      expect(written.map(([at]) => at)).toEqual(model.positions);
      const ids = model.positions.map((at) => {
        const [stream = '', revision] = at.split(' ');
        return model.streams.get(stream)?.[Number(revision)]?.replaceAll('-', '');
      });
      expect(written.map(([, id]) => id)).toEqual(ids);
      for (const db of databases) db.close();
    }),
    effort(60, 10_000),
  );
  expect(failures).toBeGreaterThan(0);
  await folder.remove();
});
