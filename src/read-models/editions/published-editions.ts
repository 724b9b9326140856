/** Published editions, read from their events, which can be neither corrected nor retracted. */
import type { EditionPublished } from '../../domain/list/editions.js';
import type { FlowNumbers } from '../../domain/list/events.js';
import type { Edition } from '../../domain/list/list.js';
import { knownAtPosition } from '../../domain/known-at.js';
import type { QueryContext } from '../reader.js';
import { cachedStatement } from '../table.js';
import type { EditionView, FlowView } from './edition.view.js';

/** The event that published an edition: its position, id and time of recording. */
interface EditionPublication {
  readonly position: number;
  /** The id of the event. */
  readonly id: string;
  readonly recordedAt: string;
}

/** The publications of a list's editions up to a position, in order of recording; with `edition` that of this edition alone. */
export const editionPublicationsOf = (
  { db, logTables }: QueryContext,
  list: string,
  upTo: number,
  edition?: string,
): readonly EditionPublication[] => {
  const stream = logTables.streamNo('list', list);
  const sql = `SELECT position, id, recorded_at AS recordedAt FROM events
    WHERE stream = @stream AND type = 'edition-published' AND position <= @upTo
    ${edition === undefined ? '' : `AND event ->> 'edition' = @edition`} ORDER BY revision`;
  return cachedStatement(db, sql).all({
    stream,
    upTo,
    ...(edition !== undefined && { edition }),
  }) as EditionPublication[];
};

/** The edition with its lines. Throws RangeError if there is none at the position. */
export const editionAt = ({ logTables }: QueryContext, { position }: EditionPublication): EditionPublished => {
  const event = logTables.recordedEvents(position - 1, 1, null, null)[0]?.eventWithId.event;
  if (event?.type !== 'edition-published') throw new RangeError(`no edition at ${position}`);
  return event;
};

/** The numbers of a flow, in the order in which they add up. */
const flowView = ({ opening, revised, entered, left, moved, closing }: FlowNumbers): FlowView => ({
  opening,
  revised,
  entered,
  left,
  moved,
  closing,
});

/** The view of an edition, without its members. */
export const editionView = (list: string, edition: Edition, { id, recordedAt }: EditionPublication): EditionView => ({
  list,
  id: edition.edition,
  asOf: edition.asOf,
  knownAt: knownAtPosition(edition.knownAt),
  position: edition.knownAt,
  event: id,
  publishedAt: recordedAt,
  listRevision: edition.listRevision,
  policy: { from: edition.policy.from ?? null, custody: edition.policy.custody },
  total: edition.total,
  uncertain: edition.uncertain,
  groups: edition.groups.map(({ category, total, flow }) => ({ category, total, flow: flow ? flowView(flow) : null })),
  flow: edition.flow ? { since: edition.flow.since, ...flowView(edition.flow) } : null,
  hash: edition.hash,
});
