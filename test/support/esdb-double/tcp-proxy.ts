/**
 * A TCP proxy before the double's gRPC server, so that tests can break or pause connections. It also answers `/health/live`.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const HTTP2_PREFACE = 'PRI ';
/** First byte of a TLS handshake. */
const TLS_HANDSHAKE = 0x16;

interface ProxiedConnection {
  readonly client: Socket;
  readonly server: Socket;
}

export class TcpProxy {
  private server: Server | null = null;
  private readonly sockets = new Set<Socket>();
  private readonly connections = new Set<ProxiedConnection>();
  private paused = false;
  /** Sockets accepted while paused. */
  private readonly waiting: Socket[] = [];

  /** `serverPort` is the port of the gRPC server; `health` the status of `/health/live`. */
  constructor(
    private readonly serverPort: () => number,
    private readonly health: () => number,
  ) {}

  /** Listens on a port (0: any) and returns it. */
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
    this.breakAll();
    await closed;
  }

  /** Breaks every connection. */
  breakAll(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Breaks the connection that reaches the gRPC server from a port. */
  breakConnection(peerPort: number): void {
    for (const { client, server } of this.connections) if (server.localPort === peerPort) client.resetAndDestroy();
  }

  /** Stops forwarding in both directions; connections stay open. */
  pause(): void {
    this.paused = true;
    for (const { client, server } of this.connections) {
      for (const socket of [client, server]) socket.unpipe().pause();
    }
  }

  resume(): void {
    this.paused = false;
    for (const { client, server } of this.connections) client.pipe(server).pipe(client);
    for (const socket of this.waiting.splice(0)) this.inspect(socket);
  }

  private accept(socket: Socket): void {
    socket.on('error', () => socket.destroy()).on('close', () => this.sockets.delete(socket));
    if (this.server === null) return void socket.destroy();
    this.sockets.add(socket);
    socket.setNoDelay(true);
    if (this.paused) this.waiting.push(socket);
    else this.inspect(socket);
  }

  /** Inspects the first bytes: HTTP/1 requests are health checks. */
  private inspect(socket: Socket): void {
    socket.once('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      if (bytes[0] !== TLS_HANDSHAKE && !text.startsWith(HTTP2_PREFACE)) return this.answerHttp(socket, text);
      socket.pause();
      socket.unshift(bytes);
      this.forward(socket);
    });
  }

  private forward(client: Socket): void {
    const server = connect({ port: this.serverPort(), host: '127.0.0.1', noDelay: true });
    const connection = { client, server };
    this.connections.add(connection);
    const end = (): void => {
      this.connections.delete(connection);
      client.destroy();
      server.destroy();
    };
    client.on('close', end);
    server.on('error', end).on('close', end);
    if (!this.paused) client.pipe(server).pipe(client);
  }

  private answerHttp(socket: Socket, request: string): void {
    const status = /^(GET|HEAD) \/health\/live[ ?]/.test(request) ? this.health() : 404;
    socket.resume().end(`HTTP/1.1 ${status} .\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
}
