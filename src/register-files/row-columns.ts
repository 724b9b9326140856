/** The kinds of files of rows, known by their header, and which field of which event stands in which column. */
import { SCRIPTS, type Name } from '../domain/case/events.js';
import { scriptsOf } from '../domain/text.js';
import { parseEdtf } from '../domain/time.js';
import type { RawEvent } from './event-draft.js';
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

export type RegisterRow = Readonly<Record<(typeof REGISTER_COLUMNS)[number], string>>;
export type AmnestyRow = Readonly<Record<(typeof AMNESTY_COLUMNS)[number], string>>;

/** A kind of file: what its header must have, and all it may have. A row is read by the columns that are there. */
export interface HeaderSpec {
  readonly columns: readonly string[];
  readonly required: readonly string[];
  /** Groups of columns of which the header has at least one. */
  readonly oneOf: readonly (readonly string[])[];
}

export const FILE_KINDS = {
  register: {
    columns: REGISTER_COLUMNS,
    required: ['ref', 'source'],
    oneOf: [['name', 'name_en', 'name_ru']],
  },
  amnesty: {
    columns: AMNESTY_COLUMNS,
    required: ['ref', 'instrument', 'amnestied_on', 'effect', 'source'],
    oneOf: [],
  },
  events: {
    columns: EVENT_COLUMNS,
    required: ['ref', 'type'],
    oneOf: [['source', 'source_url']],
  },
} as const satisfies Readonly<Record<string, HeaderSpec>>;
export type FileKind = keyof typeof FILE_KINDS;
/** Kinds with one subject a row. */
export type RowKind = Exclude<FileKind, 'events'>;

const KINDS = Object.keys(FILE_KINDS) as readonly FileKind[];

/** Every column of any kind of file: by them the separator and the kind of a file are found. */
export const KNOWN_COLUMNS: ReadonlySet<string> = new Set(KINDS.flatMap((kind) => [...FILE_KINDS[kind].columns]));

/** A header name as it is compared: without white space round it, in lower case. */
export const normalisedHeader = (name: string): string => name.trim().toLowerCase();

/** Columns that a header has in common with a kind before it is taken for one of that kind. */
const ENOUGH = 2;

/**
 * The kind of file that a header begins: the one that most of its columns belong to, and of several the one that misses
 * fewer required columns. Null where the header has next to nothing in common with any.
 */
export const detectKind = (header: readonly string[]): FileKind | null => {
  const given = new Set(header);
  const ranked = KINDS.map((kind) => ({
    kind,
    known: (FILE_KINDS[kind].columns as readonly string[]).filter((column) => given.has(column)).length,
    missing: missingColumns(kind, header).length,
  })).sort((a, b) => b.known - a.known || a.missing - b.missing);
  const [best] = ranked;
  return best !== undefined && best.known >= ENOUGH ? best.kind : null;
};

/** The required columns that a header lacks; where one of several would do, the first of them. */
export const missingColumns = (kind: FileKind, header: readonly string[]): readonly string[] => {
  const { required, oneOf }: HeaderSpec = FILE_KINDS[kind];
  const groups = [...required.map((column) => [column]), ...oneOf];
  return groups.filter((group) => !group.some((column) => header.includes(column))).map(([first]) => first as string);
};

/** Names in the order of their columns: the language and script that each is for. */
export const NAME_COLUMNS = [
  { column: 'name', language: 'az', script: 'Latn', kind: 'full' },
  { column: 'name_en', language: 'en', script: 'Latn', kind: 'transliteration' },
  { column: 'name_ru', language: 'ru', script: 'Cyrl', kind: 'transliteration' },
] as const;

/** Letters that the Azerbaijani Cyrillic alphabet has and the Russian has not. */
const AZERBAIJANI_CYRILLIC = /[әөүғһҹҝј]/iu;
/** An undetermined language (ISO 639-2). */
const UNDETERMINED = 'und';

/**
 * A name as its letters are: in the script of its column, unless it has none of its letters. Then nobody knows in which
 * language it is spelt, but for Cyrillic letters that are Azerbaijani alone.
 */
