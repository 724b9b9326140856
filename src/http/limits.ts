/**
 * The limits of the server; the table in docs/operations.md is generated from them. A client is an IPv4 address or the /64 of an IPv6
 * address; behind a trusted proxy, the address that the proxy forwards.
 */
export const HTTP_LIMITS = {
  /** Requests in progress, in total; health checks do not count. */
  requests: 1_000,
  /** Requests in progress per client; health checks do not count. */
  requestsPerClient: 500,
  /** Open connections, in total; beyond, one that has long been idle is closed, or the new one if none is idle. */
  connections: 2_000,
  /** Open connections from one address (IPv6: one /64) that is no trusted proxy. */
  connectionsPerAddress: 500,
  /** Open connections from one trusted proxy. */
  connectionsPerProxy: 1_500,
  /** Milliseconds until the first byte of a new connection. */
  firstByteMs: 5_000,
  /** Milliseconds until the headers of a request are complete. */
  headersMs: 10_000,
  /** Milliseconds until a request is complete. */
  requestMs: 30_000,
  /** Milliseconds between checks of connections and bodies. */
  checkIntervalMs: 1_000,
  /** A body must gain `bodyProgressBytes` in every `bodyProgressMs` milliseconds. */
  bodyProgressBytes: 1_024,
  bodyProgressMs: 5_000,
  /** Incomplete bodies, in total. */
  bodies: 1_000,
  /** Incomplete bodies per client. */
  bodiesPerClient: 100,
  /** Bytes that all incomplete bodies together may hold in memory. */
  bodyBytes: 128 * 1_024 * 1_024,
  /** Milliseconds from a complete request until its response must begin. */
  responseStartMs: 30_000,
  /** Milliseconds without a byte in either direction after which a connection with a request in progress is closed. */
  stalledConnectionMs: 60_000,
  /** Milliseconds after which an idle connection is closed. */
  idleConnectionMs: 65_000,
  /** Wrong tokens that a client may send within `wrongTokensWindowMs`. */
  wrongTokens: 20,
  /** Milliseconds from a client's first wrong token until its count starts anew. */
  wrongTokensWindowMs: 60_000,
  /** Clients whose wrong tokens are remembered. */
  wrongTokenClients: 10_000,
} as const;

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number };
