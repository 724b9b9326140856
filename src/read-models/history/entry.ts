/** A line of the history as it is answered, and what its event changed. Pure. */
import type { CaseEvent } from '../../domain/case/events.js';
import { changesBetween } from '../../domain/case/changes.js';
import type { EventWithId } from '../../domain/event.js';
import { streamName } from '../../domain/events.js';
import { descriptionOf, namesOf, referencesOf } from '../person.js';
import type { Line } from '../log-tables.js';
import { dayText } from '../list/views.js';
import type { Change, HistoryEntry, LoggedEvent } from '../queries.js';
import type { CaseHistory } from '../table.js';

export const historyEntry = (line: Line, changes: readonly Change[]): HistoryEntry => ({
  position: line.position,
  subject: line.subject,
  revision: line.revision,
  id: line.known.id,
  recordedAt: line.recordedAt,
  actor: line.actor,
  acknowledged: line.acknowledged,
  correlationId: line.correlationId,
  event: line.known.event,
  changes,
});

/** An event with everything that is needed to write it again. */
export const logged = (line: Line): LoggedEvent => ({
  position: line.position,
  stream: streamName(line.subject.kind, line.subject.id),
  revision: line.revision,
  id: line.known.id,
  schemaVersion: line.schemaVersion,
  recordedAt: line.recordedAt,
  actor: line.actor,
  acknowledged: line.acknowledged,
  raised: line.raised,
  correlationId: line.correlationId,
  causationId: line.causationId,
  event: line.known.event,
});

/**
 * What lies between a case before an event and after it: axis by axis on the days where they differ, then what is said of
 * the person, which holds on no day in particular.
 */
export const changesOf = (before: CaseHistory, after: CaseHistory): readonly Change[] => [
  ...changesBetween(before.periods, after.periods).map((change) => ({
    axis: change.axis,
    from: dayText(change.from),
    to: dayText(change.to),
    before: change.before,
    after: change.after,
  })),
  ...differences(about(before.events), about(after.events)),
];

type Said = Readonly<Record<string, readonly string[]>>;

const about = (events: readonly EventWithId<CaseEvent>[]): Said => ({
  names: namesOf(events).map(({ text }) => text),
  references: referencesOf(events).map(({ list, reference }) => `${list}:${reference}`),
  ...Object.fromEntries(Object.entries(descriptionOf(events)).map(([field, value]) => [field, [value]])),
});

const differences = (before: Said, after: Said): readonly Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((axis) => {
    const [was, is] = [before[axis] ?? [], after[axis] ?? []];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ axis, from: null, to: null, before: was, after: is }];
  });
