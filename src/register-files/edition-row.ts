/** Reads a row of a file of editions into claims: the numbers that the publisher of the list published in that edition. Pure. */
import { createHash } from 'node:crypto';
import type { ClaimSubject } from '../domain/claim/events.js';
import type { Day } from '../domain/time.js';
import { LIMITS } from '../schema/limits.js';
import { expectedCategoryText, parseSources, undefinedIfEmpty, type NamedCategory } from './cell-values.js';
import type { DefinitionDraft } from './definitions-file.js';
import { checkDrafts, type EventDraft } from './event-draft.js';
import { futureDateError, isCertainlyFuture } from './register-row.js';
import { firstErrorPerCell, type CellError } from './report.js';
import { EDITION_COLUMNS, type EditionRow } from './row-columns.js';

/** What reading a row of editions needs beside the row. */
export interface EditionContext {
  readonly today: Day;
  readonly list: string;
  /** The speaker of the claims where the row names none: the name of the list. */
  readonly publisher: string;
  readonly categories: readonly NamedCategory[];
  readonly columns: readonly string[];
  /** The date in the row before, since which `added` and `removed` count; null in the first row and after a row without a full date. */
  readonly previousDate: string | null;
}

/** The `idPart` of a claim about how many people entered the list. */
const ENTERED_ID_PART = 'entered';
/** The `idPart` of a claim about how many people left the list. */
const LEFT_ID_PART = 'left';

const FIXED_COLUMNS: readonly string[] = EDITION_COLUMNS;

/** A cell with a number, and the claim that the number makes. */
interface CellWithClaim {
  readonly column: string;
  /** The part of the claim's id that distinguishes the claims of one edition. */
  readonly idPart: string | null;
  readonly about: ClaimSubject;
}

/** The claims of a row, each a stream of its own, or an error for each wrong cell. */
export const readEditionRow = (
  row: EditionRow,
  context: EditionContext,
): { readonly claims: readonly DefinitionDraft[]; readonly errors: readonly CellError[] } => {
  const claims = cellsWithClaims(row, context).map((cell) => claimFromCell(row, cell, context));
  const { errors } = checkDrafts(
    'claim',
    claims.flatMap(({ drafts }) => drafts),
  );
  const wrong = firstErrorPerCell([...cellErrorsOf(row, context), ...errors]);
  return wrong.length > 0 ? { claims: [], errors: wrong } : { claims, errors: [] };
};

const categoryColumns = ({ columns }: EditionContext): readonly string[] =>
  columns.filter((column) => !FIXED_COLUMNS.includes(column));

/** Whether the edition published numbers by category; if not, the cells of categories make no claims. */
const areCategoryNumbersPublished = (row: EditionRow, { columns }: EditionContext): boolean =>
  !columns.includes('groups_published') || groupsPublishedCell(row) === 'true';

/** The cell in lower case, since spreadsheets write `TRUE`. */
const groupsPublishedCell = (row: EditionRow): string => row.groups_published.toLowerCase();

const cellsWithClaims = (row: EditionRow, context: EditionContext): readonly CellWithClaim[] => {
  const { list, previousDate } = context;
  const { date: on } = row;
  const since = previousDate === null || previousDate >= on ? null : { list, from: previousDate, to: on };
  const groups = areCategoryNumbersPublished(row, context) ? categoryColumns(context) : [];
  return [
    { column: 'total', idPart: null, about: { metric: 'count', list, on } },
    ...cellIfFilled(row, since && { column: 'added', idPart: ENTERED_ID_PART, about: { metric: 'entered', ...since } }),
    ...cellIfFilled(row, since && { column: 'removed', idPart: LEFT_ID_PART, about: { metric: 'left', ...since } }),
    ...groups.flatMap((category) =>
      cellIfFilled(row, { column: category, idPart: category, about: { metric: 'count', list, category, on } }),
    ),
  ];
};

const cellIfFilled = (row: EditionRow, cell: CellWithClaim | null): readonly CellWithClaim[] =>
  cell === null || cellOf(row, cell.column) === '' ? [] : [cell];

