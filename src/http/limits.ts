/** The bounds of the server. Each is documented in docs/operations.md, from here. */
export const HTTP_LIMITS = {
  /** Requests answered at once, health apart; more are told to come again. */
  underWay: 1_000,
  /** Connections held at once; more are closed unheard. */
  connections: 2_000,
  /** Milliseconds until a request must have come in whole, and between looks whether it has. */
  arrive: 30_000,
  look: 5_000,
  /** Milliseconds from there until its answer must have begun. */
  answer: 30_000,
  /** Milliseconds for which a connection may neither take nor give a byte while a request is under way. */
  stall: 60_000,
  /** Milliseconds for which an idle connection is kept. */
  idle: 65_000,
} as const;

export type HttpLimits = { readonly [K in keyof typeof HTTP_LIMITS]: number };
