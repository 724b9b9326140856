/** Maps recorded events to history entries, and computes what an event changed. Pure. */
import { referenceText } from '../../domain/reference/reference.js';
import type { CaseEvent } from '../../domain/case/events.js';
import { changesBetween } from '../../domain/case/changes.js';
import { metadataOf, type EventWithId } from '../../domain/event.js';
import { streamName } from '../../domain/events.js';
import { personDescription, personNames, personReferences } from '../person.js';
import type { FullEventEntry } from '../log-tables.js';
import { formatBound } from '../list/standings.js';
import type { AmendmentIds } from './amendment-ids.js';
import type { Change, EventEntryView, HistoryEntry } from './history-entry.view.js';
import type { LoggedEvent } from './logged-event.view.js';
import type { CaseHistory } from '../table.js';

export const toEventEntry = (recorded: FullEventEntry): EventEntryView => ({
  position: recorded.position,
  subject: recorded.subject,
  revision: recorded.revision,
  id: recorded.eventWithId.id,
  recordedAt: recorded.recordedAt,
  actor: recorded.actor,
  acknowledged: recorded.acknowledged,
  correlationId: recorded.correlationId,
  event: recorded.eventWithId.event,
});

export const toHistoryEntry = (
  recorded: FullEventEntry,
  changes: readonly Change[],
  amendments: AmendmentIds = {},
): HistoryEntry => ({ ...toEventEntry(recorded), ...amendments, changes });

/** The event with its whole record, sufficient to store it again. */
export const toLoggedEvent = (recorded: FullEventEntry): LoggedEvent => ({
  position: recorded.position,
  stream: streamName(recorded.subject.kind, recorded.subject.id),
  revision: recorded.revision,
  id: recorded.eventWithId.id,
  recordedAt: recorded.recordedAt,
  ...metadataOf(recorded),
  event: recorded.eventWithId.event,
});

/**
 * Changes between two histories of a case: first of the axes, by days, then of names, references and description, which
 * have no days.
 */
export const changesOf = (before: CaseHistory, after: CaseHistory): readonly Change[] => [
  ...changesBetween(before.periods, after.periods).map((change) => ({
    axis: change.axis,
    from: formatBound(change.from),
    to: formatBound(change.to),
    before: change.before,
    after: change.after,
  })),
  ...detailChanges(personDetails(before.events), personDetails(after.events)),
];

type PersonDetails = Readonly<Record<string, readonly string[]>>;

const personDetails = (events: readonly EventWithId<CaseEvent>[]): PersonDetails => ({
  names: personNames(events).map(({ text }) => text),
  references: personReferences(events).map(referenceText),
  ...Object.fromEntries(Object.entries(personDescription(events)).map(([field, value]) => [field, [value]])),
});

const detailChanges = (before: PersonDetails, after: PersonDetails): readonly Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((axis) => {
    const [was, is] = [before[axis] ?? [], after[axis] ?? []];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ axis, from: null, to: null, before: was, after: is }];
  });
