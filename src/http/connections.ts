/**
 * Connections, bounded in all and for each address. One that waits (for its first request, for the rest of one, or idle
 * between two) costs its caller nothing, so that it gives way to a new one: a new caller, and whoever asks for health
 * above all, always finds a place. Those that are being answered do not; there are fewer of them than places.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { clientKey, type IsTrusted } from './client.js';
import type { HttpLimits } from './limits.js';
import { Places, type Place } from './places.js';

/** `silent`: not a byte came; `room`: it gave way to a new one; `full`: no other could give way to it. */
export const CONNECTION_ENDS = ['silent', 'room', 'full'] as const;
export type ConnectionEnd = (typeof CONNECTION_ENDS)[number];

interface Connection {
  readonly place: Place;
  readonly opened: number;
  /** Requests that came in whole and are not answered; more than one where they are pipelined. */
  underWay: number;
}

export class Connections {
  readonly #places: Places;
  readonly #connections = new Map<Socket, Connection>();
  /** Told of every connection that is ended from here, and how many there are whenever that changes. */
  onEnd: (why: ConnectionEnd) => void = () => undefined;
  onCount: (connections: number) => void = () => undefined;

  constructor(
    private readonly limits: HttpLimits,
    private readonly isTrusted: IsTrusted,
  ) {
    this.#places = new Places(limits.connections);
  }

  watch(server: Server): void {
    server.on('connection', (socket) => this.#opened(socket));
  }

  /** A request of this connection came in whole. */
  working(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.underWay += 1;
    this.#places.work(connection.place);
  }

  /** It was answered. */
  answered(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    connection.underWay -= 1;
    if (connection.underWay === 0) this.#places.wait(connection.place);
  }

  /** Ends those that have not sent a byte in time. Without an answer: a browser would take it for that to its first request. */
  look(now: number): void {
    for (const [socket, { opened }] of this.#connections) {
      if (socket.bytesRead === 0 && now - opened >= this.limits.silent) this.#end(socket, 'silent');
    }
  }

  #opened(socket: Socket): void {
    const address = socket.remoteAddress;
    // Gone already.
    if (address === undefined) return void socket.destroy();
    const each = this.isTrusted(address) ? this.limits.connectionsProxy : this.limits.connectionsEach;
    const place = this.#places.take(clientKey(address) ?? address, each, () => this.#end(socket, 'room'));
    if (place === null) return this.#end(socket, 'full');
    this.#connections.set(socket, { place, opened: performance.now(), underWay: 0 });
    this.onCount(this.#connections.size);
    socket.once('close', () => {
      this.#places.leave(place);
      this.#connections.delete(socket);
      this.onCount(this.#connections.size);
    });
  }

  #end(socket: Socket, why: ConnectionEnd): void {
    socket.destroy();
    this.onEnd(why);
  }
}
