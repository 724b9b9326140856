import { Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import type { RecordEventsRequest } from '../../commands/record-events.js';
import { pickFilters } from '../../read-models/list/filters.js';
import { ListMembers } from '../../read-models/list/list-members.query.js';
import { DifferencesView } from '../../read-models/counts/difference.view.js';
import { ListDifferences } from '../../read-models/counts/differences.query.js';
import { Lists, ListsView, ListView } from '../../read-models/definitions/lists.query.js';
import { Movements } from '../../read-models/counts/movements.query.js';
import { listAsFile, TABLE_CONTENT_TYPES, type TableFormat } from '../../register-files/list-export.js';
import { KnowledgeParameters, Scope, type Viewer } from '../../read-models/scope.js';
import { NewSubject, SubjectEvent } from '../commands/command-request.js';
import { CommandService } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import { fileResponse } from '../file-response.js';
import { problemResponse, send, type HttpResponse } from '../http-response.js';
import { PersonPage } from '../../read-models/list/person.view.js';
import { MovementsView } from '../../read-models/counts/movement.view.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { PeoplePageQueryParameters, PeopleQueryParameters, pick, toPaging } from '../parameters.js';
import { CurrentViewer } from '../request.decorators.js';
import { firstWithETag } from '../response.interceptor.js';
import { replaceEditionsByDays } from './edition-days.js';
import {
  CsvQueryParameters,
  DifferencesQueryParameters,
  ListsQueryParameters,
  MovementsQueryParameters,
  comparedScopesOf,
} from './parameters.js';

@Controller('v1/lists')
export class ListsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandService,
  ) {}

  @Post()
  @Operation({
    summary: 'Define a list.',
    tag: 'lists',
    headers: CommandHeaders,
    body: 'DefineList',
    response: commandResponses.created,
  })
  define(@NewSubject('list') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Post(':id/events')
  @Operation({
    summary: 'Define or rename a category, rename the list, set its policy.',
    tag: 'lists',
    headers: CommandHeaders,
    body: 'ListEvent',
    response: commandResponses.recorded,
  })
  report(@SubjectEvent('list') events: RecordEventsRequest): Promise<HttpResponse> {
    return this.commands.record(events);
  }

  @Get()
  @Operation({ summary: 'The lists.', tag: 'lists', response: queryResponses.page(ListsView) })
  list(@Query() query: ListsQueryParameters, @CurrentViewer() viewer: Viewer): Promise<object> {
    return this.queries.execute(new Lists(new Scope(viewer, query), undefined, pick(query, ['limit', 'after'])));
  }

  @Get(':id')
  @Operation({
    summary: 'One list with its categories and its policy.',
    tag: 'lists',
    response: queryResponses.withETag(ListView),
  })
  async one(
    @Param('id') id: string,
    @Query() query: KnowledgeParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<HttpResponse | null> {
    const scope = new Scope(viewer, query);
    return firstWithETag(await this.queries.execute(new Lists(scope, id)), scope);
  }

  @Get(':id/members')
  @Operation({
    summary: 'The list on a day: who is on it, and who perhaps.',
    tag: 'lists',
    response: queryResponses.page(PersonPage),
  })
  members(
    @Param('id') id: string,
    @Query() query: PeoplePageQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    return this.queries.execute(
      new ListMembers(new Scope(viewer, query), id, {
        filters: pickFilters(query),
        page: toPaging(query),
        ...pick(query, ['name', 'words']),
      }),
    );
  }

  @Get(':id/members.csv')
  @Operation({
    summary: 'The list on a day as CSV, whole, for people.',
    tag: 'lists',
    response: queryResponses.file(TABLE_CONTENT_TYPES.csv),
  })
  async csv(
    @Param('id') id: string,
    @Query() query: CsvQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.membersFileResponse(new Scope(viewer, query), id, 'csv', query));
  }

  @Get(':id/members.xlsx')
  @Operation({
    summary: 'The list on a day as a workbook, whole, for people.',
    tag: 'lists',
    response: queryResponses.file(TABLE_CONTENT_TYPES.xlsx),
  })
  async xlsx(
    @Param('id') id: string,
    @Query() query: PeopleQueryParameters,
    @CurrentViewer() viewer: Viewer,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await send(reply, await this.membersFileResponse(new Scope(viewer, query), id, 'xlsx', query));
  }

  @Get(':id/movements')
  @Operation({
    summary: 'Every entry, exit and change of category between the ends of two days, each as often as it happened.',
    tag: 'lists',
    response: queryResponses.json(MovementsView),
  })
  movements(
    @Param('id') id: string,
    @Query() query: MovementsQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    return this.queries.execute(new Movements(new Scope(viewer, query), id, query));
  }

  @Get(':id/differences')
  @Operation({
    summary:
      'What differs between the list on two days, each as known at its own time: learned late, or happened since.',
    tag: 'lists',
    response: queryResponses.page(DifferencesView),
  })
  async differences(
    @Param('id') id: string,
    @Query() query: DifferencesQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    const { earlier, later } = comparedScopesOf(viewer, await replaceEditionsByDays(this.queries, viewer, id, query));
    return this.queries.execute(new ListDifferences(earlier, later, id, query));
  }

  private async membersFileResponse(
    scope: Scope,
    list: string,
    format: TableFormat,
    query: CsvQueryParameters,
  ): Promise<HttpResponse> {
    const members = { scope, list, filters: pickFilters(query), ...pick(query, ['sort', 'separator']) };
    const exported = await listAsFile(this.queries, members, format);
    if (exported === null) return problemResponse('SUBJECT.UNKNOWN');
    return fileResponse(TABLE_CONTENT_TYPES[format], exported);
  }
}
