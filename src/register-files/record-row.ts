/** Records what a row of the register or of an amnesty adds to its case, and what it corrects there. */
import { newCaseId } from '../commands/ids.js';
import type { Actor } from '../domain/event.js';
import { hasReference } from '../domain/reference/reference.js';
import { fieldColumnsOfEvent, columnOfPointerInRow, matchKeyInRow, type PersonRowFileKind } from './row-columns.js';
import { parseReference } from './cell-values.js';
import { DUPLICATE_CODE } from '../commands/possible-duplicates.js';
import { contradictionErrors, diffEvents, type DiffRules, type PartChange } from './event-diff.js';
import { otherPersonError, type NewName } from './other-person.js';
import { comparableEvents, hasImportAmendments, type ComparableEvent } from './prior-events.js';
import { correctionsOf } from './row-corrections.js';
import { checkDrafts, type RawEvent, type LocatedEvent } from './event-draft.js';
import {
  refusedByConcurrentWrite,
  refused,
  UNCHANGED,
  type ImportOutcome,
  type Recorder,
  type RecordOutcome,
  type Subject,
} from './recorder.js';

/**
 * The actor of a list's rows in one kind of file. It is stored with each event, so that the next import recognises the events
 * of this one and leaves those of other files and of people alone.
 */
const actorOf = (fileKind: PersonRowFileKind, list: string): Actor => ({
  kind: 'import',
  id: `${fileKind}:${list}`,
  asserted: true,
});

/** A row with the columns that its file has. */
export interface RowOfFile {
  /** The name of the file. */
  readonly file: string;
  /** Whether changed and emptied cells become corrections; otherwise they refuse the row. */
  readonly mayCorrect: boolean;
  readonly fileKind: PersonRowFileKind;
  readonly columns: readonly string[];
  readonly cells: Readonly<Record<string, string>> & { readonly ref: string };
}

interface RowToRecord extends RowOfFile {
  readonly recorder: Recorder;
  readonly events: readonly LocatedEvent[];
  readonly actor: Actor;
}

/** A row of the register opens its case where there is none yet; a row of an amnesty needs one. */
export const recordRow = async (
  recorder: Recorder,
  rowOfFile: RowOfFile,
  events: readonly LocatedEvent[],
): Promise<ImportOutcome> => {
  const { fileKind } = rowOfFile;
  const row: RowToRecord = { ...rowOfFile, recorder, events, actor: actorOf(fileKind, recorder.list) };
  if (hasSameAs(row)) return addToSameAsCase(row);
  const added = await addRowToCase(row, subjectOpenedBy(row));
  if (added.outcome !== 'retry') return added;
  const outcome =
    fileKind === 'register' ? await openCaseOrAddRow(row) : await addToCaseOfReference(row, UNKNOWN_REFERENCE);
  return outcome.outcome === 'retry' ? refusedByConcurrentWrite() : outcome;
};

const hasSameAs = ({ cells }: RowToRecord): boolean => (cells['same_as'] ?? '') !== '';

const openingIdempotencyKey = ({ recorder, cells }: RowToRecord): string => JSON.stringify([recorder.list, cells.ref]);

/** The case that a row opens. Its id is computed from list and reference, so that a repeated import needs no search. */
const subjectOpenedBy = (row: RowToRecord): Subject => ({
  kind: 'case',
  id: newCaseId(actorOf('register', row.recorder.list), openingIdempotencyKey(row)),
});

/** Opens the case of a row, or adds to the case that has the reference already. */
const openCaseOrAddRow = async (row: RowToRecord): Promise<RecordOutcome> => {
  const { recorder, events, actor } = row;
  const opened = await recorder.record({
    subject: subjectOpenedBy(row),
    isNewSubject: true,
    events,
    actor,
    key: openingIdempotencyKey(row),
    acknowledge: (row.cells['acknowledge'] ?? '') === '' ? [] : [DUPLICATE_CODE],
  });
  if (opened.outcome === 'retry') return addRowToCase(row, opened.subject);
  // The possible duplicate may be the case that already has this reference: in another spelling, or opened by somebody else.
  return isRefusedAsPossibleDuplicate(opened) ? addToCaseOfReference(row, opened) : opened;
};

