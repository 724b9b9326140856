import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RETRY, send } from './answer.js';

/** Whether the service can do its work, part by part; given by the composition root. */
export interface Health {
  check(): Promise<Readonly<Record<string, boolean>>>;
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
    const parts = await this.health.check();
    const ready = Object.values(parts).every(Boolean);
    const body = { status: ready ? 'ok' : 'not-ready', parts };
    await send(reply, ready ? { status: 200, body } : { status: 503, headers: RETRY, body });
  }
}
