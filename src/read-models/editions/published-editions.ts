/** Editions as their events say them. */
import type { EditionPublished } from '../../domain/list/editions.js';
import type { FlowNumbers } from '../../domain/list/events.js';
import { knownAtPosition } from '../../domain/known-at.js';
import type { FullEventEntry, LogTables } from '../log-tables.js';
import type { Db } from '../table.js';
import { cachedStatement } from '../table.js';
import type { EditionView, FlowView } from './edition.view.js';

/** An edition with its event. */
export interface PublishedEdition extends FullEventEntry {
  readonly edition: EditionPublished;
}

interface Place {
  readonly db: Db;
  readonly logTables: LogTables;
}

/** The positions of the editions of a list up to a position, in order; with `id` of that edition alone. */
export const editionPositions = (
  { db, logTables }: Place,
  list: string,
  upTo: number,
  id?: string,
): readonly number[] => {
  const stream = logTables.streamNo('list', list);
  const sql = `SELECT position FROM events WHERE stream = @stream AND type = 'edition-published' AND position <= @upTo
    ${id === undefined ? '' : `AND event ->> 'edition' = @id`} ORDER BY revision`;
  return cachedStatement(db, sql)
    .pluck()
    .all({ stream, upTo, ...(id !== undefined && { id }) }) as number[];
};

/** The edition at a position. Throws RangeError if there is none. */
export const editionAt = ({ logTables }: Place, position: number): PublishedEdition => {
  const [entry] = logTables.recordedEvents(position - 1, 1, null, null);
  const event = entry?.eventWithId.event;
  if (entry === undefined || event?.type !== 'edition-published') throw new RangeError(`no edition at ${position}`);
  return { ...entry, edition: event };
};

/** In the order of the sum. */
const flowView = ({ opening, revised, entered, left, moved, closing }: FlowNumbers): FlowView => ({
  opening,
  revised,
  entered,
  left,
  moved,
  closing,
});

/** Everything but the members. */
export const editionView = (list: string, { edition, eventWithId, recordedAt }: PublishedEdition): EditionView => ({
  list,
  id: edition.edition,
  asOf: edition.asOf,
  knownAt: knownAtPosition(edition.knownAt),
  position: edition.knownAt,
  event: eventWithId.id,
  publishedAt: recordedAt,
  listRevision: edition.listRevision,
  policy: { from: edition.policy.from ?? null, custody: edition.policy.custody },
  total: edition.total,
  uncertain: edition.uncertain,
  groups: edition.groups.map(({ category, total, flow }) => ({ category, total, flow: flow ? flowView(flow) : null })),
  flow: edition.flow ? { since: edition.flow.since, ...flowView(edition.flow) } : null,
  hash: edition.hash,
});
