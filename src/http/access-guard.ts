/**
 * Decides who may send requests at all, by host name, origin, token and media type. Host and origin are checked because any web
 * page can send requests to loopback, also under a host name of the attacker's that resolves to it (DNS rebinding).
 *
 * It is a Fastify `onRequest` hook because a Nest guard runs after the body was read: an unauthorised caller could make
 * the service read and parse bodies. Nest guards also do not run for unknown paths or for the OpenAPI page.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { BATCH_PATH } from './body-parser.js';
import { clientKeyOf, isLoopback } from './client.js';
import { pathOf } from './faults.js';
import { problemResponse, send, type HttpResponse } from './http-response.js';
import { JSON_TYPE, NDJSON_TYPE } from './media-types.js';
import type { WrongTokens } from './wrong-tokens.js';

export interface AccessSettings {
  /** Null: no token is required. */
  readonly token: string | null;
  /** Host names, with their port if not the default one, in addition to loopback. */
  readonly allowedHosts: readonly string[];
}

export const registerAccessGuard = (
  fastify: FastifyInstance,
  settings: AccessSettings,
  wrongTokens: WrongTokens,
): void => {
  fastify.addHook('onRequest', async (request, reply) => {
    const refusal = refuseAccess(request, settings, wrongTokens);
    if (refusal !== null) await send(reply, refusal);
  });
};

/**
 * Headers that access depends on, which a request has at most once (RFC 9112, section 3.2; RFC 9110, section 5.3): of several,
 * Node would take the first, and a proxy in between may have gone by another.
 */
const SINGLE_HEADERS = ['host', 'origin', 'authorization', 'content-type', 'content-encoding'] as const;

const refuseAccess = (
  request: FastifyRequest,
  settings: AccessSettings,
  wrongTokens: WrongTokens,
): HttpResponse | null => {
  if (SINGLE_HEADERS.some((name) => (request.raw.headersDistinct[name]?.length ?? 0) > 1))
    return problemResponse('REQUEST.MALFORMED');
  const host = headerText(request, 'host');
  if (!isAllowedHost(host, request.socket.localPort ?? 0, settings.allowedHosts))
    return problemResponse('HOST.REFUSED');
  const origin = headerText(request, 'origin');
  if (origin !== null && !isSameOrigin(origin, host)) return problemResponse('ORIGIN.REFUSED');
  const path = pathOf(request);
  const unauthorised = isHealthPath(path) ? null : refuseToken(request, settings.token, wrongTokens);
  return unauthorised ?? refuseEncodedBody(request) ?? refuseMediaType(request, path);
};

/** Paths of health checks need no token and are not subject to the load limits. */
export const isHealthPath = (path: string): boolean => path.startsWith('/health/');

const headerText = ({ headers }: FastifyRequest, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
};

/** True for a loopback name with the port that the service listens on, and for names in the settings. */
const isAllowedHost = (host: string | null, port: number, allowed: readonly string[]): boolean => {
  if (host === null) return false;
  const lowerCase = host.toLowerCase();
  if (allowed.includes(lowerCase)) return true;
  const match = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(lowerCase);
  return match !== null && isLoopback(match[1] as string) && Number(match[2] ?? 80) === port;
};

/** Accepts both schemes, because a proxy may terminate TLS. */
const isSameOrigin = (origin: string, host: string | null): boolean =>
  origin.toLowerCase() === `http://${(host ?? '').toLowerCase()}` ||
  origin.toLowerCase() === `https://${(host ?? '').toLowerCase()}`;

/**
 * The refusal of a missing or wrong token, and of any token while the client must wait after too many wrong ones; null for the
 * right token, or if none is required. A missing token is not counted as an attempt to guess.
 */
const refuseToken = (request: FastifyRequest, token: string | null, wrongTokens: WrongTokens): HttpResponse | null => {
  if (token === null) return null;
  const authorization = headerText(request, 'authorization') ?? '';
  if (authorization === '') return TOKEN_REQUIRED;
  const clientKey = clientKeyOf(request);
  const seconds = wrongTokens.secondsToWait(clientKey);
  if (seconds > 0) return problemResponse('AUTH.TOO_MANY_WRONG_TOKENS', {}, { 'retry-after': String(seconds) });
  if (hasToken(authorization, token)) return null;
  wrongTokens.countWrongToken(clientKey);
  return TOKEN_REQUIRED;
};

const TOKEN_REQUIRED = problemResponse('AUTH.TOKEN_REQUIRED', {}, { 'www-authenticate': 'Bearer realm="habeas"' });

const hasToken = (authorization: string, token: string): boolean => {
  const sent = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1];
  return sent !== undefined && timingSafeEqual(tokenDigest(sent), tokenDigest(token));
};

/** Digests have equal length, which timingSafeEqual requires. */
const tokenDigest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Refuses a compressed or otherwise encoded body by its headers. Without this, its bytes would fail as invalid JSON. */
const refuseEncodedBody = (request: FastifyRequest): HttpResponse | null => {
  if (request.method === 'GET' || request.method === 'HEAD') return null;
  const names = ['content-encoding', 'transfer-encoding'].flatMap(
    (name) => headerText(request, name)?.split(',') ?? [],
  );
  return names.every((name) => ACCEPTED_CODINGS.has(name.trim().toLowerCase()))
    ? null
    : problemResponse('BODY.ENCODED', {}, { 'accept-encoding': 'identity' });
};

const ACCEPTED_CODINGS: ReadonlySet<string> = new Set(['', 'identity', 'chunked']);

/** Accepts only JSON (for a batch also NDJSON): no HTML form can send it cross-origin, and no script without a CORS preflight. */
const refuseMediaType = (request: FastifyRequest, path: string): HttpResponse | null => {
  if (request.method !== 'POST') return null;
  const accepted = path === BATCH_PATH ? [JSON_TYPE, NDJSON_TYPE] : [JSON_TYPE];
  const contentType = headerText(request, 'content-type');
  return accepted.some((type) => isUtf8MediaType(type, contentType))
    ? null
    : problemResponse('BODY.NOT_DECLARED_JSON', {}, { 'accept-post': accepted.join(', ') });
};

/** Whether the content type is `type`, with no parameter other than the charset UTF-8. */
const isUtf8MediaType = (type: string, contentType: string | null): boolean => {
  const [name = '', ...parameters] = (contentType ?? '').split(';');
  return (
    name.trim().toLowerCase() === type &&
    (parameters.length === 0 || /^\s*charset\s*=\s*"?utf-8"?\s*$/i.test(parameters.join(';')))
  );
};
