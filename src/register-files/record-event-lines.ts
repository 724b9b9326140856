/**
 * Records the lines of one case as one batch. Lines that an earlier import of the list recorded are skipped, so that a file can
 * be imported again and a longer one adds its new lines.
 */
import { isDeepStrictEqual } from 'node:util';
import { eventIds, newCaseId } from '../commands/ids.js';
import type { Reported } from '../domain/amendments.js';
import type { CaseEvent, Reference } from '../domain/case/events.js';
import { isAmendment } from '../domain/corrections.js';
import type { Actor } from '../domain/event.js';
import { foldedKey } from '../domain/text.js';
import { streamName, type AnyEvent } from '../domain/events.js';
import { asStored, needsCorrection } from './event-diff.js';
import { checkDrafts, type RawEvent, type LocatedEvent } from './event-draft.js';
import { caseKey, type EventLine, type CaseIdentifier } from './event-line.js';
import type { PriorEvent } from './prior-events.js';
import { refused, notRecorded, type Recorder, type Subject } from './recorder.js';
import type { CellError } from './report.js';

type Refused = ReturnType<typeof refused>;

/** The outcome of each line, in their order, or all of them refused. */
export type LinesOutcome =
  { readonly outcome: 'imported'; readonly lines: readonly ('added' | 'unchanged')[] } | Refused;

const actorOf = (list: string): Actor => ({ kind: 'import', id: `events:${list}`, asserted: true });

export const recordEventLines = async (recorder: Recorder, lines: readonly EventLine[]): Promise<LinesOutcome> => {
  const checked = lines.map(checkLine);
  const errors = checked.flatMap((line) => line.errors);
  if (errors.length > 0) return refused(...withLinesKeptOut(lines, errors));
  const group: LineGroup = { recorder, lines: checked.map(({ line }) => line), actor: actorOf(recorder.list) };
  const target = await findTarget(group);
  const outcome = 'outcome' in target ? target : await addTo(group, target);
  return outcome.outcome === 'refused' ? refused(...withLinesKeptOut(lines, outcome.errors)) : outcome;
};

/** The lines of one case. */
interface LineGroup {
  readonly recorder: Recorder;
  readonly lines: readonly CheckedLine[];
  readonly actor: Actor;
}

interface CheckedLine extends EventLine {
  readonly located: LocatedEvent;
  /** The key of an earlier line, where `after` is one and not the id of an event. */
  readonly afterKey: string | undefined;
}

const checkLine = (
  line: EventLine,
  index: number,
  lines: readonly EventLine[],
): { readonly line: CheckedLine; readonly errors: readonly CellError[] } => {
  const { after, ...data } = line.data;
  const earlier = lines.slice(0, index);
  const afterKey = typeof after === 'string' && earlier.some(({ key }) => key === after) ? after : undefined;
  const draft = { data: afterKey === undefined ? line.data : data, locate: line.locate };
  // A line without cells or JSON has no data to check.
  const isUnreadable = line.errors.some(({ column }) => column === null);
  const { events, errors } = checkDrafts('case', isUnreadable ? [] : [draft]);
  const isKeyTaken = line.key !== '' && earlier.some(({ key }) => key === line.key);
  return {
    line: { ...line, afterKey, located: { ...(events[0] as LocatedEvent), row: line.row } },
    errors: [...line.errors, ...errors, ...(isKeyTaken ? [KEY_TAKEN] : [])].map((error) => ({
      ...error,
      row: line.row,
    })),
  };
};

const KEY_TAKEN: CellError = {
  column: 'key',
  code: 'ROW.REFERENCE_TWICE',
  expected: 'a key that no other line of the case has',
};

/** Adds an error for each line that is right but not recorded, since another line of its case is wrong. */
const withLinesKeptOut = (lines: readonly EventLine[], errors: readonly CellError[]): readonly CellError[] => {
  const firstRow = lines[0]?.row;
  const wrongRows = new Set(errors.map(({ row }) => row ?? firstRow));
  return [
    ...errors.map((error) => ({ row: firstRow ?? null, ...error })),
    ...lines.filter(({ row }) => !wrongRows.has(row)).map(({ row }) => ({ row, column: null, ...NOT_ALONE })),
  ];
};

