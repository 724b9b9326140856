/** Files with one event a line, as a table or as NDJSON. */
import { caseKey, lineFromCells, lineFromJson, type EventLine, type LineContext } from './event-line.js';
import { readJsonLines } from './json-lines.js';
import type { FileProblem } from './report.js';
import type { TabularFile } from './tabular-file.js';

/** Bounds the memory for lines that wait until the last line of their case is read. */
export const MAX_EVENT_LINES = 200_000;

export interface EventsFile {
  readonly kind: 'events';
  readonly path: string;
  readonly rows: number;
  /** Empty for NDJSON. */
  readonly columns: readonly string[];
  /** Reads the lines from the start at every call. */
  readonly lines: (context: LineContext) => AsyncGenerator<EventLine | FileProblem>;
  /** Undefined for NDJSON. */
  readonly table?: TabularFile;
}

/** Null if the file is not NDJSON of events, since its first line is not a JSON object with a type. */
export const openJsonLines = async (path: string): Promise<EventsFile | readonly FileProblem[] | null> => {
  let rows = 0;
  for await (const line of readJsonLines(path)) {
    if ('code' in line) return rows === 0 ? null : [line];
    if (rows === 0 && (line.json === null || !Object.hasOwn(line.json, 'type'))) return null;
    rows += 1;
    if (rows > MAX_EVENT_LINES) return [tooManyLinesProblem(line.line)];
  }
  if (rows === 0) return null;
  return { kind: 'events', path, rows, columns: [], lines: (context) => jsonEventLines(path, context) };
};

export const tooManyLinesProblem = (line: number): FileProblem => ({
  code: 'FILE.TOO_LONG',
  line,
  expected: `at most ${MAX_EVENT_LINES} events a file`,
});

async function* jsonEventLines(path: string, context: LineContext): AsyncGenerator<EventLine | FileProblem> {
  for await (const jsonLine of readJsonLines(path)) {
    if ('code' in jsonLine) {
      yield jsonLine;
      return;
    }
    const line = lineFromJson(jsonLine.line, jsonLine.json ?? {}, context);
    yield jsonLine.error === null ? line : { ...line, errors: [jsonLine.error] };
  }
}

export const eventsFileOfTable = (table: TabularFile, rows: number): EventsFile => ({
  kind: 'events',
  path: table.path,
  rows,
  columns: table.columns,
  lines: (context) => tableEventLines(table, context),
  table,
});

async function* tableEventLines(table: TabularFile, context: LineContext): AsyncGenerator<EventLine | FileProblem> {
  for await (const row of table.rows()) {
    if ('code' in row) {
      yield row;
      return;
    }
    const line = lineFromCells(row.line, row.cells, context);
    yield { ...line, errors: row.isMisaligned ? row.errors : [...row.errors, ...line.errors] };
  }
}

/**
 * Groups lines by case and yields each group when its last line is read. A line without a case is a group of one. Reads the file twice:
 * first to count the lines of each case.
 */
export async function* linesByCase(
  file: EventsFile,
  context: LineContext,
): AsyncGenerator<readonly EventLine[] | FileProblem> {
  const counts = new Map<string, number>();
  for await (const line of file.lines(context)) {
    if ('code' in line) {
      yield line;
      return;
    }
    const key = caseKey(line.case);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const groups = new Map<string, EventLine[]>();
  for await (const line of file.lines(context)) {
    if ('code' in line) {
      yield line;
      return;
    }
    const key = caseKey(line.case);
    const group = [...(groups.get(key) ?? []), line];
    if (line.case === null) yield [line];
    else if (group.length < (counts.get(key) ?? 0)) groups.set(key, group);
    else {
      groups.delete(key);
      yield group;
    }
  }
}
