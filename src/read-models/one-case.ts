/** One case: its standings on a day, its periods and findings. */
import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { HELD_CUSTODIES } from '../domain/case/state.js';
import { timelineOf } from '../domain/case/timeline.js';
import { formatDay } from '../domain/time.js';
import { descriptionOf, namesOf, referencesOf } from './person.js';
import { requireDay } from './list/predicate.js';
import { formatBound, possibleStandings, standingView } from './list/views.js';
import { OneCase, type CaseView, type StandingView } from './queries.js';
import { ReadModelReader } from './reader.js';

@QueryHandler(OneCase)
export class OneCaseHandler implements IQueryHandler<OneCase> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ id, parameters }: OneCase): Promise<CaseView | null> {
    const { logTables, position, today } = await this.reader.contextAt({ atLeast: parameters.atLeast });
    const stream = logTables.streamNo('case', id);
    if (stream === null) return null;
    const day = parameters.asOf === undefined ? today : requireDay(parameters.asOf);
    const entries = logTables.entries(stream, position);
    const events = entries.map(({ known }) => known);
    const { periods, findings } = timelineOf(events, logTables.referenceData({ events }, position, today));
    const views = periods.map(({ from, to, standing }) => ({ from, to, standing: standing && standingView(standing) }));
    const standings = possibleStandings(
      views.filter(({ from, to }) => from <= day && day < to).map((view) => view.standing),
    );
    return {
      id,
      revision: entries.at(-1)?.revision ?? 0,
      asOf: formatDay(day),
      references: referencesOf(events),
      names: namesOf(events),
      description: descriptionOf(events),
      standings,
      findings,
      periods: views.map(({ from, to, standing }) => ({ from: formatBound(from), to: formatBound(to), standing })),
      heldPastEnd: standings.length > 0 && standings.every(isHeldPastEnd),
    };
  }
}

/** Whether the sentence has ended by its computed end while the person is still held. */
const isHeldPastEnd = ({ custody, sentence, sentenceEnd }: StandingView): boolean =>
  HELD_CUSTODIES.has(custody) && sentence === 'completed' && sentenceEnd !== null;
