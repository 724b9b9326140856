/**
 * The columns of a file with one event a line. They are derived from the classes of schema/, so that a file can express what the
 * REST interface accepts: the column of `inAbsentia` is `in_absentia`, that of a source's `url` is `source_url`.
 */
import { caseEvents, SCRIPTS, type CaseEventType, type Name as NameOf } from '../domain/case/events.js';
import { scriptsOf } from '../domain/text.js';
import { fieldsOf, type Constructor, type Field } from '../schema/field.js';
import { eventClasses } from '../schema/read-event.js';
import { Article, Name, PaceCriterion, Reference, Sentence, Source } from '../schema/parts.js';
import { parseArticles, splitCell, parseReference, parseSentence, UNDETERMINED_LANGUAGE } from './cell-values.js';

/** The columns that are not event fields. */
export const LINE_OPTION_COLUMNS = ['ref', 'type', 'key', 'acknowledge', 'same_as'] as const;

/** The cell that sets a nullable field to null. */
export const CLEARED_CELL = '(cleared)';

const DEFAULT_SOURCE_KIND = 'register-file';

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const SOURCE_FIELDS = fieldsOf(Source).map(({ name, valueType }) => ({
  name,
  valueType,
  column: name === 'citation' ? 'source' : `source_${toSnakeCase(name)}`,
}));

/** `names` of `opened` and `name` of `named` share a column. */
const columnOfField = (field: string): string => (field === 'names' ? 'name' : toSnakeCase(field));

const eventClassByType: Readonly<Record<CaseEventType, Constructor>> = eventClasses.case;
export const EVENT_TYPES = Object.keys(caseEvents) as readonly CaseEventType[];

const fieldsExceptSources = (type: CaseEventType): readonly Field[] =>
  fieldsOf(eventClassByType[type]).filter(({ name }) => name !== 'sources');

export const EVENT_COLUMNS: readonly string[] = [
  ...new Set([
    ...LINE_OPTION_COLUMNS,
    ...EVENT_TYPES.flatMap((type) => fieldsExceptSources(type).map(({ name }) => columnOfField(name))),
    ...SOURCE_FIELDS.map(({ column }) => column),
  ]),
];

export type Cells = Readonly<Record<string, string>>;

const isEventType = (type: string): type is CaseEventType => Object.hasOwn(eventClassByType, type);

/** Reads the event data of a line, as the REST interface takes it. Fields of empty cells are absent. */
export const eventFromCells = (cells: Cells): Readonly<Record<string, unknown>> => {
  const type = cells['type'] ?? '';
  const fields = isEventType(type) ? fieldsExceptSources(type) : [];
  const sources = sourcesOf(cells);
  return {
    ...(type !== '' && { type }),
    ...Object.fromEntries(
      fields.flatMap((field) => {
        const cell = cells[columnOfField(field.name)] ?? '';
        return cell === '' ? [] : [[field.name, parseCell(field, cell)]];
      }),
    ),
    ...(sources.length > 0 && { sources }),
  };
};

/** The filled columns that the event type of the line does not have. */
export const filledColumnsOfOtherTypes = (cells: Cells): readonly string[] => {
  const type = cells['type'] ?? '';
  if (!isEventType(type)) return [];
  const known = new Set<string>([
    ...LINE_OPTION_COLUMNS,
    ...SOURCE_FIELDS.map(({ column }) => column),
    ...fieldsExceptSources(type).map(({ name }) => columnOfField(name)),
  ]);
  return EVENT_COLUMNS.filter((column) => !known.has(column) && (cells[column] ?? '') !== '');
};

/** The column of a JSON pointer into event data. */
export const columnOfPointer = (pointer: string): string => {
  const [, field = 'type', , part] = pointer.split('/');
  if (field !== 'sources') return columnOfField(field);
  return SOURCE_FIELDS.find(({ name }) => name === part)?.column ?? 'source';
};

/** The columns of the fields of an event type, except those of its sources. */
export const columnsOfType = (type: CaseEventType): readonly string[] =>
  fieldsExceptSources(type).map(({ name }) => columnOfField(name));

