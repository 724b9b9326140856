import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ListMembers, Lists, Movements } from '../read-models/queries.js';
import { exportList, TABLE_TYPES, type TableFormat } from '../register-files/list-export.js';
import type { Constructor } from '../schema/field.js';
import { problem, send } from './answer.js';
import { Answers, Operation, Reports } from './operation.js';
import {
  AtLeast,
  CsvQuery,
  filtersOf,
  MembersQuery,
  MovementsQuery,
  pageOf,
  PeopleQuery,
  pick,
  WriteHeaders,
} from './parameters.js';
import { Reads } from './reads.js';
import { viewTag } from './revision.js';
import { Writes } from './writes.js';

@Controller('v1/lists')
export class ListsController {
  constructor(
    private readonly reads: Reads,
    private readonly writes: Writes,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @Operation({
    summary: 'Define a list.',
    tag: 'lists',
    headers: WriteHeaders,
    body: 'DefineList',
    answer: Reports.created,
  })
  async define(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.begin('list', request));
  }

  @Post(':id/events')
  @Operation({
    summary: 'Define or rename a category, rename the list, set its policy.',
    tag: 'lists',
    headers: WriteHeaders,
    body: 'ListEvent',
    answer: Reports.recorded,
  })
  async report(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.add('list', id, request));
  }

  @Get()
  @Operation({ summary: 'The lists.', tag: 'lists', parameters: AtLeast, answer: Answers.one('Lists') })
  async all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      AtLeast,
      (q) => new Lists(q),
      (items) => ({ status: 200, body: { items } }),
    );
    await send(reply, answer);
  }

  @Get(':id')
  @Operation({
    summary: 'One list with its categories and its policy.',
    tag: 'lists',
    parameters: AtLeast,
    answer: Answers.tagged('List'),
  })
  async one(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      AtLeast,
      (q) => new Lists({ id, ...q }),
      ([view]) =>
        view === undefined
          ? problem('SUBJECT.UNKNOWN')
          : { status: 200, headers: { etag: viewTag(view.revision, view) }, body: view },
    );
    await send(reply, answer);
  }

  @Get(':id/members')
  @Operation({
    summary: 'The list on a day: who is on it, and who perhaps.',
    tag: 'lists',
    parameters: MembersQuery,
    answer: Answers.page('PersonPage'),
  })
  async members(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      MembersQuery,
      (q) => new ListMembers(id, { filters: filtersOf(q), page: pageOf(q), ...pick(q, ['asOf', 'atLeast']) }),
    );
    await send(reply, answer);
  }

  @Get(':id/members.csv')
  @Operation({
    summary: 'The list on a day as CSV, whole, for people.',
    tag: 'lists',
    parameters: CsvQuery,
    answer: Answers.table(TABLE_TYPES.csv),
  })
  async csv(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.table(id, 'csv', CsvQuery, request, reply);
  }

  @Get(':id/members.xlsx')
  @Operation({
    summary: 'The list on a day as a workbook, whole, for people.',
    tag: 'lists',
    parameters: PeopleQuery,
    answer: Answers.table(TABLE_TYPES.xlsx),
  })
  async xlsx(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.table(id, 'xlsx', PeopleQuery, request, reply);
  }

  @Get(':id/movements')
  @Operation({
    summary: 'Every entry, exit and change of category between the ends of two days, each as often as it happened.',
    tag: 'lists',
    parameters: MovementsQuery,
    answer: Answers.one('Movements'),
  })
  async movements(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(request, MovementsQuery, (q) => new Movements(id, q));
    await send(reply, answer);
  }

  private async table(
    list: string,
    format: TableFormat,
    parameters: Constructor<CsvQuery>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.reads.read(request, parameters, async (q) => {
      const asked = { list, filters: filtersOf(q), ...pick(q, ['asOf', 'atLeast', 'sort', 'separator']) };
      const exported = await exportList(this.queries, asked, format);
      if (exported === null) return problem('SUBJECT.UNKNOWN');
      const headers = {
        'content-type': TABLE_TYPES[format],
        'content-disposition': `attachment; filename="${exported.fileName}"`,
        'habeas-position': String(exported.position),
        'habeas-leaves-out': exported.leavesOut,
      };
      return { status: 200, headers, stream: exported.content };
    });
    await send(reply, answer);
  }
}
