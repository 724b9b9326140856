/**
 * The columns of a file with one event a line. They are made from the classes of schema/, so that what can be said through the
 * REST interface can be said in a file: a field `inAbsentia` stands in the column `in_absentia`, a source's `url` in `source_url`.
 */
import { caseEvents, SCRIPTS, type CaseEventType } from '../domain/case/events.js';
import { fieldsOf, type Constructor, type Field } from '../schema/field.js';
import { eventClasses } from '../schema/read-event.js';
import { Article, Name, PaceCriterion, Reference, Sentence, Source } from '../schema/parts.js';
import { parseArticles, partsOf, referenceOf, parseSentence } from './cell-values.js';

/** RequestOptions the fields of events: which case, which event, and how the line is to be taken. */
export const LINE_OPTION_COLUMNS = ['ref', 'type', 'key', 'acknowledge', 'same_as'] as const;

/** Clears a field of `described`. */
export const CLEARED = '(cleared)';

/** Where no source_kind says another. */
const DEFAULT_SOURCE_KIND = 'register-file';

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const SOURCE_FIELDS = fieldsOf(Source).map(({ name, valueType }) => ({
  name,
  kind: valueType,
  column: name === 'citation' ? 'source' : `source_${snake(name)}`,
}));

/** Several names of an `opened` stand in the column of the one name of a `named`. */
const columnOfField = (field: string): string => (field === 'names' ? 'name' : snake(field));

const classes: Readonly<Record<CaseEventType, Constructor>> = eventClasses.case;
export const EVENT_TYPES = Object.keys(caseEvents) as readonly CaseEventType[];

const fieldsOfType = (type: CaseEventType): readonly Field[] =>
  fieldsOf(classes[type]).filter(({ name }) => name !== 'sources');

export const EVENT_COLUMNS: readonly string[] = [
  ...new Set([
    ...LINE_OPTION_COLUMNS,
    ...EVENT_TYPES.flatMap((type) => fieldsOfType(type).map(({ name }) => columnOfField(name))),
    ...SOURCE_FIELDS.map(({ column }) => column),
  ]),
];

export type Cells = Readonly<Record<string, string>>;

const isEventType = (type: string): type is CaseEventType => Object.hasOwn(classes, type);

/** The body of a line as the REST interface takes it; fields whose cells are empty are left out. */
export const bodyOf = (cells: Cells): Readonly<Record<string, unknown>> => {
  const type = cells['type'] ?? '';
  const fields = isEventType(type) ? fieldsOfType(type) : [];
  const sources = sourcesOf(cells);
  return {
    ...(type !== '' && { type }),
    ...Object.fromEntries(
      fields.flatMap((field) => {
        const cell = cells[columnOfField(field.name)] ?? '';
        return cell === '' ? [] : [[field.name, valueOf(field, cell)]];
      }),
    ),
    ...(sources.length > 0 && { sources }),
  };
};

/** Columns that are filled and that the type of the line does not have. */
export const foreignColumns = (cells: Cells): readonly string[] => {
  const type = cells['type'] ?? '';
  if (!isEventType(type)) return [];
  const known = new Set<string>([
    ...LINE_OPTION_COLUMNS,
    ...SOURCE_FIELDS.map(({ column }) => column),
    ...fieldsOfType(type).map(({ name }) => columnOfField(name)),
  ]);
  return EVENT_COLUMNS.filter((column) => !known.has(column) && (cells[column] ?? '') !== '');
};

/** The column of a part of a body. */
export const lineColumnOf = (pointer: string): string => {
  const [, field = 'type', , part] = pointer.split('/');
  if (field !== 'sources') return columnOfField(field);
  return SOURCE_FIELDS.find(({ name }) => name === part)?.column ?? 'source';
};

/** The columns that a type has beside those of every line. */
export const columnsOfType = (type: CaseEventType): readonly string[] =>
  fieldsOfType(type).map(({ name }) => columnOfField(name));

const valueOf = ({ valueType, nullable }: Field, cell: string): unknown => {
  if (nullable === true && cell === CLEARED) return null;
  if (valueType.nestedClass !== undefined)
    return PARTS.get(valueType.nestedClass)?.(cell, valueType.schema['type'] === 'array') ?? cell;
  return plainValue(valueType.schema['type'], cell);
};

const plainValue = (type: unknown, cell: string): unknown => {
  if (type === 'boolean') return FLAGS.get(cell.toLowerCase()) ?? cell;
  return type === 'integer' && /^\d{1,15}$/.test(cell) ? Number(cell) : cell;
};

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['true', true],
  ['no', false],
  ['false', false],
]);

/** How a value with parts is written in a cell. */
const PARTS: ReadonlyMap<Constructor, (cell: string, several: boolean) => unknown> = new Map<
  Constructor,
  (cell: string, several: boolean) => unknown
>([
  [Article, parseArticles],
  [Sentence, parseSentence],
  [Reference, (cell) => partsOf(cell).map(referenceOf)],
  [Name, (cell, several) => (several ? partsOf(cell).map(nameOf) : nameOf(cell))],
  [PaceCriterion, (cell) => partsOf(cell).map(criterionOf)],
]);

/** `e: the witnesses were not heard`. */
const criterionOf = (text: string): object => {
  const colon = text.indexOf(':');
  return colon === -1
    ? { letter: text }
    : { letter: text.slice(0, colon).trim(), rationale: text.slice(colon + 1).trim() };
};

const NAMED = /^(.*\S)\s*\[([^\]]*)\]$/su;
const CYRILLIC = /\p{Script=Cyrillic}/u;

/** `Самед Нумунаев [ru-Cyrl transliteration]`; without brackets a full name, in Russian where its letters are Cyrillic. */
const nameOf = (text: string): object => {
  const [, own = text, words = ''] = NAMED.exec(text) ?? [];
  const [tag = '', kind] = /^[a-z]{2,3}-/.test(words) ? words.split(/\s+/) : ['', words === '' ? undefined : words];
  const [language, script] = tag.split('-');
  const cyrillic = CYRILLIC.test(own);
  return {
    text: own,
    script: script === undefined || script === '' ? (cyrillic ? SCRIPTS[1] : SCRIPTS[0]) : script,
    language: language === undefined || language === '' ? (cyrillic ? 'ru' : 'az') : language,
    kind: kind ?? 'full',
  };
};

/** The sources of a line: the nth part of each source column belongs to the nth source. */
const sourcesOf = (cells: Cells): readonly object[] => {
  const columns = SOURCE_FIELDS.map(({ name, kind, column }) => ({ name, kind, parts: partsOf(cells[column] ?? '') }));
  const count = Math.max(...columns.map(({ parts }) => parts.length));
  return Array.from({ length: count }, (_, at) => {
    const given = columns.flatMap(({ name, kind, parts }) => {
      const part = parts[at] ?? '';
      return part === '' ? [] : [[name, plainValue(kind.schema['type'], part)] as const];
    });
    return { kind: DEFAULT_SOURCE_KIND, ...Object.fromEntries(given) };
  });
};
