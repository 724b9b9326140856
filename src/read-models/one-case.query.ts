/** One case: its standings on a day, its periods and findings. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Name, Reference } from '../domain/case/events.js';
import { HELD_CUSTODIES } from '../domain/case/state.js';
import { eventsAsTheyStand } from '../domain/corrections.js';
import type { Finding } from '../domain/event.js';
import { formatDay } from '../domain/time.js';
import { findingsAt } from './findings/findings.js';
import { descriptionOf, namesOf, referencesOf } from './person.js';
import { listScope } from './list/predicate.js';
import { formatBound, periodsOf, possibleStandings } from './list/standings.js';
import type { StandingView } from './list/person.view.js';
import { ReadModelReader } from './reader.js';
import { openScope, type Scope } from './scope.js';

export interface PeriodView {
  readonly from: string | null;
  readonly to: string | null;
  /** Null if too many events are undecided to enumerate the standings. */
  readonly standing: StandingView | null;
}

export interface CaseView {
  readonly id: string;
  readonly revision: number;
  readonly asOf: string;
  readonly knownAt: string;
  readonly position: number;
  readonly references: readonly Reference[];
  readonly names: readonly Name[];
  readonly description: Readonly<Record<string, string>>;
  readonly standings: readonly StandingView[];
  readonly findings: readonly Finding[];
  readonly periods: readonly PeriodView[];
  /** Whether the sentence has ended by the day of the query while the person is still held. */
  readonly heldPastEnd: boolean;
}

export class OneCase extends Query<CaseView | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(OneCase)
export class OneCaseHandler implements IQueryHandler<OneCase> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: OneCase): Promise<CaseView | null> {
    const { db, logTables, scope, position: head } = await openScope(this.reader, asked);
    const { day, position } = scope;
    const stream = logTables.streamNo('case', id);
    const caseNo = logTables.cases.numberOf(id);
    if (stream === null || caseNo === null) return null;
    const events = logTables.caseEntries(caseNo, position).map(({ known }) => known);
    if (events.length === 0) return null;
    const standingEvents = eventsAsTheyStand(events);
    const periods = periodsOf(db, listScope('', day, position, head), caseNo);
    const standings = possibleStandings(
      periods.filter(({ from, to }) => from <= day && day < to).map(({ standing }) => standing),
    );
    return {
      id,
      revision: logTables.lastRevision(stream, position) ?? 0,
      asOf: formatDay(day),
      knownAt: scope.knownAt,
      position,
      references: referencesOf(standingEvents),
      names: namesOf(standingEvents),
      description: descriptionOf(standingEvents),
      standings,
      findings: findingsAt(db, caseNo, position),
      periods: periods.map(({ from, to, standing }) => ({ from: formatBound(from), to: formatBound(to), standing })),
      heldPastEnd: standings.length > 0 && standings.every(isHeldPastEnd),
    };
  }
}

/** Whether the sentence has ended by its computed end while the person is still held. */
const isHeldPastEnd = ({ custody, sentence, sentenceEnd }: StandingView): boolean =>
  HELD_CUSTODIES.has(custody) && sentence === 'completed' && sentenceEnd !== null;
