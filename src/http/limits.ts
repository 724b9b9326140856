/**
 * The bounds of the server. Each is documented in docs/operations.md, from here. A client is an address, or the /64 of an
 * IPv6 address; behind a trusted proxy it is the address that the proxy forwards.
 */
export const HTTP_LIMITS = {
  /** Requests answered at once, health apart, in all and for a client; more are told to come again. */
  underWay: 1_000,
  underWayEach: 500,
  /** Connections held at once, in all, of an address and of a trusted proxy; beyond, the oldest that waits is ended. */
  connections: 2_000,
  connectionsEach: 500,
  connectionsProxy: 1_500,
  /** Milliseconds until the first byte of a new connection, and until the headers of a request are whole. */
  silent: 5_000,
  headers: 10_000,
  /** Milliseconds until a request must have come in whole, and between looks whether it has. */
  arrive: 30_000,
  look: 1_000,
  /** Bytes of a body that must come in so many milliseconds. */
  progress: 1_024,
  within: 5_000,
  /** Bodies that come in at once, in all and for a client, and their bytes in memory. */
  bodies: 1_000,
  bodiesEach: 100,
  bodyBytes: 128 * 1_024 * 1_024,
  /** Milliseconds from there until its answer must have begun. */
  answer: 30_000,
  /** Milliseconds for which a connection may neither take nor give a byte while a request is under way. */
  stall: 60_000,
  /** Milliseconds for which an idle connection is kept. */
  idle: 65_000,
  /** Wrong tokens of a client in so many milliseconds; and clients whose wrong tokens are remembered. */
  wrongTokens: 20,
  wrongTokensWithin: 60_000,
  wrongTokensClients: 10_000,
} as const;

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number };
