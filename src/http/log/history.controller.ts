import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { History } from '../../read-models/history/history.query.js';
import { Operation, queryResponses } from '../operation.js';
import { QueryParameters } from '../request.decorators.js';
import { HistoryQuery } from './parameters.js';

@Controller('v1/history')
export class HistoryController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary: 'Who recorded what, of every case, list and instrument, in order.',
    tag: 'register',
    response: queryResponses.page('HistoryPage'),
  })
  list(@QueryParameters(HistoryQuery) { type, ...query }: HistoryQuery): Promise<object | null> {
    return this.queries.execute(new History({ ...(type === undefined ? {} : { types: type }), ...query }));
  }
}