const parseCell = ({ valueType, nullable }: Field, cell: string): unknown => {
  if (nullable === true && cell === CLEARED_CELL) return null;
  const { nestedClass, schema } = valueType;
  if (nestedClass !== undefined) return CELL_PARSERS.get(nestedClass)?.(cell, schema['type'] === 'array') ?? cell;
  return parseScalar(schema['type'], cell);
};

const parseScalar = (type: unknown, cell: string): unknown => {
  if (type === 'object') return parseObject(cell);
  if (type === 'boolean') return BOOLEAN_OF_WORD.get(cell.toLowerCase()) ?? cell;
  return type === 'integer' && /^\d{1,15}$/.test(cell) ? Number(cell) : cell;
};

/** The fields of a correction are written as JSON; text that is not JSON passes through, and validation refuses it. */
const parseObject = (cell: string): unknown => {
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
};

const BOOLEAN_OF_WORD: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

/** By the class of a field: the parser of its cell, which has one structured value or several. */
const CELL_PARSERS: ReadonlyMap<Constructor, (cell: string, isArray: boolean) => unknown> = new Map<
  Constructor,
  (cell: string, isArray: boolean) => unknown
>([
  [Article, parseArticles],
  [Sentence, parseSentence],
  [Reference, (cell) => splitCell(cell).map(parseReference)],
  [Name, (cell, isArray) => (isArray ? splitCell(cell).map(parseName) : parseName(cell))],
  [PaceCriterion, (cell) => splitCell(cell).map(parseCriterion)],
]);

/** Parses a criterion of PACE, its letter and the reason: `e: the witnesses were not heard`. */
const parseCriterion = (text: string): object => {
  const colon = text.indexOf(':');
  return colon === -1
    ? { letter: text }
    : { letter: text.slice(0, colon).trim(), rationale: text.slice(colon + 1).trim() };
};

const NAME_WITH_TAG = /^(.*\S)\s*\[([^\]]*)\]$/su;
const LANGUAGE_OF_SCRIPT: Readonly<Partial<Record<string, string>>> = { Latn: 'az', Cyrl: 'ru' };

/**
 * Parses a name: `Самед Нумунаев [ru-Cyrl transliteration]`. Without brackets, a full name in the script of its letters: Azerbaijani in
 * Latin, Russian in Cyrillic, of an undetermined language in any other.
 */
const parseName = (text: string): object => {
  const [, nameText = text, words = ''] = NAME_WITH_TAG.exec(text) ?? [];
  const [tag = '', kind] = /^[a-z]{2,3}-/.test(words) ? words.split(/\s+/) : ['', words === '' ? undefined : words];
  const [language, script] = tag.split('-');
  const scriptOfLetters = scriptOf(nameText);
  return {
    text: nameText,
    script: script === undefined || script === '' ? scriptOfLetters : script,
    language:
      language === undefined || language === ''
        ? (LANGUAGE_OF_SCRIPT[scriptOfLetters] ?? UNDETERMINED_LANGUAGE)
        : language,
    kind: kind ?? 'full',
  };
};

/** Any Cyrillic letter makes a name Cyrillic. */
const scriptOf = (name: string): NameOf['script'] => {
  const scripts = scriptsOf(name);
  return scripts.includes('Cyrl') ? 'Cyrl' : (SCRIPTS.find((known) => known === scripts[0]) ?? 'Latn');
};

/** The nth part of each source column belongs to the nth source. */
const sourcesOf = (cells: Cells): readonly object[] => {
  const columns = SOURCE_FIELDS.map(({ name, valueType, column }) => ({
    name,
    valueType,
    parts: splitCell(cells[column] ?? ''),
  }));
  const count = Math.max(...columns.map(({ parts }) => parts.length));
  return Array.from({ length: count }, (_, index) => {
    const fields = columns.flatMap(({ name, valueType, parts }) => {
      const part = parts[index] ?? '';
      return part === '' ? [] : [[name, parseScalar(valueType.schema['type'], part)] as const];
    });
    return { kind: DEFAULT_SOURCE_KIND, ...Object.fromEntries(fields) };
  });
};
