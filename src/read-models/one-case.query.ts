/** One case: its standings on a day, its periods and findings. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HELD_CUSTODIES } from '../domain/case/state.js';
import { eventsAsTheyStand } from '../domain/corrections.js';
import { formatDay } from '../domain/time.js';
import { CaseListView, listViewsOfCase } from './case-lists.js';
import { knownFindings } from './findings/findings.js';
import { personDescription, personNames, personReferences } from './person.js';
import { listScope } from './list/predicate.js';
import { formatBound, periodsOf, possibleStandingsIfDecided } from './list/standings.js';
import { IsBoolean, IsDay, IsNullable, IsObjectOf } from '../schema/decorators.js';
import { FindingView } from '../schema/finding.view.js';
import { Name, Reference } from '../schema/parts.js';
import { IsCount, IsString, IsTextMap } from '../schema/view-decorators.js';
import { DaysView } from './days.view.js';
import { KnownView } from './known.view.js';
import { StandingView } from './list/person.view.js';
import { ReadModelReader } from './reader.js';
import { openScope, type Scope } from './scope.js';

export class PeriodView extends DaysView {
  @IsNullable()
  @IsObjectOf(StandingView, { description: 'Null if too many events are undecided to enumerate the standings.' })
  readonly standing: StandingView | null;
}

export class CaseView extends KnownView {
  @IsString()
  readonly id: string;

  @IsCount()
  readonly revision: number;

  @IsDay()
  readonly asOf: string;

  @IsObjectOf(Reference, { each: true })
  readonly references: readonly Reference[];

  @IsObjectOf(Name, { each: true })
  readonly names: readonly Name[];

  @IsTextMap()
  readonly description: Readonly<Record<string, string>>;

  @IsObjectOf(StandingView, { each: true })
  readonly standings: readonly StandingView[];

  @IsObjectOf(CaseListView, { each: true, description: 'What each list that has judged the person makes of them.' })
  readonly lists: readonly CaseListView[];

  @IsObjectOf(FindingView, { each: true })
  readonly findings: readonly FindingView[];

  @IsObjectOf(PeriodView, { each: true })
  readonly periods: readonly PeriodView[];

  @IsBoolean({ description: 'Whether the sentence has ended by the day while the person is still held.' })
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
    const { scope, ...context } = await openScope(this.reader, asked);
    const { db, logTables, position: head } = context;
    const { day, position } = scope;
    const stream = logTables.streamNo('case', id);
    const caseNo = logTables.cases.caseNoOf(id);
    if (stream === null || caseNo === null) return null;
    const events = logTables.caseEntries(caseNo, position).map(({ eventWithId }) => eventWithId);
    if (events.length === 0) return null;
    const standingEvents = eventsAsTheyStand(events);
    const periods = periodsOf(db, listScope('', day, position, head), caseNo);
    const standings = possibleStandingsIfDecided(
      periods.filter(({ from, to }) => from <= day && day < to).map(({ standing }) => standing),
    );
    return {
      id,
      revision: logTables.lastRevision(stream, position) ?? 0,
      asOf: formatDay(day),
      knownAt: scope.knownAt,
      position,
      references: personReferences(standingEvents),
      names: personNames(standingEvents),
      description: personDescription(standingEvents),
      standings,
      lists: listViewsOfCase(context, caseNo, standingEvents, day, position),
      findings: knownFindings(db, caseNo, position),
      periods: periods.map(({ from, to, standing }) => ({ from: formatBound(from), to: formatBound(to), standing })),
      heldPastEnd: standings.length > 0 && standings.every(isHeldPastEnd),
    };
  }
}

/** Whether the sentence has ended by its computed end while the person is still held. */
const isHeldPastEnd = ({ custody, sentence, sentenceEnd }: StandingView): boolean =>
  HELD_CUSTODIES.has(custody) && sentence === 'completed' && sentenceEnd !== null;
