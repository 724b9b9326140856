import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Instruments } from '../read-models/queries.js';
import { problem, send } from './answer.js';
import { Answers, Operation, Reports } from './operation.js';
import { AtLeast, WriteHeaders } from './parameters.js';
import { Reads } from './reads.js';
import { viewTag } from './revision.js';
import { Writes } from './writes.js';

@Controller('v1/instruments')
export class InstrumentsController {
  constructor(
    private readonly reads: Reads,
    private readonly writes: Writes,
  ) {}

  @Post()
  @Operation({
    summary: 'Register an amnesty act or a pardon decree.',
    tag: 'instruments',
    headers: WriteHeaders,
    body: 'RegisterInstrument',
    answer: Reports.created,
  })
  async register(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.begin('instrument', request));
  }

  @Post(':id/events')
  @Operation({
    summary: 'Report more of an instrument.',
    tag: 'instruments',
    headers: WriteHeaders,
    body: 'InstrumentEvent',
    answer: Reports.recorded,
  })
  async report(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.writes.add('instrument', id, request));
  }

  @Get()
  @Operation({
    summary: 'The instruments.',
    tag: 'instruments',
    parameters: AtLeast,
    answer: Answers.one('Instruments'),
  })
  async all(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      AtLeast,
      (q) => new Instruments(q),
      (items) => ({ status: 200, body: { items } }),
    );
    await send(reply, answer);
  }

  @Get(':id')
  @Operation({
    summary: 'One instrument with its dates.',
    tag: 'instruments',
    parameters: AtLeast,
    answer: Answers.tagged('Instrument'),
  })
  async one(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      AtLeast,
      (q) => new Instruments({ id, ...q }),
      ([view]) =>
        view === undefined
          ? problem('SUBJECT.UNKNOWN')
          : { status: 200, headers: { etag: viewTag(view.revision, view) }, body: view },
    );
    await send(reply, answer);
  }
}