const isRefusedAsPossibleDuplicate = (outcome: ImportOutcome): boolean =>
  outcome.outcome === 'refused' && outcome.errors.some(({ code }) => code === DUPLICATE_CODE);

const addToCaseOfReference = async (row: RowToRecord, otherwise: RecordOutcome): Promise<RecordOutcome> => {
  const { recorder, cells } = row;
  const id = await recorder.findCaseId({ list: recorder.list, reference: cells.ref });
  return id === null ? otherwise : addRowToCase(row, { kind: 'case', id });
};

const UNKNOWN_REFERENCE = refused({
  column: 'ref',
  code: 'ROW.UNKNOWN_REFERENCE',
  expected: 'the reference of a case of the list',
});

/** Adds to the case named by `same_as`, which also gains the reference of the row. */
const addToSameAsCase = async (row: RowToRecord): Promise<ImportOutcome> => {
  const id = await row.recorder.findCaseId({ reference: '', ...parseReference(row.cells['same_as'] ?? '') });
  if (id === null)
    return refused({ column: 'same_as', code: 'ROW.UNKNOWN_REFERENCE', expected: 'the reference of a case in a list' });
  const outcome = await addRowToCase(row, { kind: 'case', id });
  if (outcome.outcome !== 'retry') return outcome;
  return refused({ column: 'ref', code: 'ROW.REFERENCE_TAKEN', expected: 'a reference that no other case has' });
};

/** A `referenced` event for a row with `same_as`, if the case does not have the reference of the row yet. */
const eventAddingReference = (row: RowToRecord, priorEvents: readonly ComparableEvent[]): readonly LocatedEvent[] => {
  const { recorder, cells, events } = row;
  const reference = { list: recorder.list, reference: cells.ref };
  const [first] = events;
  // A reference that somebody retracted counts too: an unchanged row does not undo that.
  const recorded = priorEvents.flatMap(({ event, eventAsItStands }) => [event, eventAsItStands ?? event]);
  if (!hasSameAs(row) || first === undefined || hasReference(recorded, reference)) return [];
  const { sources, reliability } = first.event;
  return [{ event: { type: 'referenced', ...reference, sources, reliability }, locate: () => 'ref' }];
};

/**
 * The interval of an unknown day of conviction may end on the day of the import. Later imports take the interval of the first,
 * so that they do not contradict it.
 */
const withConvictionDayOfEarlierImport = (
  row: RowToRecord,
  priorEvents: readonly ComparableEvent[],
): readonly LocatedEvent[] => {
  const { fileKind, cells, events } = row;
  if (fileKind !== 'register' || cells['convicted_on'] !== '') return events;
  const recorded = priorEvents.findLast(
    ({ isFromEarlierImport, event }) => isFromEarlierImport && event.type === 'convicted',
  );
  const interval = recorded?.event.occurredOn;
  return events.map((located) => {
    const { event } = located;
    if (event.type !== 'convicted' || interval === undefined) return located;
    const start = `${event.occurredOn?.split('/')[0] ?? ''}/`;
    return interval.startsWith(start) ? { ...located, event: { ...event, occurredOn: interval } } : located;
  });
};

