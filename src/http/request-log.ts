/** What the log says of requests: no URLs, no bodies and no messages of errors, in which people may be named. */
import { LogController, type FastifyReply, type FastifyRequest } from 'fastify';
import { traceOf } from './faults.js';

export class RequestLog extends LogController {
  override incomingRequest(): void {
    // One line a request, when it has been answered.
  }

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const { cut: _, ...line } = answeredBy(request, reply);
    if (error) request.log.error({ ...line, ...traceOf(error) }, 'request');
    else request.log.info(line, 'request');
  }

  override defaultErrorLog(error: Error, request: FastifyRequest): void {
    request.log.error(traceOf(error), 'fault');
  }

  override streamError(error: Error, request: FastifyRequest): void {
    request.log.warn(traceOf(error), 'answer cut short');
  }

  override writeHeadError(error: Error, request: FastifyRequest): void {
    request.log.warn(traceOf(error), 'answer cut short');
  }

  override serializerError(error: Error, request: FastifyRequest): void {
    request.log.error(traceOf(error), 'fault');
  }

  override routeNotFound(): void {
    // Answered, and so logged, like any other request.
  }
}

/** What is known of a request once it is answered, with nobody in it: the pattern of its route, never the URL. */
export const answeredBy = (request: FastifyRequest, reply: FastifyReply) => ({
  method: request.method,
  route: request.is404 ? null : (request.routeOptions.url ?? null),
  status: reply.statusCode,
  ms: Math.round(reply.elapsedTime * 10) / 10,
  /** The caller went away, or was cut off, before the answer had gone out. */
  cut: !reply.raw.writableFinished,
});
