/** How an import reads and writes the register: through the command and query buses, like every other client. */
import type { CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import { eventIds } from '../commands/ids.js';
import { DUPLICATE_CODE } from '../commands/possible-duplicates.js';
import { personDataOf, type PersonData } from '../domain/names/likeness.js';
import { referenceText } from '../domain/reference/reference.js';
import { RecordEvents, type RecordEventsRequest } from '../commands/record-events.js';
import type { Reference } from '../domain/case/events.js';
import { finding } from '../domain/case/findings.js';
import { isAmendment } from '../domain/corrections.js';
import type { Actor } from '../domain/event.js';
import { streamName } from '../domain/events.js';
import type { Day } from '../domain/time.js';
import { Cases } from '../read-models/list/cases.query.js';
import { History } from '../read-models/history/history.query.js';
import { NotCaughtUp } from '../read-models/query-errors.js';
import { Scope, UNRESTRICTED } from '../read-models/scope.js';
import type { PriorEvent } from './prior-events.js';
import type { LocatedEvent } from './event-draft.js';
import { PeopleOfFile } from './people-of-file.js';
import type { CellCorrection } from './row-corrections.js';
import type { CellError } from './report.js';

export interface RegisterAccess {
  readonly commands: Pick<CommandBus, 'execute'>;
  readonly queries: Pick<QueryBus, 'execute'>;
  readonly today: Day;
}

/** The outcome of importing a row, a line or a definition. */
export type ImportOutcome =
  /** `corrections`: the cells that corrected what an earlier import recorded. */
  | { readonly outcome: 'added'; readonly corrections?: readonly CellCorrection[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly errors: readonly CellError[] };

export const UNCHANGED: ImportOutcome = { outcome: 'unchanged' };
export const refused = (...errors: readonly CellError[]): Extract<ImportOutcome, { outcome: 'refused' }> => ({
  outcome: 'refused',
  errors,
});

export type Subject = RecordEventsRequest['subject'];

export interface EventsToRecord {
  readonly subject: Subject;
  /** Whether the first event opens the subject, which must not exist yet. */
  readonly isNewSubject: boolean;
  readonly events: readonly LocatedEvent[];
  readonly actor: Actor;
  /** The idempotency key. */
  readonly key: string;
  /** Codes of findings of grade `ask`; none where absent. */
  readonly acknowledge?: readonly string[];
}

/**
 * `retry`: nothing was written. The subject exists already, `subject` is another case that has the reference, or the read models
 * do not have the subject yet; record the events again, for `subject`.
 */
export type RecordOutcome = ImportOutcome | { readonly outcome: 'retry'; readonly subject: Subject };

/** Events of one page of a subject's history. */
const HISTORY_PAGE_SIZE = 500;
/** How many times a query waits for the read models, some seconds each: together long enough to project the largest file. */
const MAX_WAITS_FOR_READ_MODELS = 200;

export class Recorder {
  /** The token of the last write. */
  private lastWriteToken: string | undefined;
  /** The token that queries wait for. */
  private awaitedToken: string | undefined;
  private cachedPositionBeforeFile: Promise<number> | null = null;
  private peopleOfFile = new PeopleOfFile();

  constructor(
    readonly register: RegisterAccess,
    readonly list: string,
    private readonly correlationId: string,
  ) {}

  /** The scope of queries, which wait for the files imported before the current one. */
  get scope(): Scope {
    return new Scope(UNRESTRICTED, this.awaitedToken === undefined ? {} : { atLeast: this.awaitedToken });
  }

  /**
   * Makes queries wait for the events of earlier files. Within a file, most rows have a subject of their own, so
   * queries need not wait for the rows before; `findCaseId` waits where it finds nothing.
   */
  startFile(): void {
    this.awaitedToken = this.lastWriteToken;
    this.cachedPositionBeforeFile = null;
    this.peopleOfFile = new PeopleOfFile();
  }

  /**
   * The log position before the current file. Rows are checked for duplicates against the cases of this position and
   * those of the file itself, so that the findings do not depend on how far the projection is.
   */
  private positionBeforeFile(): Promise<number> {
    return (this.cachedPositionBeforeFile ??= this.query(
      new Cases(this.scope, { filters: {}, page: { limit: 1 } }),
    ).then(({ position }) => position));
  }

  /** All events of a subject; null where it does not exist. Events by the same `actor` count as those of an earlier import. */
  async allEventsOf(subject: Subject, actor: Actor): Promise<readonly PriorEvent[] | null> {
    const events: PriorEvent[] = [];
    let after: number | null = 0;
    while (after !== null) {
      const page: Awaited<ReturnType<typeof this.historyPage>> = await this.historyPage(subject, after);
      if (page === null) return null;
      for (const { id, event, actor: by } of page.items)
        events.push({ id, event, isFromEarlierImport: by.kind === actor.kind && by.id === actor.id });
      after = page.next;
    }
    return events;
  }

  /** The id of the case that has a reference, written by this import or before; null where there is none. */
  async findCaseId(reference: Reference): Promise<string | null> {
    const id = await this.findCaseIdInReadModels(reference);
    if (id !== null || this.awaitedToken === this.lastWriteToken) return id;
    this.awaitedToken = this.lastWriteToken;
    return this.findCaseIdInReadModels(reference);
  }

  /** The cases that had a name like this one before the current file, with how well it matches, best first. */
  async casesNamedBeforeFile(name: string): Promise<readonly { readonly caseId: string; readonly score: number }[]> {
    const scope = new Scope(UNRESTRICTED, { knownAt: `position:${await this.positionBeforeFile()}` });
    const { items } = await this.query(new Cases(scope, { name, filters: {}, page: { limit: 10 } }));
    return items.map(({ caseId, match }) => ({ caseId, score: match?.score ?? 0 }));
  }

  private async findCaseIdInReadModels(reference: Reference): Promise<string | null> {
    const { items } = await this.query(new Cases(this.scope, { reference, filters: {}, page: { limit: 1 } }));
    return items[0]?.caseId ?? null;
  }

  private historyPage(subject: Subject, after: number) {
    return this.query(new History(this.scope, { subject, after, limit: HISTORY_PAGE_SIZE }));
  }

  /** Repeats a query until the read models have caught up with the `atLeast` of its scope; gives up after too many waits. */
  async query<R>(query: Query<R>): Promise<R> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.register.queries.execute(query);
      } catch (error) {
        if (!(error instanceof NotCaughtUp) || tries === MAX_WAITS_FOR_READ_MODELS) throw error;
      }
    }
  }

  /** Records events as one append. Findings of grade `refuse`, and of grade `ask` if not acknowledged, become errors of cells. */
  async record({
    subject,
    isNewSubject,
    events,
    actor,
    key,
    acknowledge = [],
  }: EventsToRecord): Promise<RecordOutcome> {
    const opened = isNewSubject && subject.kind === 'case' ? findOpening(events) : null;
    if (opened !== null && !acknowledge.includes(DUPLICATE_CODE)) {
      const samePerson = this.peopleOfFile.caseLabelOfProbableDuplicate(opened.person);
      if (samePerson !== null) return refused(duplicateError(opened, samePerson));
    }
    const result = await this.register.commands.execute(
      new RecordEvents({
        subject,
        isNewSubject,
        events: events.map(({ event }) => event),
        actor,
        key,
        acknowledge,
        ...(opened === null ? {} : { duplicateSearchKnownAt: await this.positionBeforeFile() }),
        correlationId: this.correlationId,
      }),
    );
    switch (result.outcome) {
      case 'recorded':
        this.lastWriteToken = result.token;
        if (opened !== null) this.peopleOfFile.add(opened.person, caseLabel(subject.id, opened.references));
        return { outcome: result.repeated ? 'unchanged' : 'added' };
      case 'refused': {
        const ids = eventIds({ actor, stream: streamName(subject.kind, subject.id), key }, events.length);
        const { findings, candidates = [] } = result;
        const cases = candidates
          .filter(({ isProbable }) => isProbable)
          .map(({ caseId, references }) => caseLabel(caseId, references));
        return refused(...findings.map((one) => cellErrorOf(withPossibleDuplicates(one, cases), ids, events)));
      }
      case 'invalid':
        return refused(
          ...result.errors.map(({ index, code, pointer, expected }) => {
            const { row, locate } = events[index] as LocatedEvent;
            return { ...(row !== undefined && { row }), column: locate(pointer), code, expected };
          }),
        );
      case 'reference-taken':
        return { outcome: 'retry', subject: { kind: 'case', id: result.by } };
      case 'already-exists':
      case 'key-reused':
        return { outcome: 'retry', subject };
      case 'too-many-events':
        return refused({ column: null, code: 'SUBJECT.FULL', expected: `at most ${result.limit} events` });
      case 'unknown-subject':
      case 'conflict':
        return refusedByConcurrentWrite();
    }
  }
}

