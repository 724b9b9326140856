/** Exports by the command line, compared with the same rows written by hand from a table. */
import { stringify } from 'csv-stringify/sync';
import { writeXlsxStream } from 'hucre/xlsx';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatDay } from '../../src/domain/time.js';
import { rawFile, registerFolder } from '../data-sets.js';
import { rate, type Figure, type Item, type RunContext, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { definitions, LONG_CASE, SHORT_CASE, TODAY } from '../synthetic.js';

interface Rows {
  readonly folder: string;
  readonly count: number;
}

const events = ({ data, sizes }: RunContext): Rows => ({
  folder: registerFolder(data, sizes.few, LONG_CASE),
  count: sizes.few * LONG_CASE + definitions.length,
});
const people = ({ data, sizes }: RunContext): Rows => ({
  folder: registerFolder(data, sizes.listed, SHORT_CASE),
  count: sizes.listed,
});

const measured = async (count: number, write: () => Promise<void>): Promise<Figure> => ({
  value: await rate(count, write),
  seen: { 'MiB at most': process.resourceUsage().maxRSS / 1024 },
});

const silent = new Writable({ write: (_chunk, _encoding, done) => done() });

const command =
  (format: 'ndjson' | 'csv' | 'xlsx', of: (context: RunContext) => Rows): Variant =>
  async (context) => {
    const { folder, count } = of(context);
    const args = ['export', '--format', format, '--data', folder, '--out', join(context.work, 'export')];
    // Every process of the bench loads this file; only an export needs the commands. They load before the clock starts.
    const { run } = await import('../../src/cli/program.js');
    await import('../../src/read-models/list/filters.js');
    await import('../../src/cli/export.js');
    await (format === 'ndjson' ? import('../../src/cli/export-log.js') : import('../../src/cli/export-list.js'));
    const environment = { HABEAS_TODAY: formatDay(TODAY) };
    return measured(count, async () => {
      const code = await run(args, { environment, out: silent, err: silent, signal: new AbortController().signal });
      if (code !== 0) throw new Error(`ended with ${code}`);
    });
  };

/** Rows of a table in batches. */
function* rowBatches(folder: string, select: string): Generator<string[][]> {
  const db = openRaw(rawFile(folder));
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
  (of: (context: RunContext) => Rows, select: string, content: (rows: Generator<string[][]>) => Readable): Variant =>
  (context) => {
    const { folder, count } = of(context);
    return measured(count, () =>
      pipeline(content(rowBatches(folder, select)), createWriteStream(join(context.work, 'export'))),
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
