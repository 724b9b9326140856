/** The Fastify server under Nest: limits, access, bodies, headers and error handling, for every route. */
import helmet from '@fastify/helmet';
import type { LoggerService } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Readable } from 'node:stream';
import { v7, validate } from 'uuid';
import type { ProblemCode } from '../schema/problems.js';
import { canonicalId } from '../schema/register-id.js';
import { isHealthPath, registerAccessGuard, type AccessSettings } from './access-guard.js';
import { BATCH_BODY_LIMIT, BATCH_PATH, BODY_LIMIT, parseBody, parseLines } from './body-parser.js';
import { BodyReader } from './body-reader.js';
import { clientKeyOf, createTrustedProxyCheck, type IsTrustedProxy } from './client.js';
import { Connections } from './connections.js';
import { pathOf, toErrorResponse, errorTraceOf } from './faults.js';
import { HEALTH_MONITOR, type HealthMonitor } from './health/health.controller.js';
import { problemResponse, send } from './http-response.js';
import { APPLICATIONS_PATH } from './instruments/applications.controller.js';
import type { HttpLimits } from './limits.js';
import { JSON_TYPE, NDJSON_TYPE, PROBLEM_TYPE } from './media-types.js';
import { METRICS, type Metrics } from './metrics/metrics.controller.js';
import { serveOpenApi } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { QueryPipe } from './query.pipe.js';
import { RequestLoad } from './request-load.js';
import { isAnswering, onResponseEnd } from './response-end.js';
import { RequestLog, summariseRequest } from './request-log.js';
import { ResponseInterceptor } from './response.interceptor.js';
import { RouteTable } from './route-table.js';
import { WrongTokens } from './wrong-tokens.js';

export interface ServerSettings extends AccessSettings {
  /** Addresses and networks of the proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
}

/** The limits that apply before a request reaches a route, with their state. */
export interface TransportLimits {
  readonly limits: HttpLimits;
  readonly isTrustedProxy: IsTrustedProxy;
  readonly connections: Connections;
  readonly bodies: BodyReader;
  readonly requestLog: RequestLog;
}

export const createTransportLimits = ({ trustedProxies }: ServerSettings, limits: HttpLimits): TransportLimits => {
  const isTrustedProxy = createTrustedProxyCheck(trustedProxies);
  return {
    limits,
    isTrustedProxy,
    connections: new Connections(limits, isTrustedProxy),
    bodies: new BodyReader(limits),
    requestLog: new RequestLog(),
  };
};

type Reply = ReturnType<FastifyAdapter['reply']>;

class Adapter extends FastifyAdapter {
  /** Drops a result that comes after REGISTER.OVERDUE was sent: Fastify would log a warning with the URL, which may name people. */
  override reply(...args: Parameters<FastifyAdapter['reply']>): Reply {
    const response = args[0] as Reply;
    return response.sent ? response : super.reply(...args);
  }
}

/** The adapter for NestFactory. `log` is a pino logger. */
export const createAdapter = (log: FastifyBaseLogger, transport: TransportLimits): FastifyAdapter =>
  new Adapter({
    loggerInstance: log,
    logController: transport.requestLog,
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      toRequestId(request.headers['x-request-id']),
    bodyLimit: BODY_LIMIT,
    serverFactory: (listener: RequestListener) => createHttpServer(listener, transport),
    // Only `request.ip` depends on it: the access guard reads `Host`, never X-Forwarded-Host.
    trustProxy: (address) => transport.isTrustedProxy(address),
    // Requests that arrive on open connections while the service stops are still answered.
    return503OnClosing: false,
    frameworkErrors,
    clientErrorHandler,
  });

/** Called once per address that is listened on; `localhost` may be two. */
const createHttpServer = (listener: RequestListener, { limits, connections, bodies }: TransportLimits): Server => {
  const server = createServer(
    {
      headersTimeout: Math.min(limits.headersMs, limits.requestMs),
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleConnectionMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
    },
    listener,
  );
  server.setTimeout(limits.stalledConnectionMs);
  connections.track(server);
  let lastCheck = performance.now();
  const timer = setInterval(() => {
    const [now, previous] = [performance.now(), lastCheck];
    lastCheck = now;
    // Skips the check after a blocked event loop: bytes may have arrived that were not read yet.
    if (now - previous > limits.checkIntervalMs + MAX_TIMER_LATENESS_MS) return;
    connections.closeSilentConnections(now);
    bodies.abortSlowBodies(now);
  }, limits.checkIntervalMs).unref();
  server.once('close', () => clearInterval(timer));
  return server;
};
/** Routes whose bodies name many cases. */
const LARGE_BODY_ROUTES: ReadonlySet<string> = new Set([BATCH_PATH, APPLICATIONS_PATH]);

const MAX_TIMER_LATENESS_MS = 1_000;

/** Keeps the caller's id only if it is a UUID, since the id is logged and stored. */
const toRequestId = (header: string | string[] | undefined): string =>
  typeof header === 'string' && validate(header) ? header.toLowerCase() : v7();

/** For errors before routing: a path that cannot be decoded or has a parameter that is too long. */
const frameworkErrors: NonNullable<FastifyServerOptions['frameworkErrors']> = (error, _request, reply) => {
  void send(reply, toErrorResponse(error).response);
};

const CODE_BY_SOCKET_ERROR: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST.TIMEOUT',
  HPE_HEADER_OVERFLOW: 'REQUEST.HEADERS_TOO_LARGE',
};

