/** Something that a file says, on its way to becoming an event. */
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { readEvent } from '../schema/read-event.js';
import { cellExpectation } from './cell-expectations.js';
import { firstErrorPerCell, type CellError } from './report.js';

export type RawEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** A body, and where each part of it stands in the file: a JSON pointer into the body to a column, or to a place in the JSON. */
export interface EventDraft {
  readonly body: RawEvent;
  readonly locate: (pointer: string) => string;
}

/** A draft that its class in schema/ has read. */
export interface LocatedEvent {
  readonly event: AnyEvent;
  readonly locate: EventDraft['locate'];
  /** The line of the file, where a batch has several. */
  readonly row?: number;
}

/** Every draft as an event, and everything that is wrong with any of them. */
export const checkDrafts = (
  kind: SubjectKind,
  drafts: readonly EventDraft[],
): { readonly statements: readonly LocatedEvent[]; readonly wrong: readonly CellError[] } => {
  const statements: LocatedEvent[] = [];
  const wrong: CellError[] = [];
  for (const { body, locate } of drafts) {
    const read = readEvent(kind, withoutBlanks(body));
    if ('event' in read) statements.push({ event: read.event, locate });
    else
      for (const { code, pointer, expected } of read.errors) {
        const column = locate(pointer);
        // A place in JSON is a pointer; any other is a column.
        wrong.push({ column, code, expected: column.startsWith('/') ? expected : cellExpectation(pointer, expected) });
      }
  }
  return { statements, wrong: firstErrorPerCell(wrong) };
};

/** Without the fields that the file leaves open: unknown is an absent field, not an empty one. */
const withoutBlanks = (body: RawEvent): RawEvent =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as RawEvent;
