/** Which corrections and retractions amend the events of a history. */
import type { FullEventEntry } from '../log-tables.js';
import { cachedStatement, type Db } from '../table.js';

/**
 * The ids of the amendments of an event that were recorded up to a position, in order of recording, whether or not they stand. A field
 * is absent if there are none.
 */
export interface AmendmentIds {
  readonly correctedBy?: readonly string[];
  readonly retractedBy?: readonly string[];
}

/** The ids of amendments, by the id of the event that they amend. An amendment is in the stream of that event. */
export const amendmentIdsOf = (
  db: Db,
  entries: readonly FullEventEntry[],
  upTo: number,
): ReadonlyMap<string, AmendmentIds> => {
  const sql = `SELECT e.id, e.type, e.event ->> 'event' AS amended FROM json_each(@streams) s
    CROSS JOIN events e ON e.stream = s.value
    WHERE e.type IN ('corrected', 'retracted') AND e.position <= @upTo ORDER BY e.position`;
  const streams = JSON.stringify([...new Set(entries.map(({ stream }) => stream))]);
  const rows = cachedStatement(db, sql).all({ streams, upTo }) as AmendmentRow[];
  const found = new Map<string, AmendmentIds>();
  for (const { id, type, amended } of rows) {
    const before = found.get(amended);
    found.set(
      amended,
      type === 'corrected'
        ? { ...before, correctedBy: [...(before?.correctedBy ?? []), id] }
        : { ...before, retractedBy: [...(before?.retractedBy ?? []), id] },
    );
  }
  return found;
};

interface AmendmentRow {
  readonly id: string;
  readonly type: 'corrected' | 'retracted';
  readonly amended: string;
}
