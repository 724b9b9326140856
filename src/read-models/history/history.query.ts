/** The history: who recorded what, when, from which source, and what it changed. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';
import { amendmentIdsOf } from './amendment-ids.js';
import { changesReader } from './changes-reader.js';
import { toHistoryEntry } from './entry.js';
import type { HistoryEntry, HistoryPage } from './history-entry.view.js';
import { streamsOf, type Subject } from './subject-streams.js';

/**
 * Recorded events with their changes, in order. `subject` limits them to one case, list, instrument or claim; `after` is a position.
 * Null for an unknown subject.
 */
export class History extends Query<HistoryPage | null> {
  constructor(
    readonly scope: Scope,
    readonly parameters: {
      readonly subject?: Subject;
      readonly types?: readonly string[];
      readonly after: number;
      readonly limit: number;
    },
  ) {
    super();
  }
}

/** Changes are computed when asked for, not stored, so that there is no further copy of personal data to seal. */
@QueryHandler(History)
export class HistoryHandler implements IQueryHandler<History> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, parameters }: History): Promise<HistoryPage | null> {
    await this.reader.contextAt({ position: parameters.after });
    const { db, logTables, scope } = await openScope(this.reader, asked);
    const { subject, after, limit, types = null } = parameters;
    const streams = subject === undefined ? null : streamsOf(logTables, subject, scope.position);
    if (streams?.length === 0) return null;
    const { knownAt, position } = scope;
    const { events, next } = logTables.pageOfEvents({ after, upTo: position, limit }, streams, types);
    const items: HistoryEntry[] = [];
    const changes = changesReader(logTables);
    const amendments = amendmentIdsOf(db, events, position);
    for (const event of events) items.push(toHistoryEntry(event, changes(event), amendments.get(event.eventWithId.id)));
    return { knownAt, position, items, next };
  }
}
