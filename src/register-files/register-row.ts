/** Reads a row of a register file into events, as docs/register-files.md describes. Pure. */
import { DUPLICATE_CODE } from '../commands/possible-duplicates.js';
import { mixesScripts } from '../domain/text.js';
import { formatDay, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../domain/time.js';
import {
  parseArticles,
  findCategory,
  expectedCategoryText,
  undefinedIfEmpty,
  parseSources,
  parseSentence,
  type NamedCategory,
} from './cell-values.js';
import { columnOfPointerInRow, NAME_COLUMNS, nameFromCell, type RegisterRow } from './row-columns.js';
import { dayOrderErrors, REGISTER_ROW_DAY_ORDERS } from './day-order.js';
import { checkDrafts, type RawEvent, type EventDraft, type LocatedEvent } from './event-draft.js';
import { firstErrorPerCell, type CellError } from './report.js';

/** What reading a row of the register needs beside the row. */
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
  readonly events: readonly LocatedEvent[];
  readonly errors: readonly CellError[];
}

/** Gives the events of a row, or an error for each wrong cell. Cells are compared with each other only if all are valid. */
export const readRegisterRow = (row: RegisterRow, context: RowContext): ParsedRow => {
  const drafts = draftEvents(row, context).map((data): EventDraft => draftOfRow(data, row));
  const { events, errors } = checkDrafts('case', drafts);
  const cellErrors = firstErrorPerCell([...errors, ...cellErrorsOf(row, context)]);
  if (cellErrors.length > 0) return { events: [], errors: cellErrors };
  const contradictions = firstErrorPerCell([
    ...contradictionsIn(row, context),
    ...dayOrderErrors(row, REGISTER_ROW_DAY_ORDERS),
  ]);
  return contradictions.length > 0 ? { events: [], errors: contradictions } : { events, errors: [] };
};

const draftOfRow = (data: RawEvent, row: RegisterRow): EventDraft => ({
  data,
  locate: (pointer) => columnOfPointerInRow('register', data, pointer, row),
});

/** Drafts an event wherever one of its cells is filled, in the order in which events of one day happen. */
const draftEvents = (row: RegisterRow, { today, list, categories, instruments }: RowContext): readonly RawEvent[] => {
  const provenance = { sources: parseSources(row.source) };
  const categoryId = (cell: string): string | undefined => findCategory(cell, categories)?.id ?? undefinedIfEmpty(cell);
  const on = (day: string): Readonly<Record<string, unknown>> => ({ occurredOn: undefinedIfEmpty(day), ...provenance });
  return [
    openedEvent(row, list, provenance),
    ...eventsIf(isAnyFilled(row.arrested_on, row.incident), {
      type: 'arrested',
      ...on(row.arrested_on),
      kind: 'criminal',
      incident: undefinedIfEmpty(row.incident),
    }),
    ...eventsIf(isAnyFilled(row.charged_articles), {
      type: 'charged',
      ...on(row.arrested_on),
      articles: parseArticles(row.charged_articles),
    }),
    ...remandedEvents(row, on),
    ...eventsIf(isConvicted(row), {
      type: 'convicted',
      ...on(row.convicted_on === '' ? convictionInterval(row, today) : row.convicted_on),
      articles: parseArticles(row.convicted_articles),
      sentence: parseSentence(row.sentence),
      court: undefinedIfEmpty(row.court),
      facility: undefinedIfEmpty(row.facility),
    }),
    ...eventsIf(isAnyFilled(row.recognised_on, row.category), {
      type: 'recognised',
      ...on(row.recognised_on),
      list,
      category: categoryId(row.category),
    }),
    ...categoryChanges(row).map(({ day, category: to }): RawEvent => ({
      type: 'recategorised',
      ...on(day),
      list,
      category: categoryId(to),
    })),
    ...clemencyEvents(row, on, instruments),
    ...eventsIf(isAnyFilled(row.released_on, row.release_reason) || isDelistedByRelease(row), {
      type: 'released',
      ...on(row.released_on),
      reason: undefinedIfEmpty(row.release_reason),
    }),
    ...eventsIf(!isDelistedByRelease(row) && isAnyFilled(row.delisted_on, row.delisted_reason), {
      type: 'delisted',
      ...on(row.delisted_on),
      list,
      reason: undefinedIfEmpty(row.delisted_reason),
    }),
    ...eventsIf(isAnyFilled(row.deported_on), { type: 'deported', ...on(row.deported_on) }),
    ...eventsIf(isAnyFilled(row.died_on), { type: 'died', ...on(row.died_on) }),
  ];
};

