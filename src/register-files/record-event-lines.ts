/**
 * Records the lines of one case as one batch. Lines that an earlier import of the list recorded are skipped, so that a file can
 * be imported again and a longer one adds its new lines.
 */
import { eventIds, newCaseId } from '../commands/ids.js';
import type { Reference } from '../domain/case/events.js';
import { eventsAsTheyStand } from '../domain/corrections.js';
import type { Actor } from '../domain/event.js';
import { hasReference } from '../domain/reference/reference.js';
import { streamName, type AnyEvent } from '../domain/events.js';
import { needsCorrectionError } from './event-diff.js';
import { checkDrafts, type LocatedEvent } from './event-draft.js';
import { caseKey, type EventLine, type CaseIdentifier } from './event-line.js';
import { matchLines, withAfter, type CheckedLine, type LineChange } from './match-event-lines.js';
import { hasImportAmendments, type PriorEvent } from './prior-events.js';
import {
  refused,
  refusedByConcurrentWrite,
  UNCHANGED,
  type ImportOutcome,
  type Recorder,
  type Subject,
} from './recorder.js';
import { otherPersonError } from './other-person.js';
import type { CellError } from './report.js';
import { correctionsOf, type CellCorrection, type CorrectionOptions } from './row-corrections.js';

type Refused = ReturnType<typeof refused>;

/** The outcome of each line, in their order, or all of them refused. */
export type LinesOutcome = { readonly outcome: 'imported'; readonly lines: readonly ImportOutcome[] } | Refused;

const actorOf = (list: string): Actor => ({ kind: 'import', id: `events:${list}`, asserted: true });

/** Records the lines of one case. With `mayCorrect`, a line that differs from what an earlier import recorded becomes a correction. */
export const recordLinesOfCase = async (
  recorder: Recorder,
  lines: readonly EventLine[],
  correctionOptions: CorrectionOptions,
): Promise<LinesOutcome> => {
  const checked = lines.map(checkEventLine);
  const errors = checked.flatMap((line) => line.errors);
  if (errors.length > 0) return refused(...withErrorsForBlockedLines(lines, errors));
  const group: LineGroup = {
    recorder,
    lines: checked.map(({ line }) => line),
    actor: actorOf(recorder.list),
    correctionOptions,
  };
  const target = await findTargetCase(group);
  const outcome = 'outcome' in target ? target : await addLinesToCase(group, target);
  return outcome.outcome === 'refused' ? refused(...withErrorsForBlockedLines(lines, outcome.errors)) : outcome;
};

/** The lines of one case, with what recording them needs. */
interface LineGroup {
  readonly recorder: Recorder;
  readonly lines: readonly CheckedLine[];
  readonly actor: Actor;
  readonly correctionOptions: CorrectionOptions;
}

const checkEventLine = (
  line: EventLine,
  index: number,
  lines: readonly EventLine[],
): { readonly line: CheckedLine; readonly errors: readonly CellError[] } => {
  const { after, ...data } = line.data;
  const earlier = lines.slice(0, index);
  const afterKey = typeof after === 'string' && earlier.some(({ key }) => key === after) ? after : undefined;
  const draft = { data: afterKey === undefined ? line.data : data, locate: line.locate };
  // An error of the whole line: it could not be read, so that there are no data to check.
  const isUnreadable = line.errors.some(({ column }) => column === null);
  const { events, errors } = checkDrafts('case', isUnreadable ? [] : [draft]);
  const isKeyTaken = line.key !== '' && earlier.some(({ key }) => key === line.key);
  return {
    line: { ...line, afterKey, locatedEvent: { ...(events[0] as LocatedEvent), row: line.row } },
    errors: [...line.errors, ...errors, ...(isKeyTaken ? [DUPLICATE_KEY] : [])].map((error) => ({
      ...error,
      row: line.row,
    })),
  };
};

const DUPLICATE_KEY: CellError = {
  column: 'key',
  code: 'ROW.REFERENCE_TWICE',
  expected: 'a key that no other line of the case has',
};

/** Adds an error for each line that is right but not recorded, since another line of its case is wrong. */
const withErrorsForBlockedLines = (lines: readonly EventLine[], errors: readonly CellError[]): readonly CellError[] => {
  const firstRow = lines[0]?.row;
  const wrongRows = new Set(errors.map(({ row }) => row ?? firstRow));
  return [
    ...errors.map((error) => ({ row: firstRow ?? null, ...error })),
    ...lines.filter(({ row }) => !wrongRows.has(row)).map(({ row }) => ({ row, column: null, ...OTHER_LINE_WRONG })),
  ];
};

