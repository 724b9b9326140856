/** The streams in which the history of a case, a list, an instrument or a claim is recorded. */
import type { SubjectKind } from '../../domain/events.js';
import type { LogTables, StreamPositionBounds } from '../log-tables.js';

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/**
 * The stream of a subject; for a case, also every stream that feeds it or once fed it, each up to the position until which it did. Empty if
 * the subject is unknown at the position.
 */
export const streamsOf = (logTables: LogTables, { kind, id }: Subject, position: number): StreamPositionBounds => {
  const stream = logTables.streamNo(kind, id);
  if (stream === null || logTables.lastRevision(stream, position) === null) return [];
  const caseNo = kind === 'case' ? logTables.cases.caseNoOf(id) : null;
  const upTo = new Map([[stream, position]]);
  for (const { stream: feeding, from, to } of caseNo === null ? [] : logTables.cases.streamSpansOf(caseNo))
    if (from <= position) upTo.set(feeding, Math.max(upTo.get(feeding) ?? 0, Math.min(to, position)));
  return [...upTo].map(([no, last]) => ({ stream: no, upTo: last }));
};
