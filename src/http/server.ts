/** The Fastify server under Nest: what is true of every request, whatever its route. */
import helmet from '@fastify/helmet';
import type { LoggerService } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBaseLogger, FastifyRequest, FastifyServerOptions } from 'fastify';
import { v7, validate } from 'uuid';
import { admit, JSON_TYPE, LINES_TYPE, type AdmissionSettings } from './admission.js';
import { problem, PROBLEM_TYPE, send } from './answer.js';
import { BODY_LIMIT, parseBody, parseLines, ROWS_BODY_LIMIT, ROWS_PATH } from './body.js';
import { answerToError, pathOf, ProblemFilter, traceOf } from './faults.js';
import { serveOpenApi } from './openapi.js';
import { RequestLog } from './request-log.js';
import { Routes } from './routes.js';

/** Milliseconds until a request must have come in whole, and for which an idle connection is kept. */
const REQUEST_TIMEOUT = 30_000;
const KEEP_ALIVE = 65_000;

/** The server for NestFactory. `log` is a pino logger;  */
export const createAdapter = (log: FastifyBaseLogger): FastifyAdapter =>
  new FastifyAdapter({
    loggerInstance: log,
    logController: new RequestLog(),
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      requestId(request.headers['x-request-id']),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: KEEP_ALIVE,
    // What is under way when the service stops is answered.
    return503OnClosing: false,
    frameworkErrors,
    clientErrorHandler,
  });

const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && validate(given) ? given.toLowerCase() : v7();

/** Errors before there is a route: a path that cannot be decoded, a part of it that is too long. */
const frameworkErrors: NonNullable<FastifyServerOptions['frameworkErrors']> = (error, _request, reply) => {
  void send(reply, answerToError(error).answer);
};

/** Bytes that are no HTTP request never reach a route. */
const clientErrorHandler: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = problem(error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'REQUEST.TIMEOUT' : 'REQUEST.MALFORMED');
  const text = JSON.stringify(body);
  const head = [`HTTP/1.1 ${status} Refused`, `Content-Type: ${PROBLEM_TYPE}`, 'Connection: close'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'));
};

/** Sets up an application made with createAdapter; to be called before it is initialised. */
export const setUp = async (app: NestFastifyApplication, settings: AdmissionSettings): Promise<void> => {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = new Routes();
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (route.url === ROWS_PATH && route.method === 'POST') route.bodyLimit = ROWS_BODY_LIMIT;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id });
    const refusal = admit(callerOf(request), settings);
    if (refusal !== null) await send(reply, refusal);
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseBody(body),
  );
  fastify.addContentTypeParser(LINES_TYPE, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseLines(body),
  );
  await app.register(helmet, SECURITY_HEADERS);
  app.useGlobalFilters(new ProblemFilter(routes));
  serveOpenApi(app);
};

/** The page of the OpenAPI document brings its own scripts and styles; nothing comes from elsewhere. */
const SECURITY_HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  // Whoever puts TLS in front says for how long.
  strictTransportSecurity: false,
} as const;

const callerOf = (request: FastifyRequest) => ({
  method: request.method,
  path: pathOf(request),
  port: request.socket.localPort ?? 0,
  headers: request.headers,
});

/** Nest's own words, in the same log. */
export const nestLogger = (log: FastifyBaseLogger): LoggerService => ({
  log: (message: unknown) => log.debug({ nest: String(message) }),
  warn: (message: unknown) => log.warn({ nest: String(message) }),
  error: (message: unknown) => log.error(message instanceof Error ? traceOf(message) : { nest: String(message) }),
  fatal: (message: unknown) => log.fatal(message instanceof Error ? traceOf(message) : { nest: String(message) }),
});
