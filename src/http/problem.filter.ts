import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf, toErrorResponse, errorTraceOf } from './faults.js';
import type { HealthMonitor } from './health/health.controller.js';
import { problemResponse, send, type HttpResponse } from './http-response.js';
import type { RouteTable } from './route-table.js';

/** Answers an error of a handler, or an unknown route, with a problem document; closes the connection where the response has begun. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    private readonly health: Pick<HealthMonitor, 'onError'>,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    this.health.onError(error);
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) {
      // The response has begun; closing the connection tells the client that it is incomplete.
      reply.raw.destroy();
      return;
    }
    const { response, isFault } = request.is404
      ? { response: this.unknownRouteResponse(request), isFault: false }
      : toErrorResponse(error);
    if (isFault) request.log.error(errorTraceOf(error), 'fault');
    void send(reply, response);
  }

  private unknownRouteResponse(request: FastifyRequest): HttpResponse {
    const methods = this.routes.methodsAt(pathOf(request));
    return methods.length === 0
      ? problemResponse('ROUTE.UNKNOWN')
      : problemResponse('METHOD.NOT_ALLOWED', {}, { allow: methods.join(', ') });
  }
}
