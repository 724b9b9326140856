/** Events on their way from a file to the log: drafts as read from cells or JSON, then checked and typed. */
import type { ReportedEvent } from '../domain/amendments.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { readEvent } from '../schema/read-event.js';
import { cellExpectation } from './cell-expectations.js';
import { firstErrorPerCell, type CellError } from './report.js';

/** Event data that schema/ has not checked. */
export type RawEvent = Readonly<Record<string, unknown>> & { readonly type: string };

export interface EventDraft {
  readonly data: RawEvent;
  /** Maps a JSON pointer into the data to its column, or to a JSON pointer into the file. */
  readonly locate: (pointer: string) => string;
}

/** A checked event with the place of each field in the file. */
export interface LocatedEvent {
  readonly event: ReportedEvent<AnyEvent>;
  readonly locate: EventDraft['locate'];
  /** The line of the file; set where the events of a batch come from several lines. */
  readonly row?: number;
}

/** Checks drafts by their classes in schema/. Gives the events that are right and the errors of the others. */
export const checkDrafts = (
  kind: SubjectKind,
  drafts: readonly EventDraft[],
): { readonly events: readonly LocatedEvent[]; readonly errors: readonly CellError[] } => {
  const events: LocatedEvent[] = [];
  const errors: CellError[] = [];
  for (const { data, locate } of drafts) {
    const read = readEvent(kind, withoutUndefined(data));
    if ('event' in read) events.push({ event: read.event, locate });
    else
      for (const { code, pointer, expected } of read.errors) {
        const column = locate(pointer);
        const isJson = column.startsWith('/');
        errors.push({ column, code, expected: isJson ? expected : cellExpectation(pointer, expected) });
      }
  }
  return { events, errors: firstErrorPerCell(errors) };
};

/** An unknown value is an absent field; schema/ would refuse `undefined`. */
const withoutUndefined = (data: RawEvent): RawEvent =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as RawEvent;
