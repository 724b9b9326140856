/** From what a row says to what is added to its case. */
import { newCaseId } from '../commands/ids.js';
import type { Actor } from '../domain/fact.js';
import { Cases } from '../read-models/questions.js';
import { columnOf, fieldsOf, roleOf, type RowKind } from './columns.js';
import { compare, type Format } from './compare.js';
import { readDrafts, type Body, type Statement } from './draft.js';
import { notRecorded, refused, UNCHANGED, type Answer, type Judged, type Recorder, type Subject } from './recorder.js';

/**
 * Who says it: the rows of one list in one kind of file. Stands in the log beside each fact, so that the next import
 * finds what this one said, and takes neither the other file's facts nor a person's for its own.
 */
const actorOf = (kind: RowKind, list: string): Actor => ({ kind: 'import', id: `${kind}:${list}`, asserted: true });

/** Records what a row adds to its case; the case is opened where no row and nobody else has opened it. */
export const recordRow = async (
  recorder: Recorder,
  cells: RowOfFile,
  statements: readonly Statement[],
): Promise<Judged> => {
  const { kind } = cells;
  const row: RowToRecord = { recorder, cells, statements, actor: actorOf(kind, recorder.list) };
  const answer = await addTo(row, ownCase(row));
  if (answer.outcome !== 'behind') return answer;
  return settled(kind === 'register' ? await begin(row) : await addToFound(row));
};

/** A row as its file has it: which columns there are, and what stands in them. */
export interface RowOfFile {
  readonly kind: RowKind;
  readonly columns: readonly string[];
  readonly cells: Readonly<Record<string, string>> & { readonly ref: string };
}

interface RowToRecord {
  readonly recorder: Recorder;
  readonly cells: RowOfFile;
  readonly statements: readonly Statement[];
  readonly actor: Actor;
}

const settled = (answer: Answer): Judged => (answer.outcome === 'behind' ? notRecorded() : answer);

const referenceOf = ({ cells }: RowToRecord): string => cells.cells.ref;

const openingKey = (row: RowToRecord): string => JSON.stringify([row.recorder.list, referenceOf(row)]);

/** The case that a row of the register opens: the same one whenever the row comes, so that nothing need be searched. */
const ownCase = (row: RowToRecord): Subject => ({
  kind: 'case',
  id: newCaseId(actorOf('register', row.recorder.list), openingKey(row)),
});

/** Opens the case of a row. Where somebody else has a case of this reference, the row adds to that one. */
const begin = async (row: RowToRecord): Promise<Answer> => {
  const { recorder, statements, actor } = row;
  const opened = await recorder.say({ subject: ownCase(row), begins: true, statements, actor, key: openingKey(row) });
  return opened.outcome === 'behind' ? addTo(row, opened.subject) : opened;
};

/** Adds to a case that somebody else has opened under the reference. */
const addToFound = async (row: RowToRecord): Promise<Answer> => {
  const { recorder } = row;
  const reference = referenceOf(row);
  const { items } = await recorder.ask(
    new Cases({ reference: { list: recorder.list, reference }, filters: {}, page: { limit: 1 }, ...recorder.after }),
  );
  if (items[0] !== undefined) return addTo(row, { kind: 'case', id: items[0].caseId });
  return refused({ column: 'ref', code: 'ROW.UNKNOWN_REFERENCE', expected: 'the reference of a case of the list' });
};

/** Adds what is new in the row; `behind` where there is no such case, as far as the read models have come. */
const addTo = async (row: RowToRecord, subject: Subject): Promise<Answer> => {
  const { recorder, cells, statements, actor } = row;
  const { kind } = cells;
  const record = await recorder.record(subject, actor);
  if (record === null) return { outcome: 'behind', subject };
  const { news, roles, corrections } = compare(statements, record, formatOf(cells));
  if (corrections.length > 0) return refused(...corrections);
  if (news.length === 0) return UNCHANGED;
  const drafts = news.map((body) => ({ body, locate: (pointer: string) => columnOf(kind, body, pointer) }));
  const read = readDrafts('case', drafts);
  if (read.wrong.length > 0) return refused(...read.wrong);
  const key = JSON.stringify([recorder.list, referenceOf(row), ...roles]);
  return recorder.say({ subject, begins: false, statements: read.statements, actor, key });
};

const formatOf = ({ kind, columns, cells }: RowOfFile): Format => ({
  roleOf: roleInCase,
  fieldsOf: (body) => fieldsOf(kind, body).map(([field]) => [field, columnOf(kind, body, `/${field}`)]),
  single: (role) => role.startsWith('described '),
  says: (column) => (!columns.includes(column) ? 'nothing' : cells[column] === '' ? 'unknown' : 'something'),
});

/** A row can move somebody to another category more than once. */
const roleInCase = (body: Body): string =>
  body.type === 'recategorised'
    ? `recategorised ${String(body['occurredOn'])} ${String(body['category'])}`
    : roleOf(body);
