/** Writes events as lines of a file: the inverse of src/register-files/event-columns.ts. */
import { articleText } from '../../src/domain/case/rules.js';
import type { Article, Name, PaceCriterion, Reference, Sentence } from '../../src/domain/case/events.js';
import { CLEARED_CELL } from '../../src/register-files/event-columns.js';

type RawEvent = Readonly<Record<string, unknown>>;

const bars = (parts: readonly string[]): string => parts.map((part) => part.replaceAll('|', '\\|')).join(' | ');
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const name = ({ text, language, script, kind }: Name): string => `${text} [${language}-${script} ${kind}]`;
const sentence = ({ kind, term, life }: Sentence): string =>
  [kind, life === true ? 'life' : (term ?? '')].join(' ').trim();

const CELLS: Readonly<Record<string, (value: never) => string>> = {
  names: (value: readonly Name[]) => bars(value.map(name)),
  name,
  references: (value: readonly Reference[]) => bars(value.map(({ list, reference }) => `${list}:${reference}`)),
  articles: (value: readonly Article[]) => value.map(articleText).join('; '),
  sentence,
  newSentence: sentence,
  replacement: sentence,
  criteria: (value: readonly PaceCriterion[]) => bars(value.map(({ letter, rationale }) => `${letter}: ${rationale}`)),
};

const plain = (value: unknown): string => {
  if (value === null) return CLEARED_CELL;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? String(value) : (value as string);
};

/** The cells of an event. */
export const lineOf = ({ sources, ...fields }: RawEvent): Readonly<Record<string, string>> => {
  const columns = new Map<string, string>();
  for (const [field, value] of Object.entries(fields))
    columns.set(field === 'names' ? 'name' : snake(field), CELLS[field]?.(value as never) ?? plain(value));
  const given = (sources ?? []) as readonly Readonly<Record<string, unknown>>[];
  for (const key of new Set(given.flatMap((source) => Object.keys(source))))
    columns.set(
      key === 'citation' ? 'source' : `source_${snake(key)}`,
      bars(given.map((source) => (source[key] === undefined ? '' : plain(source[key])))),
    );
  return Object.fromEntries(columns);
};

/** A CSV file of lines, with every column that any of them has. */
export const linesFile = (...lines: readonly Readonly<Record<string, string>>[]): string => {
  const columns = [...new Set(lines.flatMap((line) => Object.keys(line)))];
  const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [columns, ...lines.map((line) => columns.map((column) => line[column] ?? ''))]
    .map((cells) => cells.map(quoted).join(','))
    .join('\n');
};
