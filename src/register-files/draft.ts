/** Something that a file says, on its way to becoming an event. */
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { readEvent } from '../schema/read-event.js';
import { expectedOfCell } from './cell-words.js';
import { onePerCell, type WrongCell } from './report.js';

export type Body = Readonly<Record<string, unknown>> & { readonly type: string };

/** A body, and where each part of it stands in the file: a JSON pointer into the body to a column, or to a place in the JSON. */
export interface Draft {
  readonly body: Body;
  readonly locate: (pointer: string) => string;
}

/** A draft that its class in schema/ has read. */
export interface Statement {
  readonly event: AnyEvent;
  readonly locate: Draft['locate'];
  /** The line of the file, where a batch has several. */
  readonly row?: number;
}

/** Every draft as an event, and everything that is wrong with any of them. */
export const readDrafts = (
  kind: SubjectKind,
  drafts: readonly Draft[],
): { readonly statements: readonly Statement[]; readonly wrong: readonly WrongCell[] } => {
  const statements: Statement[] = [];
  const wrong: WrongCell[] = [];
  for (const { body, locate } of drafts) {
    const read = readEvent(kind, withoutBlanks(body));
    if ('event' in read) statements.push({ event: read.event, locate });
    else
      for (const { code, pointer, expected } of read.problems) {
        const column = locate(pointer);
        // A place in JSON is a pointer; any other is a column.
        wrong.push({ column, code, expected: column.startsWith('/') ? expected : expectedOfCell(pointer, expected) });
      }
  }
  return { statements, wrong: onePerCell(wrong) };
};

/** Without the fields that the file leaves open: unknown is an absent field, not an empty one. */
const withoutBlanks = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Body;
