import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RETRY, send } from './answer.js';

/** Whether the service can do its work. */
export interface Condition {
  /** Part by part: null where it is ready, else a code that says why not. */
  readonly parts: Readonly<Record<string, string | null>>;
  /** Milliseconds by which the read models lie behind the log; null where nobody can say. */
  readonly lag: number | null;
}

/** ReferenceData by the composition root. */
export interface Health {
  check(): Promise<Condition>;
  /** Hears of every error that a request met. */
  met(error: unknown): void;
}
export const HEALTH = Symbol('Health');

/** For whoever watches the process; needs no token and tells nothing of what the register holds. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(@Inject(HEALTH) private readonly health: Health) {}

  @Get('live')
  async live(@Res() reply: FastifyReply): Promise<void> {
    await send(reply, { status: 200, body: { status: 'ok' } });
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { parts, lag } = await this.health.check();
    const codes = Object.fromEntries(Object.entries(parts).filter(([, code]) => code !== null));
    const ready = Object.keys(codes).length === 0;
    const body = {
      status: ready ? 'ok' : 'not-ready',
      parts: Object.fromEntries(Object.entries(parts).map(([part, code]) => [part, code === null])),
      ...(ready ? {} : { codes }),
      lag,
    };
    await send(reply, ready ? { status: 200, body } : { status: 503, headers: RETRY, body });
  }
}
