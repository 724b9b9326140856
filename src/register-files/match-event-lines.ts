/**
 * Matches the lines of one case with the events that earlier imports recorded for it, and finds the lines that changed.
 * Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Reported } from '../domain/amendments.js';
import { isAmendment } from '../domain/corrections.js';
import type { AnyEvent } from '../domain/events.js';
import { comparableValue, type PartChange } from './event-diff.js';
import type { LocatedEvent, RawEvent } from './event-draft.js';
import type { EventLine } from './event-line.js';
import { comparableEvents, type ComparableEvent, type PriorEvent } from './prior-events.js';

/** A line whose data have been checked. */
export interface CheckedLine extends EventLine {
  readonly located: LocatedEvent;
  /** The key of an earlier line, where `after` is one and not the id of an event. */
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
  readonly recordedIds: readonly (string | null)[];
  readonly changes: readonly LineChange[];
}

/**
 * With `correct`, lines are compared with the events as earlier corrections of the import left them; without, also with the events as they
 * were recorded, so that a file from before a correction changes nothing.
 */
export const matchLines = (
  lines: readonly CheckedLine[],
  priorEvents: readonly PriorEvent[],
  correct: boolean,
): MatchedLines => {
  const ofImport = priorEvents.filter(({ fromThisImport }) => fromThisImport);
  const recordedIds: (string | null)[] = lines.map(() => null);
  const idsOf = (candidates: readonly Pick<PriorEvent, 'id' | 'event'>[]): void => {
    const left = candidates.filter(({ id }) => !recordedIds.includes(id));
    for (const [index, line] of lines.entries()) {
      if (recordedIds[index] !== null) continue;
      const after = afterIn(lines, recordedIds, line);
      // If the line that `after` names is not recorded yet, neither can this line be.
      const match =
        after === null ? -1 : left.findIndex(({ event }) => isSameEvent(withAfter(line.located.event, after), event));
      if (match !== -1) recordedIds[index] = left.splice(match, 1)[0]?.id ?? null;
    }
  };
  idsOf(ofImport.filter(({ event }) => !correct || isAmendment(event)));
  const amendedByLines = new Set(recordedIds);
  const comparable = comparableEvents(
    priorEvents.filter(({ id, event }) => !isAmendment(event) || !amendedByLines.has(id)),
  ).filter(({ fromThisImport }) => fromThisImport);
  idsOf(comparable);
  const unmatched = comparable.filter(({ id }) => !recordedIds.includes(id));
  return { recordedIds, changes: pairChangedLines(lines, recordedIds, unmatched, correct) };
};

/** The id that `after` of a line stands for: undefined where it names no line, null where that line has no event yet. */
const afterIn = (
  lines: readonly CheckedLine[],
  recordedIds: readonly (string | null)[],
  { afterKey }: CheckedLine,
): string | null | undefined =>
  afterKey === undefined ? undefined : (recordedIds[lines.findIndex(({ key }) => key === afterKey)] ?? null);

export const withAfter = (event: Reported<AnyEvent>, after: string | undefined): Reported<AnyEvent> =>
  after === undefined ? event : { ...event, after };

const isSameEvent = (line: Reported<AnyEvent>, recorded: AnyEvent): boolean =>
  isDeepStrictEqual(comparableValue(asReported(line)), comparableValue(asReported(recorded)));

/** The event as reported, without the type that the register adds to a correction. */
const asReported = (event: Reported<AnyEvent>): object => {
  if (event.type !== 'corrected') return event;
  const { correctedType: _, ...reported } = event;
  return reported;
};

/**
 * A new line with the type and day of an event that no line has any more is another version of it: certainly where it has a day or opens
 * the case, or where the file repeats everything else that was imported of the case. Only in such a file can also the day be what changed.
 */
const pairChangedLines = (
  lines: readonly CheckedLine[],
  recordedIds: (string | null)[],
  unmatched: readonly ComparableEvent[],
  correct: boolean,
): readonly LineChange[] => {
  const newLines = lines.filter((_, index) => recordedIds[index] === null);
  const isRepeated = recordedIds.some((id) => id !== null) && newLines.length === unmatched.length;
  const pairs = new Map<CheckedLine, ComparableEvent>();
  const pair = (line: CheckedLine, isVersion: (change: LineChange) => boolean): void => {
    if (pairs.has(line)) return;
    const taken = new Set(pairs.values());
    const [found] = unmatched
      .filter((recorded) => !taken.has(recorded) && recorded.event.type === line.located.event.type)
      .map((recorded) => changeOf(line, recorded, afterIn(lines, recordedIds, line)))
      .filter(isVersion)
      .sort((a, b) => a.fields.length - b.fields.length);
    if (found !== undefined) pairs.set(line, found.before.recorded);
  };
  for (const line of newLines) pair(line, hasSameDay);
  if (correct && isRepeated) for (const line of newLines) pair(line, ({ fields }) => fields.length === 1);
  const isWhole = isRepeated && pairs.size === unmatched.length;
  const versions = [...pairs].filter(([line, recorded]) => isWhole || hasSameDay(changeOf(line, recorded, undefined)));
  for (const [line, { id }] of versions) recordedIds[lines.indexOf(line)] = id;
  // Only now is the event of each line known that an `after` may name.
  return versions
    .map(([line, recorded]) => changeOf(line, recorded, afterIn(lines, recordedIds, line)))
    .filter(({ fields }) => fields.length > 0)
    .map((change) => {
      const { type, occurredOn } = change.before.recorded.event;
      const isCertain = isWhole || occurredOn !== undefined || type === 'opened';
      return { ...change, isCorrectable: change.isCorrectable && isCertain };
    });
};

const hasSameDay = ({ line, before }: LineChange): boolean =>
  line.located.event.occurredOn === before.recorded.event.occurredOn;

/** `after` is the result of `afterIn`; null is replaced by the `after` of the event. */
const changeOf = (line: CheckedLine, recorded: ComparableEvent, after: string | null | undefined): LineChange => {
  const event = withAfter(line.located.event, after === null ? recorded.event.after : after);
  const [now, before] = [event, recorded.event] as unknown as readonly [RawEvent, RawEvent];
  const fields = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter(
    (field) => !isDeepStrictEqual(comparableValue(now[field] ?? null), comparableValue(before[field] ?? null)),
  );
  return {
    line,
    before: { role: before.type, data: before, values: NO_VALUES, recorded },
    after: { role: now.type, data: now, values: NO_VALUES },
    fields: fields.map((field) => ({ field, place: line.locate(`/${field}`) })),
    // `described` clears a field of the person by null, which in a correction would take the field out of the event.
    isCorrectable: now.type !== 'described' || fields.every((field) => now[field] !== null),
  };
};

const NO_VALUES: PartChange['before']['values'] = new Map();