export const refusedByConcurrentWrite = (): ReturnType<typeof refused> =>
  refused({
    column: null,
    code: 'IMPORT.NOT_RECORDED',
    expected: 'nobody else writing of the same in the same moment; import the file again',
  });

/** The opening of a case, and where its fields stand in the file. */
interface CaseOpening {
  readonly person: PersonData;
  readonly references: readonly Reference[];
  readonly locate: LocatedEvent['locate'];
}

const findOpening = (events: readonly LocatedEvent[]): CaseOpening | null => {
  for (const { event, locate } of events)
    if (event.type === 'opened') return { person: personDataOf(event, []), references: event.references ?? [], locate };
  return null;
};

const duplicateError = ({ locate }: CaseOpening, samePerson: string): CellError => {
  const { code, expected } = withPossibleDuplicates(finding(DUPLICATE_CODE), [samePerson]);
  return { column: locate(FIELD_OF_FINDING[code] ?? ''), code, expected };
};

/** By code of a finding, the field to report it at; the day for all other codes. */
const FIELD_OF_FINDING: Readonly<Record<string, string>> = {
  'CATEGORY.UNKNOWN': '/category',
  'RECOGNITION.CRITERIA_REQUIRED': '/category',
  'LIST.UNKNOWN': '/list',
  'INSTRUMENT.UNKNOWN': '/act',
  'INSTRUMENT.WRONG_KIND': '/act',
  'INSTRUMENT.CLAUSE_UNKNOWN': '/clause',
  'CASE.RELEASE_UNFOUNDED': '/reason',
  [DUPLICATE_CODE]: '/names/0',
};

