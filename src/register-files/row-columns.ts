/** The columns of each kind of file, and the mapping between columns and event fields for files with one person a row. */
import { SCRIPTS, type Name } from '../domain/case/events.js';
import { scriptsOf } from '../domain/text.js';
import { parseEdtf } from '../domain/time.js';
import type { RawEvent } from './event-draft.js';
import { UNDETERMINED_LANGUAGE } from './cell-values.js';
import { EVENT_COLUMNS } from './event-columns.js';

export const REGISTER_COLUMNS = [
  'ref',
  'name',
  'name_en',
  'name_ru',
  'sex',
  'born',
  'category',
  'incident',
  'arrested_on',
  'measure',
  'charged_articles',
  'convicted_on',
  'convicted_articles',
  'court',
  'sentence',
  'facility',
  'recognised_on',
  'category_changes',
  'delisted_on',
  'delisted_reason',
  'released_on',
  'release_reason',
  'source',
  'occupation',
  'affiliation',
  'region',
  'summary',
  'house_arrest_on',
  'deported_on',
  'died_on',
  'reported_on',
  'same_as',
  'acknowledge',
] as const;

export const AMNESTY_COLUMNS = [
  'ref',
  'instrument',
  'amnestied_on',
  'released_on',
  'effect',
  'clause',
  'source',
] as const;

/** Published editions of a list; further columns are categories of the list, with the number of people in each. */
export const EDITION_COLUMNS = ['date', 'total', 'groups_published', 'added', 'removed', 'speaker', 'source'] as const;

export type RegisterRow = Readonly<Record<(typeof REGISTER_COLUMNS)[number], string>>;
export type AmnestyRow = Readonly<Record<(typeof AMNESTY_COLUMNS)[number], string>>;
export type EditionRow = Readonly<Record<(typeof EDITION_COLUMNS)[number], string>>;

export interface HeaderRowSpec {
  readonly columns: readonly string[];
  readonly required: readonly string[];
  /** Groups of columns; the header needs at least one of each. */
  readonly oneOfEachGroup: readonly (readonly string[])[];
  /** The pattern of the names of further columns; absent where none are allowed. */
  readonly furtherColumnPattern?: RegExp;
}

export const FILE_KINDS = {
  register: {
    columns: REGISTER_COLUMNS,
    required: ['ref', 'source'],
    oneOfEachGroup: [['name', 'name_en', 'name_ru']],
  },
  amnesty: {
    columns: AMNESTY_COLUMNS,
    required: ['ref', 'instrument', 'amnestied_on', 'effect', 'source'],
    oneOfEachGroup: [],
  },
  events: {
    columns: EVENT_COLUMNS,
    required: ['ref', 'type'],
    oneOfEachGroup: [['source', 'source_url']],
  },
  editions: {
    columns: EDITION_COLUMNS,
    required: ['date', 'total', 'source'],
    oneOfEachGroup: [],
    furtherColumnPattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  },
} as const satisfies Readonly<Record<string, HeaderRowSpec>>;
export type FileKind = keyof typeof FILE_KINDS;
/** Kinds with one person a row. */
export type PersonRowFileKind = Exclude<FileKind, 'events' | 'editions'>;

const FILE_KIND_NAMES = Object.keys(FILE_KINDS) as readonly FileKind[];

/** The columns of all kinds, by which the separator of a file is detected. */
export const KNOWN_COLUMNS: ReadonlySet<string> = new Set(
  FILE_KIND_NAMES.flatMap((kind) => [...FILE_KINDS[kind].columns]),
);

export const normalisedColumnName = (name: string): string => name.trim().toLowerCase();

/** A header with fewer columns of a kind is not of that kind. */
const MIN_KNOWN_COLUMNS = 2;

/** The kind with the most columns of the header; of several, the one with the fewest missing columns. Null where none fits. */
export const detectFileKind = (header: readonly string[]): FileKind | null => {
  const names = new Set(header);
  const ranked = FILE_KIND_NAMES.map((kind) => ({
    kind,
    known: (FILE_KINDS[kind].columns as readonly string[]).filter((column) => names.has(column)).length,
    missing: missingColumns(kind, header).length,
  })).sort((a, b) => b.known - a.known || a.missing - b.missing);
  const [best] = ranked;
  return best !== undefined && best.known >= MIN_KNOWN_COLUMNS ? best.kind : null;
};

/** The required columns that a header lacks; of a group, its first column. */
export const missingColumns = (kind: FileKind, header: readonly string[]): readonly string[] => {
  const { required, oneOfEachGroup }: HeaderRowSpec = FILE_KINDS[kind];
  const groups = [...required.map((column) => [column]), ...oneOfEachGroup];
  return groups.filter((group) => !group.some((column) => header.includes(column))).map(([first]) => first as string);
};

export const NAME_COLUMNS = [
  { column: 'name', language: 'az', script: 'Latn', kind: 'full' },
  { column: 'name_en', language: 'en', script: 'Latn', kind: 'transliteration' },
  { column: 'name_ru', language: 'ru', script: 'Cyrl', kind: 'transliteration' },
] as const;

/** Letters of the Azerbaijani Cyrillic alphabet that the Russian one lacks. */
const LETTER_NOT_IN_RUSSIAN = /[әөүғһҹҝј]/iu;

/**
 * The name in a cell. A name without a letter of its column's script gets the script of its letters and an undetermined
 * language; in the column `name`, letters that only Azerbaijani has make it Azerbaijani.
 */
