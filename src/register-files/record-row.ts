/** From what a row says to what is added to its case. */
import { newCaseId } from '../commands/ids.js';
import type { Actor } from '../domain/event.js';
import { columnOf, fieldsOf, roleOf, type RowKind } from './row-columns.js';
import { referenceOf as referenceAt } from './cell-values.js';
import { diffEvents, type DiffRules, type PriorEvent } from './event-diff.js';
import { hasReference } from './record-event-lines.js';
import { checkDrafts, type RawEvent, type LocatedEvent } from './event-draft.js';
import {
  notRecorded,
  refused,
  UNCHANGED,
  type RecordOutcome,
  type ImportOutcome,
  type Recorder,
  type Subject,
} from './recorder.js';

/**
 * Who says it: the rows of one list in one kind of file. Stands in the log beside each event, so that the next import
 * finds what this one said, and takes neither the other file's events nor a person's for its own.
 */
const actorOf = (kind: RowKind, list: string): Actor => ({ kind: 'import', id: `${kind}:${list}`, asserted: true });

/** Records what a row adds to its case; the case is opened where no row and nobody else has opened it. */
export const recordRow = async (
  recorder: Recorder,
  cells: RowOfFile,
  statements: readonly LocatedEvent[],
): Promise<ImportOutcome> => {
  const { kind } = cells;
  const row: RowToRecord = { recorder, cells, statements, actor: actorOf(kind, recorder.list) };
  if ((cells.cells['same_as'] ?? '') !== '') return addToLinked(row);
  const answer = await addTo(row, ownCase(row));
  if (answer.outcome !== 'behind') return answer;
  return readToken(kind === 'register' ? await begin(row) : await addToFound(row));
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
  readonly statements: readonly LocatedEvent[];
  readonly actor: Actor;
}

const readToken = (answer: RecordOutcome): ImportOutcome => (answer.outcome === 'behind' ? notRecorded() : answer);

const referenceOf = ({ cells }: RowToRecord): string => cells.cells.ref;

const openingKey = (row: RowToRecord): string => JSON.stringify([row.recorder.list, referenceOf(row)]);

/** The case that a row of the register opens: the same one whenever the row comes, so that nothing need be searched. */
const ownCase = (row: RowToRecord): Subject => ({
  kind: 'case',
  id: newCaseId(actorOf('register', row.recorder.list), openingKey(row)),
});

/** Opens the case of a row. Where somebody else has a case of this reference, the row adds to that one. */
const begin = async (row: RowToRecord): Promise<RecordOutcome> => {
  const { recorder, statements, actor } = row;
  const opened = await recorder.say({ subject: ownCase(row), begins: true, statements, actor, key: openingKey(row) });
  return opened.outcome === 'behind' ? addTo(row, opened.subject) : opened;
};

/** Adds to a case that somebody else has opened under the reference. */
const addToFound = async (row: RowToRecord): Promise<RecordOutcome> => {
  const { recorder } = row;
  const id = await recorder.find({ list: recorder.list, reference: referenceOf(row) });
  if (id !== null) return addTo(row, { kind: 'case', id });
  return refused({ column: 'ref', code: 'ROW.UNKNOWN_REFERENCE', expected: 'the reference of a case of the list' });
};

/** Adds to the case that the row says is the same, and gives it the reference of the row. */
const addToLinked = async (row: RowToRecord): Promise<ImportOutcome> => {
  const id = await row.recorder.find({ reference: '', ...referenceAt(row.cells.cells['same_as'] ?? '') });
  if (id === null)
    return refused({ column: 'same_as', code: 'ROW.UNKNOWN_REFERENCE', expected: 'the reference of a case in a list' });
  const answer = await addTo(row, { kind: 'case', id });
  if (answer.outcome !== 'behind') return answer;
  return refused({ column: 'ref', code: 'ROW.REFERENCE_TAKEN', expected: 'a reference that no other case has' });
};

/** The reference of a row that says who it is, where its case does not have it yet. */
const gained = (row: RowToRecord, record: readonly PriorEvent[]): readonly LocatedEvent[] => {
  const own = { list: row.recorder.list, reference: referenceOf(row) };
  const [first] = row.statements;
  if ((row.cells.cells['same_as'] ?? '') === '' || first === undefined || hasReference(record, own)) return [];
  const { sources, reliability } = first.event;
  return [{ event: { type: 'referenced', ...own, sources, reliability }, locate: () => 'ref' }];
};

/** A day that nobody knows stays the interval that it was when it was first reported. */
const withKnownDays = ({ cells, statements }: RowToRecord, record: readonly PriorEvent[]): readonly LocatedEvent[] => {
  if (cells.kind !== 'register' || cells.cells['convicted_on'] !== '') return statements;
  const before = record.findLast(({ fromThisImport, event }) => fromThisImport && event.type === 'convicted')?.event
    .occurredOn;
  return statements.map((statement) => {
    const { event } = statement;
    if (event.type !== 'convicted' || before === undefined) return statement;
    const from = `${event.occurredOn?.split('/')[0] ?? ''}/`;
    return before.startsWith(from) ? { ...statement, event: { ...event, occurredOn: before } } : statement;
  });
};

/** Adds what is new in the row; `behind` where there is no such case, as far as the read models have come. */
const addTo = async (row: RowToRecord, subject: Subject): Promise<RecordOutcome> => {
  const { recorder, cells, actor } = row;
  const { kind } = cells;
  const record = await recorder.record(subject, actor);
  if (record === null) return { outcome: 'behind', subject };
  const { newEvents, roles, corrections } = diffEvents(withKnownDays(row, record), record, diffRulesOf(row));
  if (corrections.length > 0) return refused(...corrections);
  const references = gained(row, record);
  if (newEvents.length + references.length === 0) return UNCHANGED;
  const drafts = newEvents.map((body) => ({
    body,
    locate: (pointer: string) => columnOf(kind, body, pointer, cells.cells),
  }));
  const read = checkDrafts('case', drafts);
  if (read.wrong.length > 0) return refused(...read.wrong);
  const key = JSON.stringify([recorder.list, referenceOf(row), ...roles]);
  return recorder.say({ subject, begins: false, statements: [...read.statements, ...references], actor, key });
};

const diffRulesOf = ({ recorder, cells: { kind, columns, cells } }: RowToRecord): DiffRules => {
  // Two rows of one list about one case: what this one leaves empty, the other one may say.
  const besideAnother = (cells['same_as'] ?? '').startsWith(`${recorder.list}:`);
  const empty = besideAnother ? 'nothing' : 'unknown';
  return {
    roleOf: roleInCase,
    fieldsOf: (body) => fieldsOf(kind, body).map(([field]) => [field, columnOf(kind, body, `/${field}`, cells)]),
    single: (role) => role.startsWith('described '),
    says: (column) => (!columns.includes(column) ? 'nothing' : cells[column] === '' ? empty : 'something'),
  };
};

/**
 * A row can move somebody to another category more than once. What one list judges is no news of another: two of them may
 * recognise somebody on one day in categories of the same name.
 */
const roleInCase = (body: RawEvent): string => {
  const { type, list, occurredOn, category } = body;
  const role = type === 'recategorised' ? `recategorised ${String(occurredOn)} ${String(category)}` : roleOf(body);
  return typeof list === 'string' ? `${role} in ${list}` : role;
};
