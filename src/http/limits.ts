/**
 * The limits of the server; docs/operations.md lists them from here. A client is an IPv4 address or the /64 of an IPv6
 * address; behind a trusted proxy, the address that the proxy forwards.
 */
export const HTTP_LIMITS = {
  /** Requests in progress, without health checks, in total and per client. */
  underWay: 1_000,
  underWayEach: 500,
  /** Open connections, in total, per address and per trusted proxy; beyond, the oldest idle one is closed, or the new one if none is idle. */
  connections: 2_000,
  connectionsEach: 500,
  connectionsProxy: 1_500,
  /** Milliseconds until the first byte of a new connection, and until the headers of a request are complete. */
  silent: 5_000,
  headers: 10_000,
  /** Milliseconds until a request must be complete, and between checks of connections and bodies. */
  arrive: 30_000,
  look: 1_000,
  /** Bytes of a body that must arrive within so many milliseconds. */
  progress: 1_024,
  within: 5_000,
  /** Incomplete bodies, in total and per client, and the bytes that they may hold in memory. */
  bodies: 1_000,
  bodiesEach: 100,
  bodyBytes: 128 * 1_024 * 1_024,
  /** Milliseconds from a complete request until its response must begin. */
  answer: 30_000,
  /** Milliseconds without a byte in either direction after which a connection with a request in progress is closed. */
  stall: 60_000,
  /** Milliseconds after which an idle connection is closed. */
  idle: 65_000,
  /** Wrong tokens per client in so many milliseconds; and clients whose wrong tokens are counted. */
  wrongTokens: 20,
  wrongTokensWithin: 60_000,
  wrongTokensClients: 10_000,
} as const;

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number };
