/**
 * The history of a case at each position where its rows may change: by an event, because a stream begins or ceases to feed it, or by a
 * change of a list or instrument that its findings depend on.
 */
import type { CaseEvent } from '../../domain/case/events.js';
import { isAmendment } from '../../domain/corrections.js';
import { dependenciesOf, type DefinitionDependency } from '../../domain/case/dependencies.js';
import { continueTimeline, type Timeline } from '../../domain/case/timeline.js';
import type { EventWithId } from '../../domain/event.js';
import { caseHistoryOf, type EventEntry, type LogTables } from '../log-tables.js';
import { feedsAt, type StreamPositionSpan } from '../log/case-streams.js';
import { rememberForItems } from '../remember.js';
import { STILL_KNOWN, type CaseHistory, type ProjectionInput } from '../table.js';

export interface HistoryAt {
  readonly position: number;
  /** Null where no stream feeds the case. */
  readonly history: CaseHistory | null;
  readonly timeline: Timeline;
  /** What changed at the position. */
  readonly changed: ProjectionInput;
  /** The event, if it is all that changed since the position before; null where other events may count differently too. */
  readonly addedEvent: CaseEvent | null;
}

/**
 * The histories of a case from position `since` on, in order. `known` is a timeline of the case that was made before and
 * is continued, so that what it has need not be computed again; null if there is none.
 */
export function* historiesOfCase(
  logTables: LogTables,
  caseNo: number,
  since: number,
  known: Timeline | null,
): Generator<HistoryAt> {
  const id = logTables.cases.caseIdOf(caseNo);
  const feedings = logTables.cases.streamSpansOf(caseNo);
  const events = eventsByStream(logTables, feedings);
  const positions = changePositions(feedings, events).filter((position) => position >= since);
  const voidMerges = logTables.merges.voidMergesOf([...events.keys()]);
  const entriesAt = eventEntriesFinder(feedings, events);
  const changes = definitionChangePositionsFinder(logTables);
  let timeline = known;
  for (const [index, position] of positions.entries()) {
    const feeding = feedings.filter((one) => feedsAt(one, position));
    const entries = entriesAt(feeding, position);
    timeline = continueTimeline(
      timeline,
      entries.map(({ eventWithId }) => eventWithId),
    );
    const standingVoid = voidMerges.filter(
      (merge) => feedsAt(merge, position) && feeding.some(({ stream }) => stream === merge.stream),
    );
    const history =
      feeding.length === 0
        ? null
        : caseHistoryOf(
            id,
            timeline,
            standingVoid.map(({ event }) => event),
          );
    yield {
      position,
      history,
      timeline,
      changed: 'events',
      addedEvent: eventAddedAtPosition(position, feedings, entries),
    };
    const until = positions[index + 1] ?? STILL_KNOWN;
    if (history !== null)
      for (const changedAt of changes(history.events, position, until))
        yield { position: changedAt, history, timeline, changed: 'definitions', addedEvent: null };
  }
}

/** The event at a position; null if a stream begins or ceases to feed the case there, or the event is a merge, an amendment or amended. */
const eventAddedAtPosition = (
  position: number,
  feedings: readonly StreamPositionSpan[],
  entries: readonly EventEntry<CaseEvent>[],
): CaseEvent | null => {
  const last = entries.at(-1);
  if (last?.position !== position || feedings.some(({ from, to }) => from === position || to === position)) return null;
  const { id, event } = last.eventWithId;
  const isAmended = entries.some(({ eventWithId: { event: other } }) => isAmendment(other) && other.event === id);
  return isAmended || isAmendment(event) || event.type === 'merged' || event.type === 'unmerged' ? null : event;
};

/** The history of a case at a position; null where no stream feeds it. */
export const historyAt = (logTables: LogTables, caseNo: number, position: number): CaseHistory | null => {
  const streams = logTables.cases
    .streamSpansOf(caseNo)
    .filter((one) => feedsAt(one, position))
    .map(({ stream }) => stream);
  if (streams.length === 0) return null;
  const events = logTables.caseEntries(caseNo, position).map(({ eventWithId }) => eventWithId);
  const voidMerges = logTables.merges.voidMergesOf(streams).filter((merge) => feedsAt(merge, position));
  return caseHistoryOf(
    logTables.cases.caseIdOf(caseNo),
    continueTimeline(null, events),
    voidMerges.map(({ event }) => event),
  );
};

type EventsByStream = ReadonlyMap<number, readonly EventEntry<CaseEvent>[]>;

const eventsByStream = (logTables: LogTables, feedings: readonly StreamPositionSpan[]): EventsByStream =>
  new Map(feedings.map(({ stream }) => [stream, logTables.streamEntries(stream, STILL_KNOWN)]));

/** Positions at which a stream begins or ceases to feed a case, and of events while it does, ascending. */
const changePositions = (feedings: readonly StreamPositionSpan[], events: EventsByStream): readonly number[] => {
  const positions = feedings.flatMap((feeding) => {
    const bounds = [feeding.from, feeding.to].filter((position) => position !== STILL_KNOWN);
    const recorded = (events.get(feeding.stream) ?? []).map(({ position }) => position);
    return [...bounds, ...recorded.filter((position) => feedsAt(feeding, position))];
  });
  return [...new Set(positions)].sort((a, b) => a - b);
};

/** The entries of the streams that feed a case at a position, up to it, in order. */
const eventEntriesFinder = (
  feedings: readonly StreamPositionSpan[],
  events: EventsByStream,
): ((feeding: readonly StreamPositionSpan[], position: number) => readonly EventEntry<CaseEvent>[]) => {
  const all = (feeding: readonly StreamPositionSpan[]): readonly EventEntry<CaseEvent>[] =>
    feeding.flatMap(({ stream }) => events.get(stream) ?? []).sort((a, b) => a.position - b.position);
  // Most cases are fed by one stream, from its first event on.
  const only = feedings.length === 1 ? all(feedings) : null;
  return (feeding, position) => {
    const entries = only !== null && feeding.length === 1 ? only : all(feeding);
    const end = entries.findIndex((entry) => entry.position > position);
    return end < 0 ? entries : entries.slice(0, end);
  };
};

/** Positions between two others, both excluded, at which a definition changed that findings of some events depend on. */
const definitionChangePositionsFinder = ({
  definitions,
}: LogTables): ((events: CaseHistory['events'], after: number, before: number) => readonly number[]) => {
  const dependencies = rememberForItems(
    ({ event }: EventWithId<CaseEvent>) => dependenciesOf(event).length > 0,
    (events) => events.flatMap(({ event }): readonly DefinitionDependency[] => dependenciesOf(event)),
  );
  return (events, after, before) => {
    const positions = dependencies(events).flatMap(({ kind, id, key }) =>
      definitions
        .all(kind, id)
        .filter(({ position, changedKeys }) => after < position && position < before && changedKeys.includes(key))
        .map(({ position }) => position),
    );
    return positions.length === 0 ? [] : [...new Set(positions)].sort((a, b) => a - b);
  };
};
