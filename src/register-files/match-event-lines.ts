/**
 * Matches the lines of one case with the events that earlier imports recorded for it, and finds the lines that changed.
 * Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ReportedEvent } from '../domain/amendments.js';
import { isAmendment } from '../domain/corrections.js';
import type { AnyEvent } from '../domain/events.js';
import { comparableValue, type PartChange } from './event-diff.js';
import type { LocatedEvent, RawEvent } from './event-draft.js';
import type { EventLine } from './event-line.js';
import { comparableEvents, type ComparableEvent, type PriorEvent } from './prior-events.js';

/** A line whose data have been checked. */
export interface CheckedLine extends EventLine {
  readonly locatedEvent: LocatedEvent;
  /** What `after` says, where it is the key of an earlier line and not the id of an event. */
  readonly afterKey: string | undefined;
}

/** A line that probably is a changed version of a recorded event. */
export interface LineChange extends PartChange {
  readonly line: CheckedLine;
  /** Whether a correction can express the change, and the line is certainly about that event. */
  readonly isCorrectable: boolean;
}

export interface MatchedLines {
  /** The event of each line: its id, null for a new line. Each event matches one line only. */
  readonly recordedEventIds: readonly (string | null)[];
  readonly changes: readonly LineChange[];
}

/**
 * With `mayCorrect`, lines are compared with the events as the corrections of earlier imports left them; without it, also with the
 * events as first recorded, so that importing a file from before a correction changes nothing.
 */
export const matchLines = (
  lines: readonly CheckedLine[],
  priorEvents: readonly PriorEvent[],
  mayCorrect: boolean,
): MatchedLines => {
  const ofImport = priorEvents.filter(({ isFromEarlierImport }) => isFromEarlierImport);
  const recordedEventIds: (string | null)[] = lines.map(() => null);
  const matchCandidates = (candidates: readonly Pick<PriorEvent, 'id' | 'event'>[]): void => {
    const left = candidates.filter(({ id }) => !recordedEventIds.includes(id));
    for (const [index, line] of lines.entries()) {
      if (recordedEventIds[index] !== null) continue;
      const after = recordedIdOfPrecedingLine(lines, recordedEventIds, line);
      // If the line that `after` names is not recorded yet, neither can this line be.
      const match =
        after === null
          ? -1
          : left.findIndex(({ event }) => isSameEvent(withAfter(line.locatedEvent.event, after), event));
      if (match !== -1) recordedEventIds[index] = left.splice(match, 1)[0]?.id ?? null;
    }
  };
  matchCandidates(ofImport.filter(({ event }) => !mayCorrect || isAmendment(event)));
  const amendedByLines = new Set(recordedEventIds);
  const comparable = comparableEvents(
    priorEvents.filter(({ id, event }) => !isAmendment(event) || !amendedByLines.has(id)),
  ).filter(({ isFromEarlierImport }) => isFromEarlierImport);
  matchCandidates(comparable);
  const unmatched = comparable.filter(({ id }) => !recordedEventIds.includes(id));
  return { recordedEventIds, changes: pairLinesWithChangedEvents(lines, recordedEventIds, unmatched, mayCorrect) };
};

/** The id of the event of the line that `after` names; undefined where it names no line, null where that line is not recorded yet. */
const recordedIdOfPrecedingLine = (
  lines: readonly CheckedLine[],
  recordedEventIds: readonly (string | null)[],
  { afterKey }: CheckedLine,
): string | null | undefined =>
  afterKey === undefined ? undefined : (recordedEventIds[lines.findIndex(({ key }) => key === afterKey)] ?? null);

export const withAfter = (event: ReportedEvent<AnyEvent>, after: string | undefined): ReportedEvent<AnyEvent> =>
  after === undefined ? event : { ...event, after };

const isSameEvent = (line: ReportedEvent<AnyEvent>, recorded: AnyEvent): boolean =>
  isDeepStrictEqual(comparableValue(asReported(line)), comparableValue(asReported(recorded)));