/** Adds what is new in the row, and corrects what has changed; `retry` where the read models know no such case. */
const addRowToCase = async (row: RowToRecord, subject: Subject): Promise<RecordOutcome> => {
  const { recorder, fileKind, cells, actor } = row;
  const recorded = await recorder.allEventsOf(subject, actor);
  if (recorded === null) return { outcome: 'retry', subject };
  const priorEvents = comparableEvents(recorded);
  const events = withConvictionDayOfEarlierImport(row, priorEvents);
  const isShared = isCaseSharedWithOtherRow(row, priorEvents);
  const { newEvents, newMatchKeys, changes, contradictions } = diffEvents(
    events,
    priorEvents,
    diffRulesOf(row, isShared),
  );
  const newName = hasSameAs(row) ? null : findNewName(row, newEvents, changes);
  const told = events.map(({ event }) => event);
  const standing = priorEvents.flatMap(({ eventAsItStands }) => eventAsItStands ?? []);
  const otherPerson =
    newName && (await otherPersonError(recorder, newName, { caseId: subject.id, told, recorded: standing }));
  if (otherPerson !== null) return refused(otherPerson);
  // Two rows about one case do not correct what the other says: each import would undo the correction of the other row.
  const mayCorrect = row.mayCorrect && !isShared;
  const refusedPlaces = mayCorrect
    ? contradictions.filter(({ isWithEarlierImport }) => !isWithEarlierImport)
    : contradictions;
  if (refusedPlaces.length > 0) return refused(...contradictionErrors(refusedPlaces));
  const corrections = correctionsOf(changes, row.file);
  const references = eventAddingReference(row, priorEvents);
  const drafts = [
    ...corrections.drafts,
    ...newEvents.map((data) => ({
      data,
      locate: (pointer: string) => columnOfPointerInRow(fileKind, data, pointer, cells),
    })),
  ];
  if (drafts.length + references.length === 0) return UNCHANGED;
  const checked = checkDrafts('case', drafts);
  if (checked.errors.length > 0) return refused(...checked.errors);
  // After a correction a row may return to earlier content: only then does the idempotency key depend on the recorded events.
  const isAmending = corrections.drafts.length > 0 || hasImportAmendments(recorded);
  const since = isAmending ? [recorded.at(-1)?.id, ...corrections.drafts.map(({ data }) => data)] : [];
  const key = JSON.stringify([recorder.list, cells.ref, ...newMatchKeys, ...since]);
  const outcome = await recorder.record({
    subject,
    isNewSubject: false,
    events: [...checked.events, ...references],
    actor,
    key,
  });
  return outcome.outcome === 'added' ? { ...outcome, corrections: corrections.cells } : outcome;
};

/** Whether another row of the list is about the case too: this row names the case in `same_as`, or the other row did so earlier. */
const isCaseSharedWithOtherRow = ({ recorder, cells }: RowToRecord, priorEvents: readonly ComparableEvent[]): boolean =>
  parseReference(cells['same_as'] ?? '').list === recorder.list ||
  priorEvents.some(
    ({ isFromEarlierImport, eventAsItStands }) =>
      isFromEarlierImport && eventAsItStands?.type === 'referenced' && eventAsItStands.list === recorder.list,
  );

/** A name that the row would put in place of one of the case's, or add to them; null if there is none. */
const findNewName = (
  { fileKind, cells }: RowToRecord,
  newEvents: readonly RawEvent[],
  changes: readonly PartChange[],
): NewName | null => {
  const replacing = changes
    .flatMap(({ after, fields }) => (after === null ? [] : fields))
    .find(({ field }) => field === 'name');
  if (replacing !== undefined) return { column: replacing.place, isReplacing: true };
  const added = newEvents.find(({ type }) => type === 'named');
  return added === undefined
    ? null
    : { column: columnOfPointerInRow(fileKind, added, '/name/text', cells), isReplacing: false };
};

/** `isShared`: another row of the list is about the case too, so that a cell that is empty in this row may be filled in that one. */
const diffRulesOf = ({ fileKind, columns, cells }: RowToRecord, isShared: boolean): DiffRules => {
  const empty = isShared ? 'absent' : 'empty';
  return {
    matchKeyOf: matchKeyInCase,
    fieldsOf: (data) =>
      fieldColumnsOfEvent(fileKind, data).map(([field]) => [
        field,
        columnOfPointerInRow(fileKind, data, `/${field}`, cells),
      ]),
    isSingleValued: (matchKey) => matchKey.startsWith('described '),
    cellState: (column) => (!columns.includes(column) ? 'absent' : cells[column] === '' ? empty : 'filled'),
  };
};

/** Identifies an event among all of the case: its match key in the row, with day and category of a category change, and the list. */
const matchKeyInCase = (data: RawEvent): string => {
  const { type, list, occurredOn, category } = data;
  const matchKey =
    type === 'recategorised' ? `recategorised ${String(occurredOn)} ${String(category)}` : matchKeyInRow(data);
  return typeof list === 'string' ? `${matchKey} in ${list}` : matchKey;
};
