import { Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { PublishEdition } from '../../commands/publish-edition.js';
import { EditionsView, EditionWithMembersView } from '../../read-models/editions/edition.view.js';
import { Editions } from '../../read-models/editions/editions.query.js';
import { OneEdition } from '../../read-models/editions/one-edition.query.js';
import { Scope, type Viewer } from '../../read-models/scope.js';
import { NewEdition } from '../../schema/editions.js';
import { CommandHeadersOf, SubjectId, type CommandMetadata } from '../commands/command-request.js';
import { outcomeResponse } from '../commands/command.service.js';
import { CommandHeaders } from '../commands/parameters.js';
import { HttpResponse, problemResponse } from '../http-response.js';
import { commandResponses, Operation, queryResponses } from '../operation.js';
import { pick } from '../parameters.js';
import { BodyOf, CurrentViewer } from '../request.decorators.js';
import { EditionsQueryParameters } from './parameters.js';

@Controller('v1/lists/:id/editions')
export class EditionsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly commands: CommandBus,
  ) {}

  @Post()
  @Operation({
    summary: 'Publish an edition: the list on a day, as it is known now.',
    tag: 'lists',
    headers: CommandHeaders,
    body: NewEdition,
    response: commandResponses.created,
  })
  async publish(
    @SubjectId('list') list: string,
    @CommandHeadersOf(CommandHeaders) headers: CommandMetadata,
    @BodyOf(NewEdition) { id, ...edition }: NewEdition,
    @Req() { id: correlationId }: FastifyRequest,
  ): Promise<HttpResponse> {
    const result = await this.commands.execute(
      new PublishEdition({ ...headers, ...edition, list, edition: id, correlationId }),
    );
    const { status, headers: answered, body } = outcomeResponse(result, { isNewSubject: false });
    const location = { location: `/v1/lists/${list}/editions/${id}` };
    return new HttpResponse(status, { ...answered, ...(result.outcome === 'recorded' && location) }, body);
  }

  @Get()
  @Operation({
    summary: 'The editions of a list, with their numbers, in the order in which they were published.',
    tag: 'lists',
    response: queryResponses.page(EditionsView),
  })
  list(
    @Param('id') list: string,
    @Query() query: EditionsQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object | null> {
    return this.queries.execute(new Editions(new Scope(viewer, query), list, pick(query, ['limit', 'after'])));
  }

  @Get(':edition')
  @Operation({
    summary: 'An edition as it was published: no later event changes the answer.',
    tag: 'lists',
    response: queryResponses.page(EditionWithMembersView),
  })
  async one(
    @Param('id') list: string,
    @Param('edition') id: string,
    @Query() query: EditionsQueryParameters,
    @CurrentViewer() viewer: Viewer,
  ): Promise<object> {
    const page = pick(query, ['limit', 'after']);
    return (
      (await this.queries.execute(new OneEdition(new Scope(viewer, query), list, id, page))) ??
      problemResponse('EDITION.UNKNOWN')
    );
  }
}