const NOT_ALONE = {
  code: 'ROW.NOT_ALONE',
  expected: 'no wrong line of the same case in the file; the lines of a case enter together',
} as const;

/** The case that a group of lines is added to. */
interface Target {
  readonly subject: Subject;
  /** Whether the lines open the case. */
  readonly begins: boolean;
  /** The reference that a case named by `same_as` gains. */
  readonly newReference: Reference | null;
}

const findTarget = async ({ recorder, lines, actor }: LineGroup): Promise<Target | Refused> => {
  const [first] = lines;
  const identifier = first?.case as CaseIdentifier;
  if ('id' in identifier) return existingCase(identifier.id);
  const linked = lines.find(({ sameAs }) => sameAs !== null);
  if (linked !== undefined) {
    const id = await recorder.findCase(linked.sameAs as Reference);
    if (id === null) return unknownReference('same_as', linked.row, 'the reference of a case in a list');
    return { ...existingCase(id), newReference: identifier };
  }
  const ownId = newCaseId(actor, caseKey(identifier));
  if ((await recorder.priorEvents({ kind: 'case', id: ownId }, actor)) !== null) return existingCase(ownId);
  if (lines.some(({ data }) => data.type === 'opened')) return { ...existingCase(ownId), begins: true };
  const id = await recorder.findCase(identifier);
  if (id === null) return unknownReference('ref', first?.row, 'the reference of a case, or a line of type opened');
  return existingCase(id);
};

const existingCase = (id: string): Target => ({ subject: { kind: 'case', id }, begins: false, newReference: null });

const unknownReference = (column: string, row: number | undefined, expected: string): Refused =>
  refused({ column, row: row ?? null, code: 'ROW.UNKNOWN_REFERENCE', expected });

const addTo = async (group: LineGroup, target: Target): Promise<LinesOutcome> => {
  const { recorder, lines, actor } = group;
  const { subject, begins } = target;
  const priorEvents = begins ? [] : await recorder.priorEvents(subject, actor);
  if (priorEvents === null) return unknownReference('ref', lines[0]?.row, 'the id of a case');
  const { recordedIds, corrections } = matchLines(lines, priorEvents);
  if (corrections.length > 0) return refused(...corrections);
  const newLines = lines.filter((_, index) => recordedIds[index] === null);
  const opened = newLines.find(({ data }) => data.type === 'opened');
  if (opened !== undefined && !begins) return referenceTaken(opened);
  const references = referenceToAdd(target, priorEvents, lines);
  const outcomes = recordedIds.map((id) => (id === null ? 'added' : 'unchanged'));
  if (newLines.length === 0 && references.length === 0) return { outcome: 'imported', lines: outcomes };
  const key = JSON.stringify([
    recorder.list,
    caseKey(lines[0]?.case ?? null),
    ...newLines.map(({ data, key: lineKey }) => JSON.stringify([data, lineKey])),
    ...references.map(({ event }) => JSON.stringify(event)),
  ]);
  const ids = eventIds({ actor, stream: streamName('case', subject.id), key }, newLines.length + references.length);
  const idOfLine = (index: number): string | undefined =>
    recordedIds[index] ?? ids[newLines.indexOf(lines[index] as CheckedLine)];
  const result = await recorder.record({
    subject,
    begins,
    events: [...newLines.map((line) => withAfterId(line, lines, idOfLine)), ...references],
    actor,
    key,
    acknowledge: [...new Set(newLines.flatMap(({ acknowledge }) => acknowledge))],
  });
  if (result.outcome === 'retry')
    return result.subject.id === subject.id ? notRecorded() : referenceTaken(lines[0] as CheckedLine);
  if (result.outcome === 'refused') return result;
  return { outcome: 'imported', lines: result.outcome === 'unchanged' ? outcomes.map(() => 'unchanged') : outcomes };
};

const referenceTaken = ({ row }: CheckedLine): Refused =>
  refused({
    column: 'ref',
    row,
    code: 'ROW.REFERENCE_TAKEN',
    expected: 'a reference that no other case has, or no line of type opened, since the case is there',
  });