/** The event as reported, without the type that the register adds to a correction. */
const asReported = (event: ReportedEvent<AnyEvent>): object => {
  if (event.type !== 'corrected') return event;
  const { correctedType: _, ...reported } = event;
  return reported;
};

/**
 * Pairs new lines with the recorded events that no line matches any more. A line of the same type and day is a changed version of the
 * event: certainly so if it has a day or is `opened`, or if the file repeats all else imported for the case.
 * The day may differ only with `mayCorrect` and if the file repeats all else.
 */
const pairLinesWithChangedEvents = (
  lines: readonly CheckedLine[],
  recordedEventIds: (string | null)[],
  unmatched: readonly ComparableEvent[],
  mayCorrect: boolean,
): readonly LineChange[] => {
  const newLines = lines.filter((_, index) => recordedEventIds[index] === null);
  const isRepeated = recordedEventIds.some((id) => id !== null) && newLines.length === unmatched.length;
  const pairs = new Map<CheckedLine, ComparableEvent>();
  const pair = (line: CheckedLine, isVersion: (change: LineChange) => boolean): void => {
    if (pairs.has(line)) return;
    const taken = new Set(pairs.values());
    const [found] = unmatched
      .filter((recorded) => !taken.has(recorded) && recorded.event.type === line.locatedEvent.event.type)
      .map((recorded) => changeOf(line, recorded, recordedIdOfPrecedingLine(lines, recordedEventIds, line)))
      .filter(isVersion)
      .sort((a, b) => a.fields.length - b.fields.length);
    if (found !== undefined) pairs.set(line, found.before.recordedEvent);
  };
  for (const line of newLines) pair(line, hasSameDay);
  if (mayCorrect && isRepeated) for (const line of newLines) pair(line, ({ fields }) => fields.length === 1);
  const isWhole = isRepeated && pairs.size === unmatched.length;
  const versions = [...pairs].filter(([line, recorded]) => isWhole || hasSameDay(changeOf(line, recorded, undefined)));
  for (const [line, { id }] of versions) recordedEventIds[lines.indexOf(line)] = id;
  // Only now does every changed line have the id of its event, which `after` of another line may refer to.
  return versions
    .map(([line, recorded]) => changeOf(line, recorded, recordedIdOfPrecedingLine(lines, recordedEventIds, line)))
    .filter(({ fields }) => fields.length > 0)
    .map((change) => {
      const { type, occurredOn } = change.before.recordedEvent.event;
      const isCertain = isWhole || occurredOn !== undefined || type === 'opened';
      return { ...change, isCorrectable: change.isCorrectable && isCertain };
    });
};

const hasSameDay = ({ line, before }: LineChange): boolean =>
  line.locatedEvent.event.occurredOn === before.recordedEvent.event.occurredOn;

/**
 * What differs between a line of the file and the event that an earlier import recorded for it. `after`: what `recordedIdOfPrecedingLine`
 * gives for the line; where that is null, the recorded `after` counts as unchanged.
 */
const changeOf = (line: CheckedLine, recordedEvent: ComparableEvent, after: string | null | undefined): LineChange => {
  const event = withAfter(line.locatedEvent.event, after === null ? recordedEvent.event.after : after);
  const [now, before] = [event, recordedEvent.event] as unknown as readonly [RawEvent, RawEvent];
  const fields = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter(
    (field) => !isDeepStrictEqual(comparableValue(now[field] ?? null), comparableValue(before[field] ?? null)),
  );
  return {
    line,
    before: { matchKey: before.type, data: before, values: NO_VALUES, recordedEvent },
    after: { matchKey: now.type, data: now, values: NO_VALUES },
    fields: fields.map((field) => ({ field, place: line.locate(`/${field}`) })),
    // `described` clears a field of the person by null, which in a correction would take the field out of the event.
    isCorrectable: now.type !== 'described' || fields.every((field) => now[field] !== null),
  };
};

const NO_VALUES: PartChange['before']['values'] = new Map();
