/** State shared by the services of one node. */
import type { Metadata } from '@grpc/grpc-js';
import type { Fault, Faults, Method } from './faults.js';
import type { InMemoryLog } from './log.js';
import type { Users } from './users.js';

/** Common part of all call types of @grpc/grpc-js. */
export interface AnyCall {
  readonly metadata: Metadata;
  getPeer(): string;
}

/** A cluster member, as gossip reports it. */
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
  /** False while the node starts. */
  ready: boolean;
  members(): readonly Member[];
  /** Breaks the connection of a call. */
  breakConnection(call: AnyCall): void;
}

const NOT_READY: Fault = { outcome: 'not-ready' };

/** The fault of a call. A starting node still answers gossip and supported methods. */
export const faultOf = (node: DoubleNode, method: Method, stream: string, { metadata }: AnyCall): Fault | null => {
  if (!node.ready && method !== 'features' && method !== 'gossip') return NOT_READY;
  return node.faults.take(method, stream, String(metadata.get('connection-name')[0] ?? ''));
};