/** For input that Node could not parse, or did not receive in time: there is no reply object, so the response is written by hand. */
const clientErrorHandler: NonNullable<FastifyServerOptions['clientErrorHandler']> = (error, socket) => {
  // The client would read the problem as part of the response that is being sent, or as the answer to the request that is being handled.
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const { status, body } = problemResponse(CODE_BY_SOCKET_ERROR[error.code] ?? 'REQUEST.MALFORMED');
  const text = JSON.stringify(body);
  const head = [`HTTP/1.1 ${status} Refused`, `Content-Type: ${PROBLEM_TYPE}`, 'Connection: close'];
  socket.end([...head, `Content-Length: ${Buffer.byteLength(text)}`, '', text].join('\r\n'));
};

/** Configures an application made with createAdapter. To be called before it is initialised. */
export const configureServer = async (
  app: NestFastifyApplication,
  settings: ServerSettings,
  transport: TransportLimits,
): Promise<void> => {
  const fastify = app.getHttpAdapter().getInstance();
  const metrics = app.get<Metrics>(METRICS);
  const load = new RequestLoad(transport.limits);
  const routes = new RouteTable();
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (LARGE_BODY_ROUTES.has(route.url) && route.method === 'POST') route.bodyLimit = BATCH_BODY_LIMIT;
  });
  reportToMetrics(transport, metrics);
  // The order of these four is that in which their hooks run.
  trackRequests(fastify, load, metrics);
  registerAccessGuard(fastify, settings, new WrongTokens(transport.limits, () => metrics.wrongToken()));
  refuseUnreadableUrls(fastify);
  limitLoad(fastify, load, transport.connections);
  registerBodyParsers(fastify, transport.bodies);
  canonicaliseIds(fastify);
  const health = app.get<HealthMonitor>(HEALTH_MONITOR);
  transport.requestLog.onResponseStreamError = (error) => health.onError(error);
  addDamageHeader(fastify, health);
  omitContentTypeOf304(fastify);
  await app.register(helmet, SECURITY_HEADERS);
  app.useGlobalPipes(new QueryPipe());
  app.useGlobalFilters(new ProblemFilter(routes, health));
  app.useGlobalInterceptors(new ResponseInterceptor());
  serveOpenApi(app);
};

const reportToMetrics = ({ connections, bodies }: TransportLimits, metrics: Metrics): void => {
  connections.onLimitClose = (reason) => metrics.connectionClosed(reason);
  connections.onCount = (count) => metrics.connectionCount(count);
  bodies.onAbort = (reason) => metrics.bodyAborted(reason);
};

const trackRequests = (fastify: FastifyInstance, load: RequestLoad, metrics: Metrics): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'x-request-id': request.id });
    metrics.requestStarted();
    // Fastify's onResponse is not called if the client disconnects.
    onResponseEnd(request, reply, () => {
      load.end(reply);
      const summary = summariseRequest(request, reply);
      metrics.requestEnded(summary);
      if (summary.cut) request.log.info(summary, 'request');
    });
  });
};

