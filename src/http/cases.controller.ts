import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cases, History, OneCase } from '../read-models/queries.js';
import { send } from './answer.js';
import { Answers, Operation, Reports } from './operation.js';
import { AsOf, CasesQuery, filtersOf, HistoryQuery, pageOf, pick, WriteHeaders } from './parameters.js';
import { Reads } from './reads.js';
import { noneMatches, viewTag } from './revision.js';
import { Writes } from './writes.js';

@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly reads: Reads,
    private readonly writes: Writes,
  ) {}

  @Post()
  @Operation({
    summary: 'Open a case.',
    tag: 'cases',
    headers: WriteHeaders,
    body: 'OpenCase',
    answer: Reports.created,
  })
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.begin('case', request));
  }

  @Post(':id/events')
  @Operation({
    summary: 'Report what happened.',
    tag: 'cases',
    headers: WriteHeaders,
    body: 'CaseEvent',
    answer: Reports.recorded,
  })
  async report(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.add('case', id, request));
  }

  @Get()
  @Operation({
    summary: 'Every dossier, on a list or not.',
    tag: 'cases',
    parameters: CasesQuery,
    answer: Answers.page('PersonPage'),
  })
  async all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      CasesQuery,
      (q) =>
        new Cases({
          filters: filtersOf(q),
          page: pageOf(q),
          ...pick(q, ['asOf', 'atLeast', 'list']),
          ...(q.reference === undefined ? {} : { reference: referenceIn(q.reference) }),
        }),
    );
    await send(reply, answer);
  }

  @Get(':id')
  @Operation({
    summary: 'One case on a day: axes, findings, periods.',
    tag: 'cases',
    parameters: AsOf,
    answer: Answers.tagged('Case'),
  })
  async one(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      AsOf,
      (q) => new OneCase(id, q),
      (view) => {
        const etag = viewTag(view.revision, view);
        return noneMatches(request.headers['if-none-match'], etag)
          ? { status: 304, headers: { etag } }
          : { status: 200, headers: { etag }, body: view };
      },
    );
    await send(reply, answer);
  }

  @Get(':id/history')
  @Operation({
    summary: 'Who recorded what of a case, when, from which source, and what it changed.',
    tag: 'cases',
    parameters: HistoryQuery,
    answer: Answers.page('HistoryPage'),
  })
  async history(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      HistoryQuery,
      ({ type, ...q }) =>
        new History({ subject: { kind: 'case', id }, ...(type === undefined ? {} : { types: type }), ...q }),
    );
    await send(reply, answer);
  }
}

const referenceIn = (text: string): { readonly list: string; readonly reference: string } => {
  const colon = text.indexOf(':');
  return { list: text.slice(0, colon), reference: text.slice(colon + 1) };
};
