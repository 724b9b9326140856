/**
 * A stand-in for one EventStoreDB 24.6 node, for tests: it speaks the client's own protocol, keeps its log in memory,
 * answers as recorded from a real node, and injects faults on demand.
 */
import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { append } from './append.js';
import { batchAppend } from './batch-append.js';
import { limitCalls } from './call-limit.js';
import { execute } from './execute.js';
import { deleteStream, tombstone } from './deletes.js';
import { Faults, type Method } from './faults.js';
import { TcpProxy } from './tcp-proxy.js';
import { InMemoryLog, type LogRecord } from './log.js';
import { clusterOf, supportedMethods } from './members.js';
import { faultOf, type AnyCall, type Member, type DoubleNode } from './node.js';
import { read } from './reads.js';
import { ADMIN, type Users } from './users.js';
import { failures, refusalError } from './wire.js';

export type { CallInfo as Call, Fault, Method } from './faults.js';
export type { LogRecord } from './log.js';
export type { Member } from './node.js';

export interface DoubleOptions {
  /** The server's certificate and key in PEM, and the file of the authority that signed it. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly caFile: string };
  /** User names and passwords; default with TLS: `admin` and `changeit`. Ignored without TLS. */
  readonly users?: Users;
  /** The port to listen on; any free one by default. */
  readonly port?: number;
  readonly maxAppendSize?: number;
  /** The members that gossip reports; default: this node as leader. */
  readonly members?: () => readonly Member[];
  /** Another node of the same cluster, whose log this one shares. */
  readonly cluster?: EsdbDouble;
}

export interface ForeignEvent {
  readonly type: string;
  readonly id?: string;
  /** A JSON value, or bytes. */
  readonly data?: unknown;
  readonly metadata?: unknown;
}

const MIB = 1_048_576;
/** Concurrent calls per connection, as on a real node. */
const MAX_CALLS = 100;

const STREAMS = { ...StreamsService, read: { ...StreamsService.read, responseSerialize: (bytes: Buffer) => bytes } };

export const startDouble = async (options: DoubleOptions = {}): Promise<EsdbDouble> => {
  const double = new EsdbDouble(options);
  await double.start();
  return double;
};

export class EsdbDouble {
  readonly faults = new Faults();
  private readonly events: InMemoryLog;
  private readonly front: TcpProxy;
  private readonly node: DoubleNode;
  private server: Server | null = null;
  private serverPort = 0;
  private listening = 0;

  constructor(private readonly options: DoubleOptions) {
    const { tls, users, maxAppendSize = MIB, members, cluster } = options;
    this.events = cluster?.events ?? new InMemoryLog();
    this.front = new TcpProxy(
      () => this.serverPort,
      () => (this.node.ready ? 204 : 503),
    );
    const self = (): Member[] => [
      { host: '127.0.0.1', port: this.port, state: this.node.ready ? 'leader' : 'unknown', alive: true },
    ];
    this.node = {
      log: this.events,
      faults: this.faults,
      users: tls === undefined ? null : (users ?? { [ADMIN]: 'changeit' }),
      maxAppendSize,
      ready: true,
      members: members ?? self,
      breakConnection: (call) => this.front.breakConnection(Number(/:(\d+)$/.exec(call.getPeer())?.[1])),
    };
  }

  get port(): number {
    return this.listening;
  }

  /** Connection URL of the administrator. */
  get url(): string {
    return this.urlOf(ADMIN, 'changeit');
  }

  urlOf(user: string, password: string): string {
    const { tls } = this.options;
    const security = tls === undefined ? 'tls=false' : `tls=true&tlsCAFile=${encodeURIComponent(tls.caFile)}`;
    return `esdb://${user}:${password}@127.0.0.1:${this.port}?${security}`;
  }

  /** All records ever written, in order. */
  get log(): readonly LogRecord[] {
    return this.events.records;
  }

  /** While false, calls are refused as by a starting node. */
  set ready(ready: boolean) {
    this.node.ready = ready;
  }

  /** Listens on the previous port, or on the one of the options. */
  async start(): Promise<void> {
    const { tls, port = 0 } = this.options;
    const server = new Server({
      'grpc.max_receive_message_length': -1,
      interceptors: [limitCalls(MAX_CALLS)],
    });
    this.serve(server);
    const credentials =
      tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) },
          ]);
    this.serverPort = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)));
    });
    this.server = server;
    this.listening = await this.front.listen(this.listening === 0 ? port : this.listening);
  }

  /** Stops like a killed process; log and port remain. */
  async stop(): Promise<void> {
    await this.front.close();
    this.server?.forceShutdown();
    this.server = null;
    this.events.forgetIds();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Breaks every connection. */
  breakConnections(): void {
    this.front.breakAll();
  }

  /** Hangs like a process stopped by SIGSTOP: connections stay open, nothing is answered. */
  pause(): void {
    this.front.pause();
  }

  resume(): void {
    this.front.resume();
  }

  /** Drops all but the first `count` records, like a node restored from an older copy. */
  truncate(count: number): void {
    this.events.truncate(count);
  }

  /** Changes what a record holds, as only somebody with access to the node's disk can. Returns the changed record. */
  change(record: LogRecord, changes: Partial<Pick<LogRecord, 'data' | 'metadata'>>): LogRecord {
    return this.events.change(record, changes);
  }

  /** Holds these records instead, each after those of its stream before it, as only somebody with access to the node's disk can do. */
  rewrite(records: readonly Pick<LogRecord, 'stream' | 'id' | 'type' | 'json' | 'data' | 'metadata'>[]): void {
    this.events.rewrite(records);
  }

  /** Events that reads of all nodes were answered with. */
  get eventsRead(): number {
    return this.events.eventsRead;
  }

  /** Writes an event of another program, to any stream. */
  appendForeign(stream: string, { type, id = randomUUID(), data = {}, metadata }: ForeignEvent): LogRecord {
    const bytes = (value: unknown): Uint8Array =>
      value instanceof Uint8Array ? value : Buffer.from(value === undefined ? '' : JSON.stringify(value));
    const json = !(data instanceof Uint8Array);
    return this.events.appendForeign(stream, { id, type, json, data: bytes(data), metadata: bytes(metadata) });
  }

  private serve(server: Server): void {
    const { node } = this;
    server.addService(STREAMS, {
      append: append.bind(null, node),
      batchAppend: batchAppend.bind(null, node),
      delete: deleteStream.bind(null, node),
      read: read.bind(null, node),
      tombstone: tombstone.bind(null, node),
    });
    server.addService(ServerFeaturesService, { getSupportedMethods: this.unary('features', supportedMethods) });
    server.addService(GossipService, { read: this.unary('gossip', () => clusterOf(node.members())) });
  }

  private unary<Response>(method: Method, work: () => Response) {
    return (call: AnyCall, callback: sendUnaryData<Response>): void =>
      execute(faultOf(this.node, method, '', call), work, {
        answer: (response) => callback(null, response),
        refuse: (refusal) => callback(refusalError(refusal)),
        breakConnection: () => this.node.breakConnection(call),
        endCall: () => callback(failures.thrown()),
      });
  }
}
