/** Logs requests without URLs, bodies and error messages, because these may name people. */
import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { errorTraceOf } from './faults.js';

export class RequestLog extends LogController {
  /** Called with an error that ends a response which has begun. */
  onResponseStreamError: (error: Error) => void = () => undefined;

  override incomingRequest(): void {
    // requestCompleted writes the only line of a request.
  }

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const { cut: _, ...line } = summariseRequest(request, reply);
    if (error) request.log.error({ ...line, ...errorTraceOf(error) }, 'request');
    else request.log.info(line, 'request');
  }

  override defaultErrorLog(error: Error, request: FastifyRequest): void {
    request.log.error(errorTraceOf(error), 'fault');
  }

  override streamError(error: Error, request: FastifyRequest): void {
    this.onResponseStreamError(error);
    request.log.warn(errorTraceOf(error), 'answer cut short');
  }

  override writeHeadError(error: Error, request: FastifyRequest): void {
    request.log.warn(errorTraceOf(error), 'answer cut short');
  }

  override serializerError(error: Error, request: FastifyRequest): void {
    request.log.error(errorTraceOf(error), 'fault');
  }

  override routeNotFound(): void {
    // requestCompleted logs it like any other request.
  }
}

export interface RequestSummary {
  readonly method: string;
  /** The pattern of the route (`/v1/cases/:id`); null for an unknown one. */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  /** The connection was closed before the whole response was sent. */
  readonly cut: boolean;
}

/** To be called once the response is sent or the connection closed. */
export const summariseRequest = (request: FastifyRequest, reply: FastifyReply): RequestSummary => ({
  method: request.method,
  route: request.is404 ? null : (request.routeOptions.url ?? null),
  status: reply.statusCode,
  ms: Math.round(reply.elapsedTime * 10) / 10,
  cut: !reply.raw.writableFinished,
});
