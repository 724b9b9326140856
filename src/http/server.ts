/** The Fastify server under Nest: what is true of every request, whatever its route. */
import helmet from '@fastify/helmet';
import type { LoggerService } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBaseLogger, FastifyRequest, FastifyServerOptions } from 'fastify';
import { v7, validate } from 'uuid';
import type { RequestCode } from '../schema/problems.js';
import { admit, isHealth, JSON_TYPE, LINES_TYPE, type AdmissionSettings } from './admission.js';
import { problem, PROBLEM_TYPE, send } from './answer.js';
import { BODY_LIMIT, parseBody, parseLines, ROWS_BODY_LIMIT, ROWS_PATH } from './body.js';
import { answerToError, pathOf, ProblemFilter, traceOf } from './faults.js';
import { HEALTH, type Health } from './health.controller.js';
import type { HttpLimits } from './limits.js';
import { Load } from './load.js';
import { METRICS, type Metrics } from './metrics.controller.js';
import { serveOpenApi } from './openapi.js';
import { answeredBy, RequestLog } from './request-log.js';
import { Routes } from './routes.js';

/** The server for NestFactory. `log` is a pino logger. */
export const createAdapter = (log: FastifyBaseLogger, limits: HttpLimits): FastifyAdapter =>
  new FastifyAdapter({
    loggerInstance: log,
    logController: new RequestLog(),
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      requestId(request.headers['x-request-id']),
    bodyLimit: BODY_LIMIT,
    requestTimeout: limits.arrive,
    connectionTimeout: limits.stall,
    keepAliveTimeout: limits.idle,
    // Node takes the shorter of the two for the headers and the longer for the whole.
    http: { headersTimeout: limits.arrive, connectionsCheckingInterval: limits.look },
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

const UNHEARD: Readonly<Record<string, RequestCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMEOUT',
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
};

/** What is no HTTP request, or none in time, never reaches a route. */
const clientErrorHandler: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = problem(UNHEARD[error.code] ?? 'REQUEST.MALFORMED');
  const text = JSON.stringify(body);
  const head = [`HTTP/1.1 ${status} Refused`, `Content-Type: ${PROBLEM_TYPE}`, 'Connection: close'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'));
};

/** Sets up an application made with createAdapter; to be called before it is initialised. */
export const setUp = async (
  app: NestFastifyApplication,
  settings: AdmissionSettings,
  limits: HttpLimits,
): Promise<void> => {
  const fastify = app.getHttpAdapter().getInstance();
  app.getHttpServer().maxConnections = limits.connections;
  const [routes, load] = [new Routes(), new Load(limits)];
  const [metrics, health] = [app.get<Metrics>(METRICS), app.get<Health>(HEALTH)];
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (route.url === ROWS_PATH && route.method === 'POST') route.bodyLimit = ROWS_BODY_LIMIT;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id });
    metrics.asked();
    // Not onResponse, which never comes where the caller has gone away.
    reply.raw.once('close', () => {
      load.left(reply);
      const answered = answeredBy(request, reply);
      metrics.answered(answered);
      if (answered.cut) request.log.info(answered, 'request');
    });
    const caller = callerOf(request);
    const refusal = admit(caller, settings) ?? (isHealth(caller.path) ? null : load.enter(reply));
    if (refusal !== null) await send(reply, refusal);
  });
  fastify.addHook('preHandler', async (_request, reply) => load.arrived(reply));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseBody(body),
  );
  fastify.addContentTypeParser(LINES_TYPE, { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseLines(body),
  );
  await app.register(helmet, SECURITY_HEADERS);
  app.useGlobalFilters(new ProblemFilter(routes, health));
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
