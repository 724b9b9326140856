import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { History } from '../../read-models/history/history.query.js';
import { Operation, queryResponses } from '../operation.js';
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
  list(@Query() { type, ...query }: HistoryQuery): Promise<object | null> {
    return this.queries.execute(new History({ ...(type === undefined ? {} : { types: type }), ...query }));
  }
}