/**
 * Refuses a URL with other characters than those of ASCII (RFC 3986, section 2), and a query that does not decode to UTF-8: the query
 * parser would take it as it is, and a filter would find nobody. The router refuses such paths.
 */
const refuseUnreadableUrls = (fastify: FastifyInstance): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isReadableUrl(request.url)) await send(reply, problemResponse('REQUEST.MALFORMED'));
  });
};

const isReadableUrl = (url: string): boolean => {
  if (!/^[\x21-\x7e]*$/.test(url)) return false;
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
    return true;
  } catch {
    return false;
  }
};

/** Refuses a request at the limit before its body is read, and counts it once the body is complete. Health checks always pass. */
const limitLoad = (fastify: FastifyInstance, load: RequestLoad, connections: Connections): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    const refusal = isHealthPath(pathOf(request)) ? null : load.refusal(clientKeyOf(request));
    if (refusal !== null) await send(reply, refusal);
  });
  fastify.addHook('preHandler', async (request, reply) => {
    const { socket } = request.raw;
    connections.requestStarted(socket);
    onResponseEnd(request, reply, () => connections.requestEnded(socket));
    load.startResponseTimer(reply);
    const refusal = isHealthPath(pathOf(request)) ? null : load.begin(reply, clientKeyOf(request));
    if (refusal !== null) await send(reply, refusal);
  });
};

/**
 * Adds DAMAGE_RESPONSE_HEADER to responses: a damaged log can still be read. Runs after the access guard, since the position
 * tells how many events the log has.
 */
const addDamageHeader = (fastify: FastifyInstance, health: HealthMonitor): void => {
  fastify.addHook('preHandler', async (request, reply) => {
    const damage = isHealthPath(pathOf(request)) ? null : health.damage();
    if (damage === null) return;
    void reply.header(
      DAMAGE_RESPONSE_HEADER,
      damage.position === null ? 'damaged' : `damaged; position=${damage.position}`,
    );
  });
};

/** A cache would store the Content-Type of a 304 as that of the content which it keeps (RFC 9110, section 15.4.5). */
const omitContentTypeOf304 = (fastify: FastifyInstance): void => {
  fastify.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 304) void reply.removeHeader('content-type');
  });
};

/** A header of responses while the log is known to be damaged; not of those to health checks. */
const DAMAGE_RESPONSE_HEADER = 'habeas-log';

const registerBodyParsers = (fastify: FastifyInstance, bodies: BodyReader): void => {
  const parserOf =
    (parse: (body: Buffer) => unknown) =>
    async (request: FastifyRequest, stream: Readable): Promise<unknown> => {
      const body = await bodies.read(request, stream);
      // Many clients declare JSON of every request, also of those that they send without a body.
      return request.method === 'DELETE' && body.length === 0 ? undefined : parse(body);
    };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(JSON_TYPE, parserOf(parseBody));
  fastify.addContentTypeParser(NDJSON_TYPE, parserOf(parseLines));
};

/** Brings the ids in a path into their canonical form, as is done with those in bodies and queries. */
const canonicaliseIds = (fastify: FastifyInstance): void => {
  fastify.addHook('preValidation', async ({ params }) => {
    const values = params as Record<string, string>;
    for (const [name, value] of Object.entries(values)) values[name] = canonicalId(value);
  });
};

/** The page of the OpenAPI document loads scripts and styles only from this service. */
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
  // Left to the proxy that terminates TLS.
  strictTransportSecurity: false,
} as const;

/** Writes Nest's messages to the service's log. */
export const nestLogger = (log: FastifyBaseLogger): LoggerService => ({
  log: (message: unknown) => log.debug({ nest: String(message) }),
  warn: (message: unknown) => log.warn({ nest: String(message) }),
  error: (message: unknown) => log.error(message instanceof Error ? errorTraceOf(message) : { nest: String(message) }),
  fatal: (message: unknown) => log.fatal(message instanceof Error ? errorTraceOf(message) : { nest: String(message) }),
});