const cellOf = (row: EditionRow, column: string): string =>
  (row as Readonly<Record<string, string | undefined>>)[column] ?? '';

const claimFromCell = (
  row: EditionRow,
  { column, idPart, about }: CellWithClaim,
  { list, publisher, categories }: EditionContext,
): DefinitionDraft => {
  const cell = cellOf(row, column);
  const data = {
    type: 'claimed',
    speaker: row.speaker === '' ? publisher : row.speaker,
    about,
    // A cell that is no whole number is passed on, so that schema/ refuses it.
    value: /^\d{1,15}$/.test(cell) ? Number(cell) : undefinedIfEmpty(cell),
    saidOn: row.date,
    sources: parseSources(row.source),
  };
  const draft: EventDraft = { data, locate: (pointer) => columnOfClaimPointer(pointer, column) };
  return {
    kind: 'claim',
    ...claimIds([list, row.date, ...(idPart === null ? [] : [idPart])], about, categories),
    place: column,
    drafts: [draft],
  };
};

const columnOfClaimPointer = (pointer: string, column: string): string => {
  const [, field = '', part = ''] = pointer.split('/');
  if (field === 'sources') return 'source';
  if (field === 'speaker') return field;
  return field === 'saidOn' || (field === 'about' && ['on', 'to'].includes(part)) ? 'date' : column;
};

/**
 * The id of a claim, computed from list, day and `idPart`, so that every import gives the same one. Where the category is named
 * `entered`, `left` or like a day, the plain id could be that of another claim, so it is hashed. Earlier imports used the plain id:
 * `otherIds` has the alternative, by which their claims are found again.
 */
const claimIds = (
  parts: readonly string[],
  about: ClaimSubject,
  categories: readonly NamedCategory[],
): Pick<DefinitionDraft, 'id' | 'alternativeIds'> => {
  const joined = parts.join('-');
  const id = joined.length <= LIMITS.slug ? joined : hashedClaimId(joined);
  const own = hashedClaimId(JSON.stringify([...parts, about.metric]));
  if (about.category !== undefined)
    return isAmbiguousInClaimId(about.category) ? { id: own, alternativeIds: [id] } : { id };
  return categories.some((category) => category.id === parts[2]) ? { id, alternativeIds: [own] } : { id };
};

const isAmbiguousInClaimId = (category: string): boolean =>
  category === ENTERED_ID_PART || category === LEFT_ID_PART || /\d{4}-\d{2}-\d{2}/.test(category);

const hashedClaimId = (text: string): string =>
  `edition-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;

const cellErrorsOf = (row: EditionRow, context: EditionContext): readonly CellError[] => {
  const { today, previousDate, categories } = context;
  const known = new Set(categories.map(({ id }) => id));
  const errors: CellError[] = [];
  if (row.date === '') errors.push({ column: 'date', code: 'FIELD.MISSING', expected: 'the day of the edition' });
  else if (isCertainlyFuture(row.date, today)) errors.push(futureDateError('date'));
  if (row.total === '') errors.push({ column: 'total', code: 'FIELD.MISSING', expected: 'how many were on the list' });
  const published = groupsPublishedCell(row);
  const isUnsaid =
    published === '' &&
    context.columns.includes('groups_published') &&
    categoryColumns(context).some((column) => cellOf(row, column) !== '');
  if (isUnsaid || !['', 'true', 'false'].includes(published))
    errors.push({ column: 'groups_published', code: 'ROW.WRONG_CELL', expected: 'true or false' });
  for (const column of categoryColumns(context))
    if (!known.has(column))
      errors.push({ column, code: 'CATEGORY.UNKNOWN', expected: expectedCategoryText(categories) });
  for (const column of ['added', 'removed'] as const)
    if (row[column] !== '' && (previousDate === null || previousDate >= row.date))
      errors.push({ column, code: 'ROW.WRONG_CELL', expected: 'a number only after the row of an earlier edition' });
  return errors;
};
