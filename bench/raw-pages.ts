/**
 * What pages cost at least: tables with the answer's columns, one of who is on the list now, one of who was on it on any day, one of who
 * was on it as known at any position, one of all cases now, each with an index for every filter and sort.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DEFAULT_POLICY } from '../src/domain/case/state.js';
import { referenceSortKey } from '../src/domain/names/sort-key.js';
import type { Filters } from '../src/read-models/list/filters.js';
import type { Sort } from '../src/read-models/list/paging.js';
import { STAGE_SQL } from '../src/read-models/list/stage.js';
import { STILL_KNOWN } from '../src/read-models/table.js';
import { openRaw, type Db } from './raw.js';
import { LIST, TODAY } from './synthetic.js';

/** The filters that are measured. Each compares the column of its name. */
const MEASURED_FILTERS = [
  'category',
  'custody',
  'proceedings',
  'stage',
  'article',
  'facility',
  'incident',
  'certainty',
] as const satisfies readonly (keyof Filters)[];
export type MeasuredFilter = (typeof MEASURED_FILTERS)[number];
const SORT_COLUMNS = { name: 'name_key', recognised: 'since', reference: 'reference_key' } as const;

/** The columns of what a page shows of a person. */
const SHOWN = `case_id, refs, name, certainty, custody, proceedings, sentence, end_earliest, end_latest, life, articles, facility,
  incident, lists`;

const BELIEVED = `known_to = ${STILL_KNOWN}`;
const VALID_NOW = `${BELIEVED} AND from_day <= ${TODAY} AND ${TODAY} < to_day`;
const TABLES = {
  now: { list: LIST, condition: VALID_NOW },
  days: { list: LIST, condition: BELIEVED },
  versions: { list: LIST, condition: 'TRUE' },
  cases: { list: '', condition: VALID_NOW },
} as const;
type Table = keyof typeof TABLES;

/** Makes the tables from the rows of the read models, once. */
export const makeRawPages = (file: string, models: string): void => {
  if (existsSync(file)) return;
  const making = `${file}.making`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${making}${end}`, { force: true });
  const db = openRaw(making);
  for (const mode of ['DELETE', 'OFF']) db.pragma(`journal_mode = ${mode}`);
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -1000000');
  db.pragma('threads = 2');
  db.exec(`ATTACH '${models}' AS models`);
  db.function('reference_key', (refs) =>
    referenceSortKey((JSON.parse(String(refs)) as readonly { readonly reference: string }[])[0]?.reference ?? ''),
  );
  const sameKnowledge = (alias: string): string =>
    `${alias}.known_from <= p.known_from AND p.known_from < ${alias}.known_to`;
  for (const [table, { list, condition }] of Object.entries(TABLES)) {
    const isMember =
      list === ''
        ? ''
        : `AND p.recognition = 'recognised' AND p.custody IN (${DEFAULT_POLICY.map((value) => `'${value}'`).join()})`;
    db.exec(`CREATE TABLE "${table}" AS SELECT * FROM (SELECT p.case_no AS no, e.case_id, e.refs, e.name, e.name_key,
        reference_key(e.refs) AS reference_key, min(p.from_day) OVER (PARTITION BY p.case_no) AS since,
        iif(EXISTS (SELECT 1 FROM models.periods q WHERE q.list = p.list AND q.case_no = p.case_no AND q.rowid <> p.rowid
          AND ${sameKnowledge('q')} AND q.from_day < p.to_day AND p.from_day < q.to_day), 'uncertain', 'yes') AS certainty,
        p.custody, p.proceedings, p.category, p.facility, p.incident, p.articles, p.sentence, p.end_earliest, p.end_latest, p.life,
        o.lists, ${STAGE_SQL} AS stage, substr(p.articles, 3, 3) AS article, p.from_day, p.to_day, p.known_from, p.known_to
      FROM models.periods p
      JOIN models.list_entries e ON e.case_no = p.case_no AND e.known_to = ${STILL_KNOWN}
      JOIN models.periods o ON o.case_no = p.case_no AND o.list = '' AND ${sameKnowledge('o')}
        AND o.from_day <= p.from_day AND p.from_day < o.to_day
      WHERE p.list = '${list}' ${isMember}) WHERE ${condition}`);
    for (const sort of Object.values(SORT_COLUMNS))
      for (const filter of ['', ...MEASURED_FILTERS.map((column) => `${column}, `)])
        db.exec(
          `CREATE INDEX "${table} ${filter}${sort}" ON "${table}" (${filter}${sort}, no${condition === VALID_NOW ? '' : ', from_day, to_day'})`,
        );
    console.error(`raw pages: ${table}`);
  }
  db.pragma('analysis_limit = 10000');
  db.exec('ANALYZE main');
  db.close();
  renameSync(making, file);
};

export interface RawPageRequest {
  /** Whether the page is of all cases, now; otherwise it is of a list. */
  readonly isOfCases: boolean;
  readonly filter: readonly [MeasuredFilter, string] | null;
  readonly sort: Sort;
  readonly limit: number;
  readonly asOf: number | null;
  readonly known: number | null;
}

interface Last {
  readonly key: string | number;
  readonly no: number;
}

/** Reads a page after the last row of another, and makes it JSON. */
export const rawPages = (
  db: Db,
  { isOfCases, filter, sort, limit, asOf, known }: RawPageRequest,
): ((after: Last | null) => { readonly json: string; readonly last: Last | null }) => {
  const table: Table = isOfCases ? 'cases' : known !== null ? 'versions' : asOf !== null ? 'days' : 'now';
  const key = SORT_COLUMNS[sort.replace('-', '') as keyof typeof SORT_COLUMNS];
  const [direction, beyond] = sort.startsWith('-') ? ['DESC', '<'] : ['ASC', '>'];
  const conditions = [
    ...(filter === null ? [] : [`${filter[0]} = @value`]),
    ...(asOf === null ? [] : ['from_day <= @asOf AND @asOf < to_day']),
    ...(known === null ? [] : ['known_from <= @known AND @known < known_to']),
  ];
  const statement = (more: readonly string[]) => {
    const where = [...conditions, ...more].join(' AND ') || 'TRUE';
    return db.prepare(`SELECT ${key} AS key, no, ${SHOWN} FROM "${table}" WHERE ${where}
      ORDER BY ${key} ${direction}, no ${direction} LIMIT ${limit}`);
  };
  const [first, further] = [statement([]), statement([`(${key}, no) ${beyond} (@key, @no)`])];
  const values = { value: filter?.[1], asOf, known };
  return (after) => {
    const rows = (after === null ? first.all(values) : further.all({ ...values, ...after })) as Last[];
    return { json: JSON.stringify(rows), last: rows.at(-1) ?? null };
  };
};
