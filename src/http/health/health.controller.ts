import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { HttpResponse, RETRY_AFTER } from '../http-response.js';

export interface ServiceReadiness {
  /** By part of the service: null if it is ready, else a code that says why not. */
  readonly parts: Readonly<Record<string, string | null>>;
  /** Milliseconds by which the read models lag behind the log; null if the log cannot be read. */
  readonly lag: number | null;
}

/** Implemented in the composition root. */
export interface HealthMonitor {
  check(): Promise<ServiceReadiness>;
  /** Codes of warnings that do not make the service unready. */
  warnings(): readonly string[];
  /** The damage of the log, with the first position that is known to be wrong; null while no damage is known. */
  damage(): { readonly position: number | null } | null;
  /** Called with each error that the problem filter answers, since it may reveal that the read models are damaged. */
  onError(error: unknown): void;
}
export const HEALTH_MONITOR = Symbol('Health');

/** Needs no token, so it must not reveal anything about the contents of the register. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(@Inject(HEALTH_MONITOR) private readonly health: HealthMonitor) {}

  @Get('live')
  live(): object {
    return { status: 'ok' };
  }

  @Get('ready')
  async ready(): Promise<HttpResponse> {
    const { parts, lag } = await this.health.check();
    const warnings = this.health.warnings();
    const codes = Object.fromEntries(Object.entries(parts).filter(([, code]) => code !== null));
    const ready = Object.keys(codes).length === 0;
    const body = {
      status: ready ? 'ok' : 'not-ready',
      parts: Object.fromEntries(Object.entries(parts).map(([part, code]) => [part, code === null])),
      ...(ready ? {} : { codes }),
      ...(warnings.length === 0 ? {} : { warnings }),
      lag,
    };
    return ready ? new HttpResponse(200, {}, body) : new HttpResponse(503, RETRY_AFTER, body);
  }
}
