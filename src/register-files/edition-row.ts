/** Reads a row of a file of editions into the claims that the publisher of the list made by it. Pure. */
import { createHash } from 'node:crypto';
import type { ClaimSubject } from '../domain/claim/events.js';
import type { Day } from '../domain/time.js';
import { LIMITS } from '../schema/limits.js';
import { expectedCategory, orUndefined, type NamedCategory } from './cell-values.js';
import type { Definition } from './definitions-file.js';
import { checkDrafts, type EventDraft } from './event-draft.js';
import { futureDate, isFuture } from './register-row.js';
import { firstErrorPerCell, type CellError } from './report.js';
import { EDITION_COLUMNS, type EditionRow } from './row-columns.js';

/** What rows refer to. */
export interface EditionContext {
  readonly today: Day;
  readonly list: string;
  /** Who speaks by an edition, where the row names nobody: the name of the list. */
  readonly publisher: string;
  readonly categories: readonly NamedCategory[];
  readonly columns: readonly string[];
  /** The date of the row before, since which people were added and removed; null in the first row. */
  readonly before: string | null;
}

const OWN_COLUMNS: readonly string[] = EDITION_COLUMNS;

/** A number in a cell, with what it is about. */
interface ClaimedCell {
  readonly column: string;
  /** Tells the claims of an edition apart, in their ids. */
  readonly part: string | null;
  readonly about: ClaimSubject;
}

/** The claims of a row, each a stream of its own, or an error for each wrong cell. */
export const readEditionRow = (
  row: EditionRow,
  context: EditionContext,
): { readonly claims: readonly Definition[]; readonly errors: readonly CellError[] } => {
  const claims = claimedCells(row, context).map((cell) => definitionOf(row, cell, context));
  const { errors } = checkDrafts(
    'claim',
    claims.flatMap(({ drafts }) => drafts),
  );
  const wrong = firstErrorPerCell([...cellErrorsOf(row, context), ...errors]);
  return wrong.length > 0 ? { claims: [], errors: wrong } : { claims, errors: [] };
};

const categoryColumns = ({ columns }: EditionContext): readonly string[] =>
  columns.filter((column) => !OWN_COLUMNS.includes(column));

/** Groups that were not published are nobody's claim, whatever the cells say. */
const areGroupsPublished = (row: EditionRow, { columns }: EditionContext): boolean =>
  !columns.includes('groups_published') || row.groups_published === 'true';

const claimedCells = (row: EditionRow, context: EditionContext): readonly ClaimedCell[] => {
  const { list, before } = context;
  const { date: on } = row;
  const since = before === null || before >= on ? null : { list, from: before, to: on };
  const groups = areGroupsPublished(row, context) ? categoryColumns(context) : [];
  return [
    { column: 'total', part: null, about: { metric: 'count', list, on } },
    ...filled(row, since && { column: 'added', part: 'entered', about: { metric: 'entered', ...since } }),
    ...filled(row, since && { column: 'removed', part: 'left', about: { metric: 'left', ...since } }),
    ...groups.flatMap((category) =>
      filled(row, { column: category, part: category, about: { metric: 'count', list, category, on } }),
    ),
  ];
};

const filled = (row: EditionRow, cell: ClaimedCell | null): readonly ClaimedCell[] =>
  cell === null || cellOf(row, cell.column) === '' ? [] : [cell];

const cellOf = (row: EditionRow, column: string): string =>
  (row as Readonly<Record<string, string | undefined>>)[column] ?? '';

const definitionOf = (
  row: EditionRow,
  { column, part, about }: ClaimedCell,
  { list, publisher }: EditionContext,
): Definition => {
  const cell = cellOf(row, column);
  const data = {
    type: 'claimed',
    speaker: row.speaker === '' ? publisher : row.speaker,
    about,
    // A cell of another form is passed on, so that schema/ refuses it.
    value: /^\d{1,15}$/.test(cell) ? Number(cell) : orUndefined(cell),
    saidOn: row.date,
    sources: row.source === '' ? undefined : [{ kind: 'register-file', citation: row.source }],
  };
  const draft: EventDraft = { data, locate: (pointer) => columnOf(pointer, column) };
  return {
    kind: 'claim',
    id: idOf([list, row.date, ...(part === null ? [] : [part])]),
    place: column,
    drafts: [draft],
  };
};

const columnOf = (pointer: string, column: string): string => {
  const [, field = '', part = ''] = pointer.split('/');
  if (field === 'sources') return 'source';
  if (field === 'speaker') return field;
  return field === 'saidOn' || (field === 'about' && ['on', 'to'].includes(part)) ? 'date' : column;
};

/** The same for the same row of every import. */
const idOf = (parts: readonly string[]): string => {
  const id = parts.join('-');
  return id.length <= LIMITS.slug ? id : `edition-${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
};

const cellErrorsOf = (row: EditionRow, context: EditionContext): readonly CellError[] => {
  const { today, before, categories } = context;
  const known = new Set(categories.map(({ id }) => id));
  const errors: CellError[] = [];
  if (row.date === '') errors.push({ column: 'date', code: 'FIELD.MISSING', expected: 'the day of the edition' });
  else if (isFuture(row.date, today)) errors.push(futureDate('date'));
  if (row.total === '') errors.push({ column: 'total', code: 'FIELD.MISSING', expected: 'how many were on the list' });
  if (!['', 'true', 'false'].includes(row.groups_published))
    errors.push({ column: 'groups_published', code: 'ROW.WRONG_CELL', expected: 'true or false' });
  for (const column of categoryColumns(context))
    if (!known.has(column)) errors.push({ column, code: 'CATEGORY.UNKNOWN', expected: expectedCategory(categories) });
  for (const column of ['added', 'removed'] as const)
    if (row[column] !== '' && (before === null || before >= row.date))
      errors.push({ column, code: 'ROW.WRONG_CELL', expected: 'a number only after the row of an earlier edition' });
  return errors;
};
