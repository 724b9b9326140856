/** Exports by the command line, program and all, beside the same rows written by hand from a table. */
import { stringify } from 'csv-stringify/sync';
import { writeXlsxStream } from 'hucre/xlsx';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from '../../src/cli/program.js';
import { formatDay } from '../../src/domain/time.js';
import { rawOf, registerOf } from '../data-sets.js';
import { rate, type Figure, type Item, type Place, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { definitions, LONG, SHORT, TODAY } from '../synthetic.js';

interface Rows {
  readonly folder: string;
  readonly count: number;
}

const events = ({ data, sizes }: Place): Rows => ({
  folder: registerOf(data, sizes.cases, LONG),
  count: sizes.cases * LONG + definitions.length,
});
const people = ({ data, sizes }: Place): Rows => ({
  folder: registerOf(data, sizes.people, SHORT),
  count: sizes.people,
});

const measured = async (count: number, write: () => Promise<void>): Promise<Figure> => ({
  value: await rate(count, write),
  seen: { 'MiB at most': process.resourceUsage().maxRSS / 1024 },
});

const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

const command =
  (format: 'ndjson' | 'csv' | 'xlsx', of: (place: Place) => Rows): Variant =>
  (place) => {
    const { folder, count } = of(place);
    const words = ['export', '--format', format, '--data', folder, '--out', join(place.work, 'export')];
    const environment = { HABEAS_TODAY: formatDay(TODAY) };
    return measured(count, async () => {
      const code = await run(words, { environment, out: silent, err: silent, signal: new AbortController().signal });
      if (code !== 0) throw new Error(`ended with ${code}`);
    });
  };

/** Rows of a table, some at once. */
function* inTable(folder: string, select: string): Generator<string[][]> {
  const db = openRaw(rawOf(folder));
  let some: string[][] = [];
  for (const row of db.prepare(select).raw().iterate() as IterableIterator<string[]>) {
    some.push(row);
    if (some.length < 500) continue;
    yield some;
    some = [];
  }
  yield some;
  db.close();
}

const byHand =
  (of: (place: Place) => Rows, select: string, content: (rows: Generator<string[][]>) => Readable): Variant =>
  (place) => {
    const { folder, count } = of(place);
    return measured(count, () =>
      pipeline(content(inTable(folder, select)), createWriteStream(join(place.work, 'export'))),
    );
  };

const EVENTS = 'SELECT event FROM events ORDER BY position';
const PEOPLE = `SELECT reference, name, category, 'yes', custody, since, '', '', '', '', '', case_id FROM people
  ORDER BY name_key, case_id`;

const texts = (rows: Generator<string[][]>, text: (some: string[][]) => string): Readable => {
  const each = function* (): Generator<string> {
    for (const some of rows) yield text(some);
  };
  return Readable.from(each(), { objectMode: false });
};

export const exportOfLog: Item = {
  habeas: command('ndjson', events),
  raw: byHand(events, EVENTS, (rows) => texts(rows, (some) => some.map(([event]) => `${event}\n`).join(''))),
};
export const exportOfListAsCsv: Item = {
  habeas: command('csv', people),
  raw: byHand(people, PEOPLE, (rows) => texts(rows, (some) => stringify(some))),
};
export const exportOfListAsWorkbook: Item = {
  habeas: command('xlsx', people),
  raw: byHand(people, PEOPLE, (rows) => Readable.fromWeb(writeXlsxStream(flat(rows), { name: 'union' }))),
};

function* flat(rows: Generator<string[][]>): Generator<string[]> {
  for (const some of rows) yield* some;
}