/** Finds the recorded event of each line: its id, null for a new line. Each event matches one line only. */
const matchLines = (
  lines: readonly CheckedLine[],
  priorEvents: readonly PriorEvent[],
): { readonly recordedIds: readonly (string | null)[]; readonly corrections: readonly CellError[] } => {
  const unmatched = priorEvents.filter(({ fromThisImport }) => fromThisImport);
  const recordedIds: (string | null)[] = [];
  for (const line of lines) {
    const target = line.afterKey === undefined ? -1 : lines.findIndex(({ key }) => key === line.afterKey);
    const after = target === -1 ? undefined : recordedIds[target];
    // If the line that `after` names is not recorded yet, neither can this line be.
    const match =
      after === null
        ? -1
        : unmatched.findIndex(({ event }) => isSameEvent(withAfter(line.located.event, after), event));
    recordedIds.push(match === -1 ? null : (unmatched.splice(match, 1)[0]?.id ?? null));
  }
  const corrections = lines.flatMap((line, index) =>
    recordedIds[index] === null ? changedFields(line, unmatched) : [],
  );
  return { recordedIds, corrections };
};

const withAfter = (event: Reported<AnyEvent>, after: string | undefined): Reported<AnyEvent> =>
  after === undefined ? event : { ...event, after };

const isSameEvent = (line: Reported<AnyEvent>, recorded: AnyEvent): boolean =>
  isDeepStrictEqual(asStored(asReported(line)), asStored(asReported(recorded)));

/** Without what the register adds to a correction. */
const asReported = (event: Reported<AnyEvent>): object => {
  if (event.type !== 'corrected') return event;
  const { correctedType: _, ...reported } = event;
  return reported;
};

/** A new line with the type and day of an imported event that no line has any more is taken for a change of that event. */
const changedFields = (
  { located, locate, row }: CheckedLine,
  unmatched: readonly PriorEvent[],
): readonly CellError[] => {
  const current = located.event as CaseEvent;
  const prior = unmatched.find(
    ({ event }) => event.type === current.type && event.occurredOn === current.occurredOn && !isAmendment(event),
  )?.event;
  if (prior === undefined) return [];
  const [a, b] = [current, prior] as unknown as readonly [RawEvent, RawEvent];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((field) => !isDeepStrictEqual(asStored(a[field] ?? null), asStored(b[field] ?? null)))
    .map((field) => ({ row, ...needsCorrection(locate(`/${field}`)) }));
};

/** Replaces the key of the earlier line in `after` by the id of its event. */
const withAfterId = (
  { afterKey, located }: CheckedLine,
  lines: readonly CheckedLine[],
  idOfLine: (index: number) => string | undefined,
): LocatedEvent => {
  if (afterKey === undefined) return located;
  const after = idOfLine(lines.findIndex(({ key }) => key === afterKey));
  return { ...located, event: withAfter(located.event, after) };
};

/** `referenced`, for a case named by `same_as` that neither has the reference of the lines nor gains it by one of them. */
const referenceToAdd = (
  { newReference }: Target,
  priorEvents: readonly PriorEvent[],
  lines: readonly CheckedLine[],
): readonly LocatedEvent[] => {
  const line = lines.find(({ sameAs }) => sameAs !== null);
  if (newReference === null || line === undefined || hasReference(priorEvents, newReference)) return [];
  const { reference } = newReference;
  if (lines.some(({ data }) => data.type === 'referenced' && data['reference'] === reference)) return [];
  const { sources, reliability } = line.located.event;
  return [{ event: { type: 'referenced', ...newReference, sources, reliability }, locate: () => 'ref', row: line.row }];
};

/** Whether the events of a case give it a reference, in any spelling. */
export const hasReference = (
  priorEvents: readonly Pick<PriorEvent, 'event'>[],
  { list, reference }: Reference,
): boolean =>
  priorEvents.some(({ event }) => {
    const references = event.type === 'opened' ? (event.references ?? []) : event.type === 'referenced' ? [event] : [];
    return references.some((other) => other.list === list && foldedKey(other.reference) === foldedKey(reference));
  });
