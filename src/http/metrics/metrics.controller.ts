import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { BodyAbortReason } from '../body-reader.js';
import type { ConnectionCloseReason } from '../connections.js';
import { HttpResponse } from '../http-response.js';
import type { RequestSummary } from '../request-log.js';

/** What the route needs of the metrics. The composition root provides an implementation, that in watching/. */
export interface Metrics {
  requestStarted(): void;
  requestEnded(request: RequestSummary): void;
  connectionCount(connections: number): void;
  connectionClosed(reason: ConnectionCloseReason): void;
  bodyAborted(reason: BodyAbortReason): void;
  wrongToken(): void;
  /** All metrics in the text format of Prometheus. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
export const METRICS = Symbol('Metrics');

/** Needs the token, unlike health: the figures reveal how much the register holds. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Metrics) {}

  @Get()
  async all(): Promise<HttpResponse> {
    const { contentType, text } = await this.metrics.render();
    return new HttpResponse(200, { 'content-type': contentType }, text);
  }
}
