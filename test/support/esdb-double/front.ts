/**
 * The port that clients see. Connections pass through it to the server behind, so that they can be broken, or fall
 * silent, whatever the protocol's own libraries do.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HTTP2 = 'PRI ';
/** What a TLS handshake begins with. */
const HANDSHAKE = 0x16;

interface Passage {
  readonly front: Socket;
  readonly back: Socket;
}

export class Front {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly passages = new Set<Passage>();
  private paused = false;
  /** Came while nothing passed. */
  private readonly waiting: Socket[] = [];

  /** `behind` tells the port of the server behind; `health` the status that `/health/live` answers with. */
  constructor(
    private readonly behind: () => number,
    private readonly health: () => number,
  ) {}

  /** Listens on a port, any with 0; answers which. */
  async listen(port: number): Promise<number> {
    const server = createServer((socket) => this.accept(socket));
    this.server = server;
    this.paused = false;
    this.waiting.length = 0;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.server;
    this.server = null;
    const closed = new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    this.cut();
    await closed;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Breaks the connection that reaches the server behind from a port. */
  cutOne(peerPort: number): void {
    for (const { front, back } of this.passages) if (back.localPort === peerPort) front.resetAndDestroy();
  }

  /** Nothing passes any more, in either direction; connections stay open. */
  pause(): void {
    this.paused = true;
    for (const { front, back } of this.passages) {
      for (const socket of [front, back]) socket.unpipe().pause();
    }
  }

  resume(): void {
    this.paused = false;
    for (const { front, back } of this.passages) front.pipe(back).pipe(front);
    for (const socket of this.waiting.splice(0)) this.greet(socket);
  }

  private accept(socket: Socket): void {
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    if (this.server === null) return void socket.destroy();
    this.sockets.add(socket);
    socket.setNoDelay(true);
    if (this.paused) this.waiting.push(socket);
    else this.greet(socket);
  }

  /** Looks at the first bytes: who talks HTTP/1 asks for the health. */
  private greet(socket: Socket): void {
    socket.once('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (bytes[0] !== HANDSHAKE && !text.startsWith(HTTP2)) return this.answerHttp(socket, text);
      socket.pause();
      socket.unshift(bytes);
      this.pass(socket);
    });
  }

  private pass(front: Socket): void {
    const back = connect({ port: this.behind(), host: '127.0.0.1', noDelay: true });
    const passage = { front, back };
    this.passages.add(passage);
    const end = (): void => {
      this.passages.delete(passage);
      front.destroy();
      back.destroy();
    };
    front.on('close', end);
    back.on('error', end).on('close', end);
    if (!this.paused) front.pipe(back).pipe(front);
  }

  private answerHttp(socket: Socket, request: string): void {
    const status = /^(GET|HEAD) \/health\/live[ ?]/.test(request) ? this.health() : 404;
    socket.resume().end(`HTTP/1.1 ${status} .\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
}
