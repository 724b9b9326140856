/**
 * Who may ask at all. Any page in a browser can reach loopback, and a name that an attacker owns can be made to point
 * there (DNS rebinding): hence the names, the origin and the media type are checked before anything is read.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { problem, type Answer } from './answer.js';
import { ROWS_PATH } from './body.js';
import type { WrongTokens } from './wrong-tokens.js';

export interface AdmissionSettings {
  readonly token: string | null;
  readonly allowedHosts: readonly string[];
}

/** What is looked at of a request. */
export interface Caller {
  /** The key that limits for each client go by. */
  readonly client: string;
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** The port at which it arrived. */
  readonly port: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

/** Why the request is turned away, or null. */
export const admit = (caller: Caller, settings: AdmissionSettings, wrongTokens: WrongTokens): Answer | null => {
  const host = text(caller.headers['host']);
  if (!isKnownHost(host, caller.port, settings.allowedHosts)) return problem('HOST.REFUSED');
  const origin = text(caller.headers['origin']);
  if (origin !== null && !isSameOrigin(origin, host)) return problem('ORIGIN.REFUSED');
  const unauthorised = isHealth(caller.path) ? null : tokenRefusal(caller, settings.token, wrongTokens);
  if (unauthorised !== null) return unauthorised;
  const takes = caller.path === ROWS_PATH ? [JSON_TYPE, LINES_TYPE] : [JSON_TYPE];
  if (caller.method === 'POST' && !takes.some((type) => isOf(type, text(caller.headers['content-type'])))) {
    return problem('BODY.NOT_DECLARED_JSON', {}, { 'accept-post': takes.join(', ') });
  }
  return null;
};

/** Neither is a type that a form, or a page without leave (CORS), can send. */
export const JSON_TYPE = 'application/json';
export const LINES_TYPE = 'application/x-ndjson';

const text = (header: string | readonly string[] | undefined): string | null =>
  typeof header === 'string' ? header : null;

/** A loopback name with the port that is listened on, or a name that the operator allows. */
const isKnownHost = (host: string | null, port: number, allowed: readonly string[]): boolean => {
  if (host === null) return false;
  const named = host.toLowerCase();
  if (allowed.includes(named)) return true;
  const match = /^(\[[0-9a-f:]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(named);
  return match !== null && isLoopback(match[1] as string) && Number(match[2] ?? 80) === port;
};

/** The scheme is left open: a proxy may speak TLS for us. */
const isSameOrigin = (origin: string, host: string | null): boolean =>
  origin.toLowerCase() === `http://${(host ?? '').toLowerCase()}` ||
  origin.toLowerCase() === `https://${(host ?? '').toLowerCase()}`;

/** Whether the path is of those who watch the process. */
export const isHealth = (path: string): boolean => path.startsWith('/health/');

/** A request without a token guesses none, and is not counted. */
const tokenRefusal = (caller: Caller, token: string | null, wrongTokens: WrongTokens): Answer | null => {
  if (token === null) return null;
  const authorization = text(caller.headers['authorization']) ?? '';
  if (authorization === '') return TOKEN_REQUIRED;
  const wait = wrongTokens.secondsToWait(caller.client);
  if (wait > 0) return problem('AUTH.TOO_MANY_WRONG_TOKENS', {}, { 'retry-after': String(wait) });
  if (isToken(authorization, token)) return null;
  wrongTokens.count(caller.client);
  return TOKEN_REQUIRED;
};

const TOKEN_REQUIRED = problem('AUTH.TOKEN_REQUIRED', {}, { 'www-authenticate': 'Bearer realm="habeas"' });

const isToken = (authorization: string, token: string): boolean => {
  const given = /^Bearer +([^ ]+) *$/i.exec(authorization)?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
};

/** Of equal length, so that the comparison takes as long for every guess. */
const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

const isOf = (type: string, given: string | null): boolean => {
  const [name = '', ...parameters] = (given ?? '').split(';');
  return (
    name.trim().toLowerCase() === type &&
    (parameters.length === 0 || /^\s*charset\s*=\s*"?utf-8"?\s*$/i.test(parameters.join(';')))
  );
};
