/** The history of a case at each position where it changes: by an event, or because a stream begins or ceases to feed it. */
import type { CaseEvent } from '../../domain/case/events.js';
import { continueTimeline, type Timeline } from '../../domain/case/timeline.js';
import { caseHistoryOf, type EventEntry, type LogTables } from '../log-tables.js';
import { feedsAt, type Feeding } from '../log/case-streams.js';
import { STILL_KNOWN, type CaseHistory } from '../table.js';

export interface HistoryAt {
  readonly position: number;
  /** Null where no stream feeds the case. */
  readonly history: CaseHistory | null;
}

/** From position `since` on, in order. */
export function* historiesOf(logTables: LogTables, caseNo: number, since: number): Generator<HistoryAt> {
  const id = logTables.cases.idOf(caseNo);
  const feedings = logTables.cases.feedings(caseNo);
  const events = eventsByStream(logTables, feedings);
  let timeline: Timeline | null = null;
  for (const position of changesOf(feedings, events)) {
    if (position < since) continue;
    const feeding = feedings.filter((one) => feedsAt(one, position));
    const entries = feeding
      .flatMap(({ stream }) => (events.get(stream) ?? []).filter((entry) => entry.position <= position))
      .sort((a, b) => a.position - b.position);
    timeline = continueTimeline(
      timeline,
      entries.map(({ known }) => known),
    );
    yield { position, history: feeding.length === 0 ? null : caseHistoryOf(id, timeline) };
  }
}

type EventsByStream = ReadonlyMap<number, readonly EventEntry<CaseEvent>[]>;

const eventsByStream = (logTables: LogTables, feedings: readonly Feeding[]): EventsByStream =>
  new Map(feedings.map(({ stream }) => [stream, logTables.entries(stream, STILL_KNOWN)]));

/** Positions at which a stream begins or ceases to feed a case, and of events while it does, ascending. */
const changesOf = (feedings: readonly Feeding[], events: EventsByStream): readonly number[] => {
  const positions = feedings.flatMap((feeding) => {
    const bounds = [feeding.from, feeding.to].filter((position) => position !== STILL_KNOWN);
    const recorded = (events.get(feeding.stream) ?? []).map(({ position }) => position);
    return [...bounds, ...recorded.filter((position) => feedsAt(feeding, position))];
  });
  return [...new Set(positions)].sort((a, b) => a - b);
};