export const nameFromCell = (column: (typeof NAME_COLUMNS)[number], text: string): object => {
  const { language, script, kind } = column;
  const scripts = scriptsOf(text);
  const actualScript = SCRIPTS.find((known) => known === scripts[0]);
  if (actualScript === undefined || scripts.includes(script)) return { text, script, language, kind };
  const isAzerbaijani = column.column === 'name' && actualScript === 'Cyrl' && LETTER_NOT_IN_RUSSIAN.test(text);
  return { text, script: actualScript, language: isAzerbaijani ? language : UNDETERMINED_LANGUAGE, kind };
};

/** The language of the column of a name: the inverse of `nameFromCell`. */
export const languageOfNameColumn = ({ language, script, kind }: Partial<Name>): string | undefined => {
  if (language !== UNDETERMINED_LANGUAGE) return language;
  if (kind === 'full') return 'az';
  return script === 'Cyrl' ? 'en' : 'ru';
};

type FieldColumns = readonly (readonly [field: string, column: string])[];

/** The fields that describe a person. */
const DESCRIPTION_COLUMNS: FieldColumns = ['sex', 'born', 'occupation', 'affiliation', 'region', 'summary'].map(
  (field) => [field, field] as const,
);

/** By match key (see event-diff.ts): the fields of an event with their columns, the day first. */
const FIELDS_BY_MATCH_KEY: { readonly [K in PersonRowFileKind]: Readonly<Record<string, FieldColumns>> } = {
  register: {
    opened: [['names', 'name'], ['references', 'ref'], ...DESCRIPTION_COLUMNS],
    named: [['name', 'name']],
    described: DESCRIPTION_COLUMNS,
    arrested: [
      ['occurredOn', 'arrested_on'],
      ['incident', 'incident'],
    ],
    charged: [
      ['occurredOn', 'arrested_on'],
      ['articles', 'charged_articles'],
    ],
    'remanded detention': [
      ['occurredOn', 'arrested_on'],
      ['measure', 'measure'],
      ['facility', 'facility'],
    ],
    'remanded house-arrest': [
      ['occurredOn', 'house_arrest_on'],
      ['measure', 'measure'],
    ],
    convicted: [
      ['occurredOn', 'convicted_on'],
      ['articles', 'convicted_articles'],
      ['court', 'court'],
      ['sentence', 'sentence'],
      ['facility', 'facility'],
    ],
    recognised: [
      ['occurredOn', 'recognised_on'],
      ['category', 'category'],
    ],
    recategorised: [
      ['occurredOn', 'category_changes'],
      ['category', 'category_changes'],
    ],
    delisted: [
      ['occurredOn', 'delisted_on'],
      ['reason', 'delisted_reason'],
    ],
    pardoned: [
      ['occurredOn', 'released_on'],
      ['decree', 'release_reason'],
    ],
    paroled: [['occurredOn', 'released_on']],
    deported: [['occurredOn', 'deported_on']],
    died: [['occurredOn', 'died_on']],
    released: [
      ['occurredOn', 'released_on'],
      ['reason', 'release_reason'],
    ],
  },
  amnesty: {
    amnestied: [
      ['occurredOn', 'amnestied_on'],
      ['act', 'instrument'],
      ['effect', 'effect'],
      ['reducedBy', 'effect'],
      ['replacement', 'effect'],
      ['clause', 'clause'],
    ],
    released: [['occurredOn', 'released_on']],
  },
};

/** The event type, and for a remand its measure, since a row can have two. */
export const matchKeyInRow = (data: RawEvent): string =>
  data.type === 'remanded'
    ? `remanded ${data['measure'] === 'house-arrest' ? 'house-arrest' : 'detention'}`
    : data.type;

/** The fields of an event that a row can express, with their columns. */
export const fieldColumnsOfEvent = (kind: PersonRowFileKind, data: RawEvent): FieldColumns => [
  ...(FIELDS_BY_MATCH_KEY[kind][matchKeyInRow(data)] ?? []),
  ['sources', 'source'],
];

/**
 * The column of a JSON pointer into an event; for a field without a column, the first column of the event. The cells decide
 * between several columns that can have the day.
 */
export const columnOfPointerInRow = (
  kind: PersonRowFileKind,
  data: RawEvent,
  pointer: string,
  cells: Readonly<Record<string, string>> = {},
): string => {
  const [, field = '', index] = pointer.split('/');
  const day =
    kind === 'register' && (field === 'occurredOn' || field === '')
      ? dayColumnByCells(matchKeyInRow(data), cells)
      : null;
  if (day !== null) return day;
  const name = nameAt(data, field, index);
  if (name !== undefined)
    return NAME_COLUMNS.find(({ language }) => language === languageOfNameColumn(name))?.column ?? 'name';
  const fields = fieldColumnsOfEvent(kind, data);
  return fields.find(([fieldName]) => fieldName === field)?.[1] ?? fields[0]?.[1] ?? 'ref';
};

const isFilled = (cell: string | undefined): boolean => cell !== undefined && cell !== '';

/** The column of the day of an event, where several columns can have it; null where it is the usual column. */
const dayColumnByCells = (matchKey: string, cells: Readonly<Record<string, string>>): string | null => {
  if (matchKey === 'remanded house-arrest')
    return !isFilled(cells['house_arrest_on']) && isFilled(cells['delisted_on']) ? 'delisted_on' : 'house_arrest_on';
  if (matchKey !== 'convicted' || isFilled(cells['convicted_on'])) return null;
  if (isFilled(cells['arrested_on']) && parseEdtf(cells['arrested_on'] ?? '') === null) return 'arrested_on';
  return isFilled(cells['reported_on']) ? 'reported_on' : null;
};

const nameAt = (data: RawEvent, field: string | undefined, index: string | undefined): Partial<Name> | undefined => {
  if (field === 'name' && data.type === 'named') return data['name'] as Partial<Name>;
  if (field !== 'names' || index === undefined || !Array.isArray(data['names'])) return undefined;
  return data['names'][Number(index)] as Partial<Name> | undefined;
};