/** By code of a finding of a claim, the field to report it at; most fields of a claim are nested in `about`. */
const FIELD_OF_CLAIM_FINDING: Readonly<Record<string, string>> = {
  'CATEGORY.UNKNOWN': '/about/category',
  'LIST.UNKNOWN': '/about/list',
  'INSTRUMENT.UNKNOWN': '/about/instrument',
  'DATE.FUTURE': '/saidOn',
};

/** Lists the possible duplicates in `expected`, by reference or id, since the report of an import has no personal data. */
const withPossibleDuplicates = <F extends { readonly code: string; readonly expected: string }>(
  asked: F,
  cases: readonly string[],
): F =>
  asked.code === DUPLICATE_CODE
    ? {
        ...asked,
        expected: `${asked.expected} It may be ${cases.join(', ')}: name it in same_as, or the code in acknowledge.`,
      }
    : asked;

/** What a report calls a case: its first reference, or else its id. */
const caseLabel = (caseId: string, [first]: readonly Reference[]): string =>
  first === undefined ? caseId : referenceText(first);

/**
 * The error of a cell for a finding. The cell is that of the event which caused the finding: the last of the events to record (`events`,
 * with their `ids`) that the finding names, or that amends an event which the finding names.
 */
const cellErrorOf = (
  finding: { readonly code: string; readonly expected: string; readonly events: readonly string[] },
  ids: readonly string[],
  events: readonly LocatedEvent[],
): CellError => {
  const { code, expected } = finding;
  const located = events.findLast(
    ({ event }, index) =>
      finding.events.includes(ids[index] as string) || (isAmendment(event) && finding.events.includes(event.event)),
  );
  const row = located?.row;
  const fields = located?.event.type === 'claimed' ? FIELD_OF_CLAIM_FINDING : FIELD_OF_FINDING;
  const column = located?.locate(fields[code] ?? '') ?? null;
  return { ...(row !== undefined && { row }), column, code, expected };
};
