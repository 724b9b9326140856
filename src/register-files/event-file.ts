/** A file with one event a line, as a table or as lines of JSON: its lines, and how many each case has. */
import { caseKey, lineFromCells, lineFromJson, type EventLine, type Lists } from './event-line.js';
import { readJsonLines } from './json-lines.js';
import type { FileProblem } from './report.js';
import type { TabularFile } from './tabular-file.js';

/** The lines of one case are held until its last one was read. */
export const MAX_EVENT_LINES = 200_000;

export interface EventsFile {
  readonly kind: 'events';
  readonly path: string;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly lines: (lists: Lists) => AsyncGenerator<EventLine | FileProblem>;
  /** The table that the lines stand in; none for lines of JSON. */
  readonly table?: TabularFile;
}

/** Null where the file is not of lines of JSON: its first line is no object that has a type. */
export const openJsonLines = async (path: string): Promise<EventsFile | readonly FileProblem[] | null> => {
  let rows = 0;
  for await (const line of readJsonLines(path)) {
    if ('code' in line) return rows === 0 ? null : [line];
    if (rows === 0 && (line.json === null || !Object.hasOwn(line.json, 'type'))) return null;
    rows += 1;
    if (rows > MAX_EVENT_LINES) return [tooManyLines(line.line)];
  }
  return rows === 0 ? null : { kind: 'events', path, rows, columns: [], lines: (lists) => jsonLines(path, lists) };
};

export const tooManyLines = (line: number): FileProblem => ({
  code: 'FILE.TOO_LONG',
  line,
  expected: `at most ${MAX_EVENT_LINES} events a file`,
});

async function* jsonLines(path: string, lists: Lists): AsyncGenerator<EventLine | FileProblem> {
  for await (const line of readJsonLines(path)) {
    if ('code' in line) {
      yield line;
      return;
    }
    const read = lineFromJson(line.line, line.json ?? {}, lists);
    yield line.wrong === null ? read : { ...read, wrong: [line.wrong] };
  }
}

export const eventsInTable = (table: TabularFile, rows: number): EventsFile => ({
  kind: 'events',
  path: table.path,
  rows,
  columns: table.columns,
  lines: (lists) => tableLines(table, lists),
  table,
});

async function* tableLines(table: TabularFile, lists: Lists): AsyncGenerator<EventLine | FileProblem> {
  for await (const row of table.rows()) {
    if ('code' in row) {
      yield row;
      return;
    }
    const line = lineFromCells(row.line, row.cells, lists);
    yield { ...line, wrong: row.cut ? row.wrong : [...row.wrong, ...line.wrong] };
  }
}

/** The lines of each case together, in the order in which the last ones of the cases stand. A line without a case stands alone. */
export async function* linesByCase(file: EventsFile, lists: Lists): AsyncGenerator<readonly EventLine[] | FileProblem> {
  const left = new Map<string, number>();
  for await (const line of file.lines(lists)) {
    if ('code' in line) {
      yield line;
      return;
    }
    const key = caseKey(line.case);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  const waiting = new Map<string, EventLine[]>();
  for await (const line of file.lines(lists)) {
    if ('code' in line) {
      yield line;
      return;
    }
    const key = caseKey(line.case);
    const group = [...(waiting.get(key) ?? []), line];
    if (line.case === null) yield [line];
    else if (group.length < (left.get(key) ?? 0)) waiting.set(key, group);
    else {
      waiting.delete(key);
      yield group;
    }
  }
}
