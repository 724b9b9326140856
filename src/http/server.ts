/** The Fastify server under Nest: what is true of every request, whatever its route. */
import helmet from '@fastify/helmet';
import type { LoggerService } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Readable } from 'node:stream';
import { v7, validate } from 'uuid';
import type { ProblemCode } from '../schema/problems.js';
import { admit, isHealth, JSON_TYPE, LINES_TYPE, type AdmissionSettings, type Caller } from './admission.js';
import { problem, PROBLEM_TYPE, send, type Answer } from './answer.js';
import { Arrivals } from './arrivals.js';
import { BODY_LIMIT, parseBody, parseLines, ROWS_BODY_LIMIT, ROWS_PATH } from './body.js';
import { clientOf, isTrustedBy, type IsTrusted } from './client.js';
import { Connections } from './connections.js';
import { answerToError, pathOf, ProblemFilter, traceOf } from './faults.js';
import { HEALTH, type Health } from './health.controller.js';
import type { HttpLimits } from './limits.js';
import { Load } from './load.js';
import { METRICS, type Metrics } from './metrics.controller.js';
import { serveOpenApi } from './openapi.js';
import { answeredBy, RequestLog } from './request-log.js';
import { Routes } from './routes.js';
import { WrongTokens } from './wrong-tokens.js';

export interface ServerSettings extends AdmissionSettings {
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

/** What bounds the server before a request reaches a route. */
export interface Intake {
  readonly limits: HttpLimits;
  readonly isTrusted: IsTrusted;
  readonly connections: Connections;
  readonly arrivals: Arrivals;
}

export const intakeOf = ({ trustedProxies }: ServerSettings, limits: HttpLimits): Intake => {
  const isTrusted = isTrustedBy(trustedProxies);
  return { limits, isTrusted, connections: new Connections(limits, isTrusted), arrivals: new Arrivals(limits) };
};

/** The server for NestFactory. `log` is a pino logger. */
export const createAdapter = (log: FastifyBaseLogger, intake: Intake): FastifyAdapter =>
  new FastifyAdapter({
    loggerInstance: log,
    logController: new RequestLog(),
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      requestId(request.headers['x-request-id']),
    bodyLimit: BODY_LIMIT,
    serverFactory: (listener: RequestListener) => serverOf(listener, intake),
    // For the address of the client alone: the name by which the service is called stays that of `Host`.
    trustProxy: (address) => intake.isTrusted(address),
    // What is under way when the service stops is answered.
    return503OnClosing: false,
    frameworkErrors,
    clientErrorHandler,
  });

/** One for each address that is listened on: `localhost` may be two. */
const serverOf = (listener: RequestListener, { limits, connections, arrivals }: Intake): Server => {
  const server = createServer(
    {
      headersTimeout: Math.min(limits.headers, limits.arrive),
      requestTimeout: limits.arrive,
      keepAliveTimeout: limits.idle,
      connectionsCheckingInterval: limits.look,
    },
    listener,
  );
  server.setTimeout(limits.stall);
  connections.watch(server);
  let last = performance.now();
  const look = setInterval(() => {
    const [now, before] = [performance.now(), last];
    last = now;
    // Where the process was held up, what has come meanwhile is not read yet.
    if (now - before > limits.look + HELD_UP) return;
    connections.look(now);
    arrivals.look(now);
  }, limits.look).unref();
  server.once('close', () => clearInterval(look));
  return server;
};
const HELD_UP = 1_000;

const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && validate(given) ? given.toLowerCase() : v7();

/** Errors before there is a route: a path that cannot be decoded, a part of it that is too long. */
const frameworkErrors: NonNullable<FastifyServerOptions['frameworkErrors']> = (error, _request, reply) => {
  void send(reply, answerToError(error).answer);
};

const UNHEARD: Readonly<Record<string, ProblemCode>> = {
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
export const setUp = async (app: NestFastifyApplication, settings: ServerSettings, intake: Intake): Promise<void> => {
  const fastify = app.getHttpAdapter().getInstance();
  const routes = new Routes();
  const health = app.get<Health>(HEALTH);
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (route.url === ROWS_PATH && route.method === 'POST') route.bodyLimit = ROWS_BODY_LIMIT;
  });
  guard(fastify, settings, intake, app.get<Metrics>(METRICS));
  readBodies(fastify, intake.arrivals);
  await app.register(helmet, SECURITY_HEADERS);
  app.useGlobalFilters(new ProblemFilter(routes, health));
  serveOpenApi(app);
};

/** Turns away who may not ask, and what is too much, and measures the rest. */
const guard = (fastify: FastifyInstance, settings: ServerSettings, intake: Intake, metrics: Metrics): void => {
  const { connections, arrivals, limits } = intake;
  const load = new Load(limits);
  const wrongTokens = new WrongTokens(limits, () => metrics.wrongToken());
  connections.onEnd = (why) => metrics.connectionEnded(why);
  connections.onCount = (count) => metrics.connected(count);
  arrivals.onEnd = (why) => metrics.bodyEnded(why);
  const turnAway = async (reply: FastifyReply, refusal: Answer | null): Promise<void> => {
    if (refusal !== null) await send(reply, refusal);
  };
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
    // A full house is told before the body is sent; the place is taken once it is whole.
    const refusal =
      admit(caller, settings, wrongTokens) ?? (isHealth(caller.path) ? null : load.refusal(caller.client));
    await turnAway(reply, refusal);
  });
  fastify.addHook('preHandler', async (request, reply) => {
    const { path, client } = callerOf(request);
    const { socket } = request.raw;
    connections.working(socket);
    reply.raw.once('close', () => connections.answered(socket));
    load.due(reply);
    await turnAway(reply, isHealth(path) ? null : load.enter(reply, client));
  });
};

const readBodies = (fastify: FastifyInstance, arrivals: Arrivals): void => {
  const reading =
    (parse: (body: Buffer) => unknown) =>
    async (request: FastifyRequest, stream: Readable): Promise<unknown> =>
      parse(await arrivals.read(request, stream));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, reading(parseBody));
  fastify.addContentTypeParser(LINES_TYPE, reading(parseLines));
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

const callerOf = (request: FastifyRequest): Caller => ({
  client: clientOf(request),
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