const OTHER_LINE_WRONG = {
  code: 'ROW.NOT_ALONE',
  expected: 'no wrong line of the same case in the file; the lines of a case enter together',
} as const;

/** The case that a group of lines is added to. */
interface TargetCase {
  readonly subject: Subject;
  /** Whether the lines open the case. */
  readonly isNewSubject: boolean;
  /** The reference that a case named by `same_as` gains. */
  readonly newReference: Reference | null;
}

const findTargetCase = async ({ recorder, lines, actor }: LineGroup): Promise<TargetCase | Refused> => {
  const [first] = lines;
  const identifier = first?.case as CaseIdentifier;
  if ('id' in identifier) return existingCase(identifier.id);
  const linked = lines.find(({ sameAs }) => sameAs !== null);
  if (linked !== undefined) {
    const id = await recorder.findCaseId(linked.sameAs as Reference);
    if (id === null) return unknownReference('same_as', linked.row, 'the reference of a case in a list');
    return { ...existingCase(id), newReference: identifier };
  }
  const ownId = newCaseId(actor, caseKey(identifier));
  if ((await recorder.allEventsOf({ kind: 'case', id: ownId }, actor)) !== null) return existingCase(ownId);
  if (lines.some(({ data }) => data.type === 'opened')) return { ...existingCase(ownId), isNewSubject: true };
  const id = await recorder.findCaseId(identifier);
  if (id === null) return unknownReference('ref', first?.row, 'the reference of a case, or a line of type opened');
  return existingCase(id);
};

const existingCase = (id: string): TargetCase => ({
  subject: { kind: 'case', id },
  isNewSubject: false,
  newReference: null,
});

const unknownReference = (column: string, row: number | undefined, expected: string): Refused =>
  refused({ column, row: row ?? null, code: 'ROW.UNKNOWN_REFERENCE', expected });

const addLinesToCase = async (group: LineGroup, target: TargetCase): Promise<LinesOutcome> => {
  const { recorder, lines, actor, correctionOptions } = group;
  const { subject, isNewSubject } = target;
  const priorEvents = isNewSubject ? [] : await recorder.allEventsOf(subject, actor);
  if (priorEvents === null) return unknownReference('ref', lines[0]?.row, 'the id of a case');
  const { recordedEventIds, changes } = matchLines(lines, priorEvents, correctionOptions.mayCorrect);
  const refusedChanges = correctionOptions.mayCorrect ? changes.filter(({ isCorrectable }) => !isCorrectable) : changes;
  if (refusedChanges.length > 0) return refused(...refusedChanges.flatMap(changeErrors));
  const otherPerson = await errorOfOtherName(group, changes, subject.id, priorEvents);
  if (otherPerson !== null) return refused(otherPerson);
  const newLines = lines.filter((_, index) => recordedEventIds[index] === null);
  const opened = newLines.find(({ data }) => data.type === 'opened');
  if (opened !== undefined && !isNewSubject) return referenceTaken(opened);
  const references = eventAddingReference(target, priorEvents, lines);
  const amendments = correctionsOfLines(changes, correctionOptions.file);
  if (amendments.errors.length > 0) return refused(...amendments.errors);
  const outcomes = lines.map((line, index): ImportOutcome => {
    const cells = amendments.cells.get(line);
    if (cells !== undefined) return { outcome: 'added', corrections: cells };
    return recordedEventIds[index] === null ? { outcome: 'added' } : UNCHANGED;
  });
  const added = [...references, ...amendments.events];
  if (newLines.length + added.length === 0) return { outcome: 'imported', lines: outcomes };
  const isAmending = amendments.events.length > 0 || (correctionOptions.mayCorrect && hasImportAmendments(priorEvents));
  const key = batchIdempotencyKey(group, newLines, added, isAmending ? priorEvents.at(-1)?.id : undefined);
  const ids = eventIds({ actor, stream: streamName('case', subject.id), key }, newLines.length + added.length);
  const idOfLine = (index: number): string | undefined =>
    recordedEventIds[index] ?? ids[newLines.indexOf(lines[index] as CheckedLine)];
  const result = await recorder.record({
    subject,
    isNewSubject,
    events: [...newLines.map((line) => withAfterKeyReplacedById(line, lines, idOfLine)), ...added],
    actor,
    key,
    acknowledge: [...new Set([...newLines, ...amendments.cells.keys()].flatMap(({ acknowledge }) => acknowledge))],
  });
  if (result.outcome === 'retry')
    return result.subject.id === subject.id ? refusedByConcurrentWrite() : referenceTaken(lines[0] as CheckedLine);
  if (result.outcome === 'refused') return result;
  return { outcome: 'imported', lines: result.outcome === 'unchanged' ? outcomes.map(() => UNCHANGED) : outcomes };
};

