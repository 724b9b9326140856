import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { pickFilters } from '../../read-models/list/filters.js';
import { MemberCounts, CountsView } from '../../read-models/counts/counts.query.js';
import { Movements } from '../../read-models/counts/movements.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { ExitCountsView } from './exit-counts.view.js';
import { Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { CountsQueryParameters, EXIT_REASON } from './parameters.js';

@Controller('v1/counts')
export class CountsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary: 'People of a list on a day, by one property; or who left between two days, by reason.',
    tag: 'register',
    response: queryResponses.either(CountsView, ExitCountsView),
  })
  count(@Query() query: CountsQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object | null> {
    const { by } = query;
    const scope = new Scope(viewer, query);
    return by === EXIT_REASON
      ? this.countExits(scope, query)
      : this.queries.execute(new MemberCounts(scope, query.list, { by, filters: pickFilters(query) }));
  }

  private async countExits(scope: Scope, { list, from, to, ...query }: CountsQueryParameters): Promise<object | null> {
    // The rules of CountsQueryParameters demand both days; `limit: 0` leaves out the movements themselves.
    const span = { from: String(from), to: String(to), limit: 0 };
    const movements = await this.queries.execute(
      new Movements(scope, list, { ...span, ...pick(query, ['category', 'set']) }),
    );
    if (movements === null) return null;
    const { set, knownAt, position, totals, leftByReason } = movements;
    return {
      list: movements.list,
      by: EXIT_REASON,
      from: movements.from,
      to: movements.to,
      set,
      knownAt,
      position,
      total: totals.left,
      groups: leftByReason.map(({ reason, count }) => ({ key: reason, count })),
    };
  }
}
