/**
 * Limits connections, in total and per address. Idle connections (those without a completely received request to answer) cost a
 * client nothing, so one that has long been idle is closed for a new one (slot-pool.ts): new clients, and health checks above all,
 * can connect. Connections with a request in progress are not closed for a new one; fewer requests than connections are allowed.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientKeyOfAddress, type IsTrustedProxy } from './client.js';
import type { HttpLimits } from './limits.js';
import { SlotPool, type Slot } from './slot-pool.js';

/** Why a connection was closed. `silent`: it sent no byte; `room`: a new one took its slot; `full`: no slot could be freed. */
export const CONNECTION_CLOSE_REASONS = ['silent', 'room', 'full'] as const;
export type ConnectionCloseReason = (typeof CONNECTION_CLOSE_REASONS)[number];

interface ClientConnection {
  readonly slot: Slot;
  readonly openedAt: number;
  /** Complete requests without a response; more than one if they are pipelined. */
  requestsInProgress: number;
}

export class Connections {
  readonly #slots: SlotPool;
  readonly #connections = new Map<Socket, ClientConnection>();
  /** Called, with the reason, for every connection that this class closes; Node closes others that are too slow. */
  onLimitClose: (reason: ConnectionCloseReason) => void = () => undefined;
  /** Called with the number of connections when it changes. */
  onCount: (connections: number) => void = () => undefined;

  constructor(
    private readonly limits: HttpLimits,
    private readonly isTrustedProxy: IsTrustedProxy,
  ) {
    this.#slots = new SlotPool(limits.connections);
  }

  track(server: Server): void {
    server.on('connection', (socket) => this.#onConnection(socket));
  }

  /** To be called when a request has been received completely. */
  requestStarted(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.requestsInProgress += 1;
    this.#slots.markBusy(connection.slot);
  }

  requestEnded(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.requestsInProgress -= 1;
    if (connection.requestsInProgress === 0) this.#slots.markIdle(connection.slot);
  }

  /** Closes connections that have sent no byte in time. Without a 408: a browser would take it for the response to its first request. */
  closeSilentConnections(now: number): void {
    for (const [socket, { openedAt }] of this.#connections) {
      if (socket.bytesRead === 0 && now - openedAt >= this.limits.firstByteMs) this.#close(socket, 'silent');
    }
  }

  #onConnection(socket: Socket): void {
    const address = socket.remoteAddress;
    // Undefined if the client has disconnected already.
    if (address === undefined) return void socket.destroy();
    const perClient = this.isTrustedProxy(address)
      ? this.limits.connectionsPerProxy
      : this.limits.connectionsPerAddress;
    const slot = this.#slots.acquire(clientKeyOfAddress(address) ?? address, perClient, () =>
      this.#close(socket, 'room'),
    );
    if (slot === null) return this.#close(socket, 'full');
    this.#connections.set(socket, { slot, openedAt: performance.now(), requestsInProgress: 0 });
    this.onCount(this.#connections.size);
    socket.once('close', () => {
      this.#slots.release(slot);
      this.#connections.delete(socket);
      this.onCount(this.#connections.size);
    });
  }

  #close(socket: Socket, reason: ConnectionCloseReason): void {
    socket.destroy();
    this.onLimitClose(reason);
  }
}