/**
 * The interval of an unknown day of conviction: from the arrest to the report, or to today where no report is dated. A cell
 * of these that is no date is returned as it is, so that schema/ refuses it as the day.
 */
const convictionInterval = (row: RegisterRow, today: Day): string => {
  const arrested = parseEdtf(row.arrested_on);
  const reported = row.reported_on === '' ? today : parseEdtf(row.reported_on)?.latest;
  if (arrested === null) return row.arrested_on;
  if (reported === undefined) return row.reported_on;
  return `${formatDay(arrested.earliest)}/${formatDay(Math.max(arrested.earliest, Math.min(reported, today)))}`;
};

/** Makes the fields `occurredOn` and `sources` of an event on a day. */
type FieldsOfDay = (day: string) => Readonly<Record<string, unknown>>;

const openedEvent = (row: RegisterRow, list: string, provenance: object): RawEvent => {
  const names = NAME_COLUMNS.filter(({ column }) => row[column] !== '').map((spec) =>
    nameFromCell(spec, row[spec.column]),
  );
  return {
    type: 'opened',
    references: [{ list, ...(row.ref !== '' && { reference: row.ref }) }],
    names: names.length > 0 ? names : undefined,
    born: undefinedIfEmpty(row.born),
    sex: undefinedIfEmpty(row.sex),
    occupation: undefinedIfEmpty(row.occupation),
    affiliation: undefinedIfEmpty(row.affiliation),
    region: undefinedIfEmpty(row.region),
    summary: undefinedIfEmpty(row.summary),
    ...provenance,
  };
};

/** Remand in detention starts on the day of arrest; house arrest on its own day, or else on the day of delisting. */
const remandedEvents = (row: RegisterRow, on: FieldsOfDay): readonly RawEvent[] => {
  const facility = isConvicted(row) ? '' : row.facility;
  return [
    ...eventsIf(isAnyFilled(row.measure, facility), {
      type: 'remanded',
      ...on(row.arrested_on),
      measure: row.measure === '' ? undefined : 'detention',
      facility: undefinedIfEmpty(facility),
    }),
    ...eventsIf(row.measure === 'house-arrest' || isAnyFilled(row.house_arrest_on), {
      type: 'remanded',
      ...on(row.house_arrest_on === '' ? row.delisted_on : row.house_arrest_on),
      measure: 'house-arrest',
    }),
  ];
};

const clemencyEvents = (
  row: RegisterRow,
  on: FieldsOfDay,
  instruments: readonly KnownInstrument[],
): readonly RawEvent[] => {
  const decree = pardonDecreeOf(row, instruments);
  return [
    ...eventsIf(row.release_reason === 'pardon' && decree !== null, {
      type: 'pardoned',
      ...on(row.released_on),
      decree,
      effect: 'released-from-imprisonment',
    }),
    ...eventsIf(row.release_reason === 'parole', { type: 'paroled', ...on(row.released_on) }),
  ];
};

/** The pardon decree issued on the day of release; null where there is none, or more than one. */
const pardonDecreeOf = (row: RegisterRow, instruments: readonly KnownInstrument[]): string | null => {
  const decrees = instruments.filter(({ kind, issued }) => kind === 'pardon-decree' && issued === row.released_on);
  return decrees.length === 1 ? (decrees[0]?.id ?? null) : null;
};

const isAnyFilled = (...cells: readonly string[]): boolean => cells.some((cell) => cell !== '');
const eventsIf = (holds: boolean, data: RawEvent): readonly RawEvent[] => (holds ? [data] : []);
const isConvicted = (row: RegisterRow): boolean =>
  isAnyFilled(row.convicted_on, row.convicted_articles, row.court, row.sentence);

/** Whether the release also takes the person off the list, so that no `delisted` event is needed. */
const isDelistedByRelease = (row: RegisterRow): boolean => row.delisted_reason === 'released';

interface CategoryChange {
  readonly day: string;
  readonly category: string;
}

/** `2024-09-23=national-minorities`, separated by `;`. Parts of another form are left out here and refused by `cellErrorsOf`. */
const categoryChanges = (row: RegisterRow): readonly CategoryChange[] =>
  pairsInCell(row.category_changes).flatMap(([day, category, ...rest]) =>
    day !== undefined && category !== undefined && rest.length === 0 ? [{ day, category }] : [],
  );

const pairsInCell = (cell: string): readonly (readonly string[])[] =>
  cell === '' ? [] : cell.split(';').map((part) => part.split('=').map((word) => word.trim()));

