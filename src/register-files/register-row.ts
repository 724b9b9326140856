/**
 * A row of the register: what it says, as events, by the table of docs/register-files.md. Pure: what it refers to comes in.
 */
import { mixesScripts } from '../domain/text.js';
import { formatDay, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../domain/time.js';
import {
  parseArticles,
  findCategory,
  expectedCategory,
  partsOf,
  parseSentence,
  type NamedCategory,
} from './cell-values.js';
import { columnOf, NAME_COLUMNS, nameFromCell, type RegisterRow } from './row-columns.js';
import { dayOrderErrors, REGISTER_ORDER } from './day-order.js';
import { checkDrafts, type RawEvent, type EventDraft, type LocatedEvent } from './event-draft.js';
import { firstErrorPerCell, type CellError } from './report.js';

/** What the register knows that rows refer to. */
export interface RowContext {
  readonly today: Day;
  readonly list: string;
  readonly categories: readonly NamedCategory[];
  readonly instruments: readonly KnownInstrument[];
}

export interface KnownInstrument {
  readonly id: string;
  readonly kind: string;
  readonly issued: string | null;
  readonly clauses: readonly string[];
}

export interface ParsedRow {
  readonly statements: readonly LocatedEvent[];
  readonly wrong: readonly CellError[];
}

/** Reads a row: its events, or every wrong cell of it. Rules that compare cells are heard where each is right by itself. */
export const readRegisterRow = (row: RegisterRow, referred: RowContext): ParsedRow => {
  const drafts = bodiesOf(row, referred).map((body): EventDraft => draft(body, row));
  const { statements, wrong } = checkDrafts('case', drafts);
  const single = firstErrorPerCell([...wrong, ...cellsOf(row, referred)]);
  if (single.length > 0) return { statements: [], wrong: single };
  const compared = firstErrorPerCell([...comparisonsOf(row, referred), ...dayOrderErrors(row, REGISTER_ORDER)]);
  return compared.length > 0 ? { statements: [], wrong: compared } : { statements, wrong: [] };
};

const draft = (body: RawEvent, row: RegisterRow): EventDraft => ({
  body,
  locate: (pointer) => columnOf('register', body, pointer, row),
});

/** The bodies of everything that any cell of the row speaks of, in the order of the table of events. */
const bodiesOf = (row: RegisterRow, { today, list, categories, instruments }: RowContext): readonly RawEvent[] => {
  const said = { sources: sourcesOf(row.source) };
  const category = (cell: string): string | undefined => findCategory(cell, categories)?.id ?? orUnknown(cell);
  const on = (day: string): Readonly<Record<string, unknown>> => ({ occurredOn: orUnknown(day), ...said });
  return [
    opened(row, list, said),
    ...when(anyOf(row.arrested_on, row.incident), {
      type: 'arrested',
      ...on(row.arrested_on),
      kind: 'criminal',
      incident: orUnknown(row.incident),
    }),
    ...when(anyOf(row.charged_articles), {
      type: 'charged',
      ...on(row.arrested_on),
      articles: parseArticles(row.charged_articles),
    }),
    ...remanded(row, on),
    ...when(isConvicted(row), {
      type: 'convicted',
      ...on(row.convicted_on === '' ? unknownDay(row, today) : row.convicted_on),
      articles: parseArticles(row.convicted_articles),
      sentence: parseSentence(row.sentence),
      court: orUnknown(row.court),
      facility: orUnknown(row.facility),
    }),
    ...when(anyOf(row.recognised_on, row.category), {
      type: 'recognised',
      ...on(row.recognised_on),
      list,
      category: category(row.category),
    }),
    ...changesOf(row).map(({ day, category: to }): RawEvent => ({
      type: 'recategorised',
      ...on(day),
      list,
      category: category(to),
    })),
    ...clemency(row, on, instruments),
    ...when(anyOf(row.released_on, row.release_reason) || saysReleased(row), {
      type: 'released',
      ...on(row.released_on),
      reason: orUnknown(row.release_reason),
    }),
    ...when(!saysReleased(row) && anyOf(row.delisted_on, row.delisted_reason), {
      type: 'delisted',
      ...on(row.delisted_on),
      list,
      reason: orUnknown(row.delisted_reason),
    }),
    ...when(anyOf(row.deported_on), { type: 'deported', ...on(row.deported_on) }),
    ...when(anyOf(row.died_on), { type: 'died', ...on(row.died_on) }),
  ];
};

/** Several sources are parted by `|`. */
const sourcesOf = (cell: string): readonly object[] | undefined =>
  cell === '' ? undefined : partsOf(cell).map((citation) => ({ kind: 'register-file', citation }));

/**
 * A conviction whose day nobody knows happened between the arrest and the day of the report, which is the day of the import
 * where no cell names it.
 */
const unknownDay = (row: RegisterRow, today: Day): string => {
  const arrested = parseEdtf(row.arrested_on);
  const reported = row.reported_on === '' ? today : parseEdtf(row.reported_on)?.latest;
  if (arrested === null) return row.arrested_on;
  if (reported === undefined) return row.reported_on;
  return `${formatDay(arrested.earliest)}/${formatDay(Math.max(arrested.earliest, Math.min(reported, today)))}`;
};

type On = (day: string) => Readonly<Record<string, unknown>>;

const opened = (row: RegisterRow, list: string, said: object): RawEvent => {
  const names = NAME_COLUMNS.filter(({ column }) => row[column] !== '').map((one) =>
    nameFromCell(one, row[one.column]),
  );
  return {
    type: 'opened',
    references: [{ list, ...(row.ref !== '' && { reference: row.ref }) }],
    names: names.length > 0 ? names : undefined,
    born: orUnknown(row.born),
    sex: orUnknown(row.sex),
    occupation: orUnknown(row.occupation),
    affiliation: orUnknown(row.affiliation),
    region: orUnknown(row.region),
    summary: orUnknown(row.summary),
    ...said,
  };
};

/** To detention on the day of arrest; where the measure became house arrest, to that on its day, else on that of leaving the list. */
const remanded = (row: RegisterRow, on: On): readonly RawEvent[] => {
  const facility = isConvicted(row) ? '' : row.facility;
  return [
    ...when(anyOf(row.measure, facility), {
      type: 'remanded',
      ...on(row.arrested_on),
      measure: row.measure === '' ? undefined : 'detention',
      facility: orUnknown(facility),
    }),
    ...when(row.measure === 'house-arrest' || anyOf(row.house_arrest_on), {
      type: 'remanded',
      ...on(row.house_arrest_on === '' ? row.delisted_on : row.house_arrest_on),
      measure: 'house-arrest',
    }),
  ];
};

const clemency = (row: RegisterRow, on: On, instruments: readonly KnownInstrument[]): readonly RawEvent[] => {
  const decree = decreeOf(row, instruments);
  return [
    ...when(row.release_reason === 'pardon' && decree !== null, {
      type: 'pardoned',
      ...on(row.released_on),
      decree,
      effect: 'released-from-imprisonment',
    }),
    ...when(row.release_reason === 'parole', { type: 'paroled', ...on(row.released_on) }),
  ];
};

/** The one decree issued on the day of release; null where there is none, or more than one. */
const decreeOf = (row: RegisterRow, instruments: readonly KnownInstrument[]): string | null => {
  const decrees = instruments.filter(({ kind, issued }) => kind === 'pardon-decree' && issued === row.released_on);
  return decrees.length === 1 ? (decrees[0]?.id ?? null) : null;
};

const anyOf = (...cells: readonly string[]): boolean => cells.some((cell) => cell !== '');
const when = (holds: boolean, body: RawEvent): readonly RawEvent[] => (holds ? [body] : []);
const orUnknown = (cell: string): string | undefined => (cell === '' ? undefined : cell);

const isConvicted = (row: RegisterRow): boolean =>
  anyOf(row.convicted_on, row.convicted_articles, row.court, row.sentence);

/** The release itself says that the person left the list. */
const saysReleased = (row: RegisterRow): boolean => row.delisted_reason === 'released';

interface CategoryChange {
  readonly day: string;
  readonly category: string;
}

/** `2024-09-23=national-minorities`, several parted by `;`. Parts of another form are left to `cellsOf`. */
const changesOf = (row: RegisterRow): readonly CategoryChange[] =>
  pairsOf(row.category_changes).flatMap(([day, category, ...rest]) =>
    day !== undefined && category !== undefined && rest.length === 0 ? [{ day, category }] : [],
  );

const pairsOf = (cell: string): readonly (readonly string[])[] =>
  cell === '' ? [] : cell.split(';').map((part) => part.split('=').map((word) => word.trim()));

/** Whether a day certainly lies before another; an empty one does not. */
const isBefore = (day: string, other: string): boolean =>
  (parseEdtf(day)?.latest ?? MAX_DAY) < (parseEdtf(other)?.earliest ?? MIN_DAY);

const DATES = [
  'born',
  'arrested_on',
  'house_arrest_on',
  'convicted_on',
  'recognised_on',
  'delisted_on',
  'released_on',
  'deported_on',
  'died_on',
  'reported_on',
] as const;

/** What is wrong with single cells and is not seen in the events made of them. */
const cellsOf = (row: RegisterRow, { today, categories }: RowContext): readonly CellError[] => {
  const changes = changesOf(row);
  const days = [
    ...DATES.map((column) => ({ column, day: row[column] })),
    ...changes.map(({ day }) => ({ column: 'category_changes', day })),
  ];
  const named = [{ column: 'category', id: row.category }].concat(
    changes.map(({ category }) => ({ column: 'category_changes', id: category })),
  );
  return [
    ...days.filter(({ day }) => isFuture(day, today)).map(({ column }) => futureDate(column)),
    ...named
      .filter(({ id }) => id !== '' && findCategory(id, categories) === undefined)
      .map(({ column }) => ({
        column,
        code: 'CATEGORY.UNKNOWN',
        expected: expectedCategory(categories),
      })),
    ...wrongIf(
      !['', 'remand', 'house-arrest'].includes(row.measure),
      'measure',
      'ROW.WRONG_CELL',
      'remand, house-arrest or nothing',
    ),
    ...NAME_COLUMNS.flatMap(({ column }) =>
      wrongIf(mixesScripts(row[column]), column, 'NAME.MIXED_SCRIPT', 'words whose letters are each of one script'),
    ),
    ...wrongIf(
      changes.length < pairsOf(row.category_changes).length,
      'category_changes',
      'ROW.WRONG_CELL',
      'date=category, several parted by ;',
    ),
    ...wrongIf(
      saysReleased(row) && row.delisted_on !== '' && parseEdtf(row.delisted_on) === null,
      'delisted_on',
      'DATE.INVALID',
      'a date that exists',
    ),
    ...wrongIf(
      row.reported_on !== '' && parseEdtf(row.reported_on) === null,
      'reported_on',
      'DATE.INVALID',
      'a date that exists',
    ),
    ...wrongIf(
      row.same_as !== '' && !/^[^:]+:.*\S/.test(row.same_as),
      'same_as',
      'ROW.WRONG_CELL',
      'a list and a reference in it: union:AZ-0137',
    ),
  ];
};

/** A day whose earliest meaning is after today; what is no date is reported as that. */
export const isFuture = (day: string, today: Day): boolean => (parseEdtf(day)?.earliest ?? today) > today;

export const futureDate = (column: string): CellError => ({
  column,
  code: 'DATE.FUTURE',
  expected: 'a date that is not after today',
});

const wrongIf = (holds: boolean, column: string, code: string, expected: string): readonly CellError[] =>
  holds ? [{ column, code, expected }] : [];

/** What two cells say against each other, and what is not said in the events for the timeline to see. */
const comparisonsOf = (row: RegisterRow, { instruments }: RowContext): readonly CellError[] => [
  ...wrongIf(
    row.release_reason === 'pardon' && decreeOf(row, instruments) === null,
    'release_reason',
    'ROW.NO_SUCH_DECREE',
    'pardon only where the register has one pardon decree issued on the day of release',
  ),
  ...wrongIf(
    saysReleased(row) && row.delisted_on !== '' && row.delisted_on !== row.released_on,
    'delisted_on',
    'ROW.CONTRADICTS_ITSELF',
    'the day of release where the reason is released',
  ),
  ...wrongIf(
    isConvicted(row) && row.convicted_on === '' && isBefore(row.reported_on, row.arrested_on),
    'reported_on',
    'ROW.CONTRADICTS_ITSELF',
    'a day that is not before the arrest, since it ends the days on which the conviction can have been',
  ),
];
