/** What every part of an import asks and records with: the buses that anybody else uses. */
import type { CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import { eventIds } from '../commands/ids.js';
import { RecordEvents, type RecordEventsRequest } from '../commands/record-events.js';
import type { Reference } from '../domain/case/events.js';
import type { Actor } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import type { Day } from '../domain/time.js';
import { Cases, History, NotCaughtUp } from '../read-models/queries.js';
import type { PriorEvent } from './event-diff.js';
import type { LocatedEvent } from './event-draft.js';
import type { CellError } from './report.js';

export interface Register {
  readonly commands: Pick<CommandBus, 'execute'>;
  readonly queries: Pick<QueryBus, 'execute'>;
  readonly today: Day;
}

/** What became of a row or a definition. */
export type ImportOutcome =
  { readonly outcome: 'added' | 'unchanged' } | { readonly outcome: 'refused'; readonly wrong: readonly CellError[] };

export const UNCHANGED: ImportOutcome = { outcome: 'unchanged' };
export const refused = (...wrong: readonly CellError[]): ImportOutcome => ({ outcome: 'refused', wrong });

export type Subject = RecordEventsRequest['subject'];

export interface Saying {
  readonly subject: Subject;
  readonly begins: boolean;
  readonly statements: readonly LocatedEvent[];
  readonly actor: Actor;
  /** What makes this request the same one when it comes again. */
  readonly key: string;
  /** Codes of findings that the file stands by; none where absent. */
  readonly acknowledge?: readonly string[];
}

/** Recorded, refused, or not written because the read models did not yet know of the subject: look again. */
export type RecordOutcome = ImportOutcome | { readonly outcome: 'behind'; readonly subject: Subject };

/** Events of a subject that are read at once. */
const PAGE = 500;
/** Each is some seconds long: time for the read models to take in the largest file. */
const MAX_WAITS = 200;

export class Recorder {
  /** The token of the last write. */
  private writeToken: string | undefined;
  private readToken: string | undefined;

  constructor(
    readonly register: Register,
    readonly list: string,
    private readonly correlationId: string,
  ) {}

  /** Part of a question that is to take account of everything written before the file at hand. */
  get after(): { readonly atLeast?: string } {
    return this.readToken === undefined ? {} : { atLeast: this.readToken };
  }

  /**
   * Begins a file: it builds on those before it. Within a file each row and definition has a subject of its own, so
   * that nothing waits there.
   */
  startFile(): void {
    this.readToken = this.writeToken;
  }

  /** All events of a subject, null where it does not exist; `actor` tells whose import said each. */
  async record(subject: Subject, actor: Actor): Promise<readonly PriorEvent[] | null> {
    const events: PriorEvent[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const page: Awaited<ReturnType<typeof this.page>> = await this.page(subject, after);
      if (page === null) return null;
      for (const { id, event, actor: by } of page.items)
        events.push({ id, event, fromThisImport: by.kind === actor.kind && by.id === actor.id });
      after = page.next;
    }
    return events;
  }

  /** The case that has a reference, also one that this import gave it; null where none has. */
  async find(reference: Reference): Promise<string | null> {
    const found = await this.caseOf(reference);
    if (found !== null || this.readToken === this.writeToken) return found;
    this.readToken = this.writeToken;
    return this.caseOf(reference);
  }

  private async caseOf(reference: Reference): Promise<string | null> {
    const { items } = await this.ask(new Cases({ reference, filters: {}, page: { limit: 1 }, ...this.after }));
    return items[0]?.caseId ?? null;
  }

  private page(subject: Subject, after: number) {
    return this.ask(new History({ subject, after, limit: PAGE, ...this.after }));
  }

  /** Asks, and asks again while the read models are still taking in what a file before brought. */
  async ask<R>(question: Query<R>): Promise<R> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.register.queries.execute(question);
      } catch (error) {
        if (!(error instanceof NotCaughtUp) || tries === MAX_WAITS) throw error;
      }
    }
  }

  /** Records statements as one batch, and says in the file's terms what stands in the way. */
  async say({ subject, begins, statements, actor, key, acknowledge = [] }: Saying): Promise<RecordOutcome> {
    const answer = await this.register.commands.execute(
      new RecordEvents({
        subject,
        begins,
        events: statements.map(({ event }) => event),
        actor,
        key,
        acknowledge,
        correlationId: this.correlationId,
      }),
    );
    switch (answer.outcome) {
      case 'recorded':
        this.writeToken = answer.token;
        return { outcome: answer.repeated ? 'unchanged' : 'added' };
      case 'refused': {
        const ids = eventIds({ actor, stream: streamName(subject.kind, subject.id), key }, statements.length);
        return refused(...answer.findings.map((finding) => inTheFile(finding, ids, statements)));
      }
      case 'reference-taken':
        return { outcome: 'behind', subject: { kind: 'case', id: answer.by } };
      case 'already-exists':
      case 'key-reused':
        return { outcome: 'behind', subject };
      case 'too-many-events':
        return refused({ column: null, code: 'SUBJECT.FULL', expected: `at most ${answer.limit} events` });
      case 'unknown-subject':
      case 'conflict':
        return notRecorded();
    }
  }
}

export const notRecorded = (): ImportOutcome =>
  refused({
    column: null,
    code: 'IMPORT.NOT_RECORDED',
    expected: 'nobody else writing of the same in the same moment; import the file again',
  });

/** Where a finding is not about the day of an event. */
const FIELD_OF: Readonly<Record<string, string>> = {
  'CATEGORY.UNKNOWN': '/category',
  'RECOGNITION.CRITERIA_REQUIRED': '/category',
  'LIST.UNKNOWN': '/list',
  'INSTRUMENT.UNKNOWN': '/act',
  'INSTRUMENT.WRONG_KIND': '/act',
  'INSTRUMENT.CLAUSE_UNKNOWN': '/clause',
  'CASE.RELEASE_UNFOUNDED': '/reason',
};

/** A finding at the last of the batch's events that it is about: the one that came to the others. */
const inTheFile = (
  { code, expected, events }: { readonly code: string; readonly expected: string; readonly events: readonly string[] },
  ids: readonly string[],
  statements: readonly LocatedEvent[],
): CellError => {
  const statement = statements.findLast((_, index) => events.includes(ids[index] as string));
  const row = statement?.row;
  return { ...(row !== undefined && { row }), column: statement?.locate(FIELD_OF[code] ?? '') ?? null, code, expected };
};
