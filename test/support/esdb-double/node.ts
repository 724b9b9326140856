/** What the services of one node share. */
import type { Metadata } from '@grpc/grpc-js';
import type { Fault, Faults, Method } from './faults.js';
import type { InMemoryLog } from './log.js';
import type { Users } from './users.js';

/** What every kind of call of @grpc/grpc-js has. */
export interface AnyCall {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** One member of the cluster, as gossip tells it. */
export interface Member {
  readonly host: string;
  readonly port: number;
  readonly state: 'leader' | 'follower' | 'read-only-leaderless' | 'unknown';
  readonly alive: boolean;
}

export interface DoubleNode {
  readonly log: InMemoryLog;
  readonly faults: Faults;
  readonly users: Users | null;
  readonly maxAppendSize: number;
  /** False while it starts. */
  ready: boolean;
  members(): readonly Member[];
  /** Breaks the connection of a call. */
  breakConnection(call: AnyCall): void;
}

const NOT_READY: Fault = { outcome: 'not-ready' };

/** What goes wrong with a call. A node that starts tells of itself all the same. */
export const faultOf = (node: DoubleNode, method: Method, stream: string, { metadata }: AnyCall): Fault | null => {
  if (!node.ready && method !== 'features' && method !== 'gossip') return NOT_READY;
  return node.faults.take(method, stream, String(metadata.get('connection-name')[0] ?? ''));
};