/** Whether every reading of a day is before every reading of another; false where one is no date. */
const isCertainlyBefore = (day: string, other: string): boolean =>
  (parseEdtf(day)?.latest ?? MAX_DAY) < (parseEdtf(other)?.earliest ?? MIN_DAY);

const REGISTER_DAY_COLUMNS = [
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

/** Errors of single cells that the classes in schema/ do not find in the events. */
const cellErrorsOf = (row: RegisterRow, { today, categories }: RowContext): readonly CellError[] => {
  const changes = categoryChanges(row);
  const days = [
    ...REGISTER_DAY_COLUMNS.map((column) => ({ column, day: row[column] })),
    ...changes.map(({ day }) => ({ column: 'category_changes', day })),
  ];
  const categoryCells = [{ column: 'category', id: row.category }].concat(
    changes.map(({ category }) => ({ column: 'category_changes', id: category })),
  );
  return [
    ...days.filter(({ day }) => isCertainlyFuture(day, today)).map(({ column }) => futureDateError(column)),
    ...categoryCells
      .filter(({ id }) => id !== '' && findCategory(id, categories) === undefined)
      .map(({ column }) => ({
        column,
        code: 'CATEGORY.UNKNOWN',
        expected: expectedCategoryText(categories),
      })),
    ...errorIf(
      !['', 'remand', 'house-arrest'].includes(row.measure),
      'measure',
      'ROW.WRONG_CELL',
      'remand, house-arrest or nothing',
    ),
    ...errorIf(
      row.measure === '' && row.facility !== '' && !isConvicted(row),
      'measure',
      'FIELD.MISSING',
      'remand or house-arrest, since there is a facility and no conviction',
    ),
    ...NAME_COLUMNS.flatMap(({ column }) =>
      errorIf(mixesScripts(row[column]), column, 'NAME.MIXED_SCRIPT', 'words whose letters are each of one script'),
    ),
    ...errorIf(
      changes.length < pairsInCell(row.category_changes).length,
      'category_changes',
      'ROW.WRONG_CELL',
      'date=category, several separated by ;',
    ),
    ...errorIf(
      isDelistedByRelease(row) && row.delisted_on !== '' && parseEdtf(row.delisted_on) === null,
      'delisted_on',
      'DATE.INVALID',
      'a date that exists',
    ),
    ...errorIf(
      row.reported_on !== '' && parseEdtf(row.reported_on) === null,
      'reported_on',
      'DATE.INVALID',
      'a date that exists',
    ),
    ...errorIf(
      row.same_as !== '' && !/^[^:]+:.*\S/.test(row.same_as),
      'same_as',
      'ROW.WRONG_CELL',
      'a list and a reference in it: union:AZ-0137',
    ),
    ...errorIf(
      row.acknowledge !== '' && row.acknowledge !== DUPLICATE_CODE,
      'acknowledge',
      'ROW.WRONG_CELL',
      `nothing, or ${DUPLICATE_CODE}`,
    ),
  ];
};

/** Whether every reading of a day is after today; false where it is no date. */
export const isCertainlyFuture = (day: string, today: Day): boolean => (parseEdtf(day)?.earliest ?? today) > today;

export const futureDateError = (column: string): CellError => ({
  column,
  code: 'DATE.FUTURE',
  expected: 'a date that is not after today',
});

const errorIf = (holds: boolean, column: string, code: string, expected: string): readonly CellError[] =>
  holds ? [{ column, code, expected }] : [];

/** Contradictions between cells that the timeline cannot find in the events. */
const contradictionsIn = (row: RegisterRow, { instruments }: RowContext): readonly CellError[] => [
  ...errorIf(
    row.release_reason === 'pardon' && pardonDecreeOf(row, instruments) === null,
    'release_reason',
    'ROW.NO_SUCH_DECREE',
    'pardon only where the register has one pardon decree issued on the day of release',
  ),
  ...errorIf(
    isDelistedByRelease(row) && row.delisted_on !== '' && row.delisted_on !== row.released_on,
    'delisted_on',
    'ROW.CONTRADICTS_ITSELF',
    'the day of release where the reason is released',
  ),
  ...errorIf(
    isConvicted(row) && row.convicted_on === '' && isCertainlyBefore(row.reported_on, row.arrested_on),
    'reported_on',
    'ROW.CONTRADICTS_ITSELF',
    'a day that is not before the arrest, since it ends the days on which the conviction can have been',
  ),
];