export const nameFromCell = (column: (typeof NAME_COLUMNS)[number], text: string): object => {
  const { language, script, kind } = column;
  const scripts = scriptsOf(text);
  const writeToken = SCRIPTS.find((one) => one === scripts[0]);
  if (writeToken === undefined || scripts.includes(script)) return { text, script, language, kind };
  const azerbaijani = column.column === 'name' && writeToken === 'Cyrl' && AZERBAIJANI_CYRILLIC.test(text);
  return { text, script: writeToken, language: azerbaijani ? language : UNDETERMINED, kind };
};

/** The language of the column that a name stands in, by what `nameFromCell` made of it; of any other name its own. */
export const columnLanguage = ({ language, script, kind }: Partial<Name>): string | undefined => {
  if (language !== UNDETERMINED) return language;
  if (kind === 'full') return 'az';
  return script === 'Cyrl' ? 'en' : 'ru';
};

type Fields = readonly (readonly [field: string, column: string])[];

/** For each role that an event can have in a row: its fields with their columns, the day first. */
const FIELDS: { readonly [K in RowKind]: Readonly<Record<string, Fields>> } = {
  register: {
    opened: [
      ['names', 'name'],
      ['references', 'ref'],
      ['sex', 'sex'],
      ['born', 'born'],
      ['occupation', 'occupation'],
      ['affiliation', 'affiliation'],
      ['region', 'region'],
      ['summary', 'summary'],
    ],
    named: [['name', 'name']],
    described: [
      ['sex', 'sex'],
      ['born', 'born'],
      ['occupation', 'occupation'],
      ['affiliation', 'affiliation'],
      ['region', 'region'],
      ['summary', 'summary'],
    ],
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

/** The role of an event in its row: its type, and for a remand its measure, since a row can say two. */
export const roleOf = (body: RawEvent): string =>
  body.type === 'remanded'
    ? `remanded ${body['measure'] === 'house-arrest' ? 'house-arrest' : 'detention'}`
    : body.type;

/** The fields of an event that a row can say, with their columns. */
export const fieldsOf = (kind: RowKind, body: RawEvent): Fields => [
  ...(FIELDS[kind][roleOf(body)] ?? []),
  ['sources', 'source'],
];

/**
 * The column in which a part of an event stands; the first of its columns where no column says it. The cells tell which of two
 * columns has the day of a house arrest.
 */
export const columnOf = (
  kind: RowKind,
  body: RawEvent,
  pointer: string,
  cells: Readonly<Record<string, string>> = {},
): string => {
  const [, field = '', index] = pointer.split('/');
  const day = kind === 'register' && (field === 'occurredOn' || field === '') ? dayColumn(roleOf(body), cells) : null;
  if (day !== null) return day;
  const spelling = nameAt(body, field, index);
  if (spelling !== undefined)
    return NAME_COLUMNS.find(({ language }) => language === columnLanguage(spelling))?.column ?? 'name';
  const fields = fieldsOf(kind, body);
  return fields.find(([name]) => name === field)?.[1] ?? fields[0]?.[1] ?? 'ref';
};

const isFilled = (cell: string | undefined): boolean => cell !== undefined && cell !== '';

/** Where the day of an event stands that several columns can tell. */
const dayColumn = (role: string, cells: Readonly<Record<string, string>>): string | null => {
  if (role === 'remanded house-arrest')
    return !isFilled(cells['house_arrest_on']) && isFilled(cells['delisted_on']) ? 'delisted_on' : 'house_arrest_on';
  if (role !== 'convicted' || isFilled(cells['convicted_on'])) return null;
  if (isFilled(cells['arrested_on']) && parseEdtf(cells['arrested_on'] ?? '') === null) return 'arrested_on';
  return isFilled(cells['reported_on']) ? 'reported_on' : null;
};

const nameAt = (body: RawEvent, field: string | undefined, index: string | undefined): Partial<Name> | undefined => {
  if (field === 'name' && body.type === 'named') return body['name'] as Partial<Name>;
  if (field !== 'names' || index === undefined || !Array.isArray(body['names'])) return undefined;
  return body['names'][Number(index)] as Partial<Name> | undefined;
};