/**
 * The idempotency key of the batch. After a correction a file may return to earlier content: only then does the
 * key depend on `last`, the id of the last recorded event.
 */
const batchIdempotencyKey = (
  { recorder, lines }: LineGroup,
  newLines: readonly CheckedLine[],
  added: readonly LocatedEvent[],
  last: string | undefined,
): string =>
  JSON.stringify([
    recorder.list,
    caseKey(lines[0]?.case ?? null),
    ...newLines.map(({ data, key }) => JSON.stringify([data, key])),
    ...added.map(({ event }) => JSON.stringify(event)),
    ...(last === undefined ? [] : [last]),
  ]);

/** The error of a line that would put another person's name in place of one of the case's. */
const errorOfOtherName = async (
  { recorder, lines }: LineGroup,
  changes: readonly LineChange[],
  caseId: string,
  priorEvents: readonly PriorEvent[],
): Promise<CellError | null> => {
  const [first] = changes.flatMap(({ line, fields }) =>
    fields.filter(({ field }) => field === 'names' || field === 'name').map(({ place }) => ({ place, row: line.row })),
  );
  if (first === undefined) return null;
  const told = lines.map(({ locatedEvent }) => locatedEvent.event);
  const recorded = eventsAsTheyStand(priorEvents).map(({ event }) => event);
  const error = await otherPersonError(
    recorder,
    { column: first.place, isReplacing: true },
    { caseId, told, recorded },
  );
  return error && { row: first.row, ...error };
};

const changeErrors = ({ line, fields }: LineChange): readonly CellError[] =>
  fields.map(({ place }) => ({ row: line.row, ...needsCorrectionError(place) }));

/** The corrections of changed lines, and the corrected cells of each line. */
const correctionsOfLines = (changes: readonly LineChange[], file: string) => {
  const events: LocatedEvent[] = [];
  const errors: CellError[] = [];
  const cells = new Map<CheckedLine, readonly CellCorrection[]>();
  for (const change of changes) {
    const { line } = change;
    const corrections = correctionsOf([change], file);
    const checked = checkDrafts('case', corrections.drafts);
    events.push(...checked.events.map((event) => ({ ...event, row: line.row })));
    errors.push(...checked.errors.map((error) => ({ ...error, row: line.row })));
    if (corrections.drafts.length > 0) cells.set(line, corrections.cells);
  }
  return { events, errors, cells };
};

const referenceTaken = ({ row }: CheckedLine): Refused =>
  refused({
    column: 'ref',
    row,
    code: 'ROW.REFERENCE_TAKEN',
    expected: 'a reference that no other case has, or no line of type opened, since the case is there',
  });

/** Replaces the key of the earlier line in `after` by the id of its event. */
const withAfterKeyReplacedById = (
  { afterKey, locatedEvent }: CheckedLine,
  lines: readonly CheckedLine[],
  idOfLine: (index: number) => string | undefined,
): LocatedEvent => {
  if (afterKey === undefined) return locatedEvent;
  const after = idOfLine(lines.findIndex(({ key }) => key === afterKey));
  return { ...locatedEvent, event: withAfter(locatedEvent.event, after) };
};

/** A `referenced` event for a case named by `same_as`, if it neither has the reference of the lines nor gains it by one of them. */
const eventAddingReference = (
  { newReference }: TargetCase,
  priorEvents: readonly PriorEvent[],
  lines: readonly CheckedLine[],
): readonly LocatedEvent[] => {
  const line = lines.find(({ sameAs }) => sameAs !== null);
  if (newReference === null || line === undefined) return [];
  const events = [...priorEvents.map(({ event }) => event), ...lines.map(({ data }) => data as unknown as AnyEvent)];
  if (hasReference(events, newReference)) return [];
  const { sources, reliability } = line.locatedEvent.event;
  return [{ event: { type: 'referenced', ...newReference, sources, reliability }, locate: () => 'ref', row: line.row }];
};
