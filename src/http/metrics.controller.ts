import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { BodyEnd } from './arrivals.js';
import type { ConnectionEnd } from './connections.js';
import type { answeredBy } from './request-log.js';

/** Hears of every request, and tells what was measured; given by the composition root. */
export interface Metrics {
  asked(): void;
  answered(request: ReturnType<typeof answeredBy>): void;
  /** How many connections there are. */
  connected(connections: number): void;
  connectionEnded(why: ConnectionEnd): void;
  bodyEnded(why: BodyEnd): void;
  wrongToken(): void;
  /** Everything measured, as text of a media type. */
  tell(): Promise<{ readonly type: string; readonly text: string }>;
}
export const METRICS = Symbol('Metrics');

/** For a collector; needs the token like everything else, since the figures tell how much the register holds. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get()
  async all(@Res() reply: FastifyReply): Promise<void> {
    const { type, text } = await this.metrics.tell();
    await reply.header('content-type', type).send(text);
  }
}
