import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { History } from '../../read-models/history/history.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { HistoryPage } from '../../read-models/history/history-entry.view.js';
import { Operation, queryResponses } from '../operation.js';
import { CurrentViewer } from '../request.decorators.js';
import { HistoryQueryParameters, toHistoryParameters } from './parameters.js';

@Controller('v1/history')
export class HistoryController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary: 'Who recorded what, of every case, list, instrument and claim, in order.',
    tag: 'register',
    response: queryResponses.page(HistoryPage),
  })
  list(@Query() query: HistoryQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object | null> {
    return this.queries.execute(new History(new Scope(viewer, query), toHistoryParameters(query)));
  }
}
