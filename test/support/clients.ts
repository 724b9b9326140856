/** HTTP clients with a chosen source address: on Linux, every address of 127.0.0.0/8 is local. */
import { once } from 'node:events';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { WITH_SOURCES, type Loose, type Service } from './service.js';

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Code of the problem document, if the body is one. */
  readonly code: string | undefined;
}

export interface RawRequest {
  readonly from?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request over a new connection. */
export const rawRequest = (
  service: Service,
  path: string,
  { from, method, headers, body }: RawRequest = {},
): Promise<RawReply> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(service.url);
    const local = from === undefined ? {} : { localAddress: from };
    const outgoing = request(
      { hostname, port, path, method: method ?? 'GET', headers: { ...headers }, agent: false, ...local },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            code: problemCode(text),
          }),
        );
      },
    );
    outgoing.on('error', reject).end(body);
  });

const problemCode = (text: string): string | undefined =>
  text.startsWith('{') ? ((JSON.parse(text) as Loose)['code'] as string | undefined) : undefined;

export class RawConnection {
  private static readonly all = new Set<Socket>();
  /** All bytes received so far. */
  text = '';
  readonly ended: Promise<void>;

  private constructor(readonly socket: Socket) {
    RawConnection.all.add(socket);
    this.ended = new Promise((end) =>
      socket.once('close', () => {
        RawConnection.all.delete(socket);
        end();
      }),
    );
    socket.on('error', () => undefined).on('data', (chunk) => (this.text += chunk.toString()));
  }

  static async connect(service: Service, from = '127.0.0.1'): Promise<RawConnection> {
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port), localAddress: from });
    const caller = new RawConnection(socket);
    await Promise.race([once(socket, 'connect'), caller.ended]);
    return caller;
  }

  /** Destroys the connections that a test left open. */
  static closeAll(): void {
    for (const socket of RawConnection.all) socket.destroy();
  }

  get status(): number {
    return Number(this.text.slice(9, 12));
  }

  get code(): string | undefined {
    return problemCode(this.text.split('\r\n\r\n')[1] ?? '');
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }
}

/** Body that defines a list, padded with spaces to at least `bytes` bytes. */
export const listBody = (id: string, bytes = 0): string =>
  JSON.stringify({ id, name: { en: id }, ...WITH_SOURCES }).padStart(bytes, ' ');

export const requestHead = (service: Service, line: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    `${line} HTTP/1.1`,
    `Host: ${new URL(service.url).host}`,
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');

/** Sends a write except for its last byte, which `finish` sends. */
export const unfinishedRequest = async (
  service: Service,
  { from = '127.0.0.1', headers = {}, body = listBody('other') }: RawRequest = {},
): Promise<RawConnection & { finish(): void }> => {
  const caller = await RawConnection.connect(service, from);
  const length = String(Buffer.byteLength(body));
  const required = { 'Content-Type': 'application/json', 'X-Actor': 'person:x', 'Content-Length': length };
  caller.socket.write(requestHead(service, 'POST /v1/lists', { ...required, ...headers }) + body.slice(0, -1));
  return Object.assign(caller, { finish: () => void caller.socket.write(body.slice(-1)) });
};
