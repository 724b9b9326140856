import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Duplicates, DuplicatesPage } from '../../read-models/names/duplicates.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { Operation, queryResponses } from '../operation.js';
import { CurrentViewer } from '../request.decorators.js';
import { DuplicatesQuery } from './parameters.js';

@Controller('v1/duplicates')
export class DuplicatesController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    summary:
      'Pairs of cases that may be of one person: the register compared with itself, one part of it for each page.',
    tag: 'cases',
    response: queryResponses.page(DuplicatesPage),
  })
  list(@Query() query: DuplicatesQuery, @CurrentViewer() viewer: Viewer): Promise<object> {
    return this.queries.execute(new Duplicates(new Scope(viewer, query), query.after));
  }
}
