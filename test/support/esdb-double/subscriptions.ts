/**
 * Catch-up subscriptions, as a node does them: confirmation, pages of old events with checkpoints between them, `caughtUp`,
 * then live. Who reads so slowly that the live events no longer fit into the buffer is caught up anew.
 */
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { waited, type Fault } from './faults.js';
import { filterOf, PAGE, type Filter } from './filter.js';
import { DELETED, TOMBSTONE, type LogRecord } from './log.js';
import { faultOf, type Node } from './node.js';
import { Outlet, type ReadCall } from './outlet.js';
import { resolved } from './reads.js';
import { caughtUp, checkpoint, confirmation, failures, refused, type Position } from './wire.js';

type Options = ReadReq.Options;

/** How many live events wait for a slow reader. */
const BUFFER = 32;
const NOWHERE: Position = [-1n, -1n];

/** A node says "nowhere yet" as 2^64−1. */
const unsigned = ([commit, prepare]: Position): Position => [BigInt.asUintN(64, commit), BigInt.asUintN(64, prepare)];
const isAfter = ([commit, prepare]: Position, [otherCommit, otherPrepare]: Position): boolean =>
  commit > otherCommit || (commit === otherCommit && prepare > otherPrepare);
const placeOf = ({ commit }: LogRecord): Position => [commit, commit];

export const subscribe = async (node: Node, call: ReadCall, options: Options, stream: string): Promise<void> => {
  const outlet = new Outlet(call);
  const unfollow = node.log.follow(() => outlet.wakeUp());
  const subscription = options.hasStream()
    ? new StreamSubscription(node, call, outlet, options, stream)
    : new AllSubscription(node, call, outlet, options);
  try {
    await subscription.run();
  } catch (error) {
    if (!(error instanceof Dropped)) throw error;
    if (error.error === null) call.end();
    else call.emit('error', error.error);
  } finally {
    unfollow();
  }
};

/** The subscription ends: with an error, or in peace. */
class Dropped {
  constructor(readonly error: Partial<ServiceError> | null) {}
}

abstract class Subscription {
  constructor(
    protected readonly node: Node,
    private readonly call: ReadCall,
    protected readonly outlet: Outlet,
    private readonly options: Options,
    private readonly stream: string,
  ) {}

  abstract run(): Promise<void>;

  protected confirm(): Promise<void> {
    return this.outlet.send(confirmation(randomUUID()));
  }

  protected async sendEvent(record: LogRecord): Promise<void> {
    const message = resolved(this.node.log, record, this.options.getResolveLinks());
    await this.deliver(faultOf(this.node, 'event', record.stream, this.call), message);
  }

  protected async sendCheckpoint(position: Position): Promise<void> {
    const fault = faultOf(this.node, 'checkpoint', this.stream, this.call);
    await this.deliver(fault, checkpoint(fault?.position ?? position));
  }

  private async deliver(fault: Fault | null, message: Buffer): Promise<void> {
    if (fault === null) return this.outlet.send(message);
    const { late, then = 'answer' } = fault;
    if (late !== undefined) await waited(late);
    if (then === 'cut') this.node.cut(this.call);
    if (then === 'cut' || then === 'silence') await this.gone();
    else if (then === 'half-close') throw new Dropped(null);
    else if (then !== 'answer' && then !== 'twice') throw new Dropped(refused(then));
    await this.outlet.send(message);
    if (then === 'twice') await this.outlet.send(message);
  }

  private async gone(): Promise<void> {
    while (this.outlet.open) await this.outlet.woken();
  }
}

class AllSubscription extends Subscription {
  /** What was sent last. */
  private place: Position;
  private told: Position | null = null;
  private readonly filter: Filter | null;
  private considered = 0;
  /** Of the log, the first record that was not looked at live. */
  private live: number;

  constructor(node: Node, call: ReadCall, outlet: Outlet, options: Options) {
    super(node, call, outlet, options, '');
    const from = options.getAll() as ReadReq.Options.AllOptions;
    const position = from.getPosition();
    this.live = node.log.records.length;
    this.filter = filterOf(options);
    if (from.hasEnd()) this.place = this.lastPlace();
    else if (position === undefined) this.place = NOWHERE;
    else this.place = [BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition())];
  }

  override async run(): Promise<void> {
    await this.confirm();
    if (isAfter(this.lastPlace(), this.place)) await this.catchUp();
    while (this.outlet.open) {
      await this.goLive();
      await this.catchUp();
    }
  }

  private lastPlace(): Position {
    const last = this.node.log.records.at(-1);
    return last === undefined ? NOWHERE : placeOf(last);
  }

  private async catchUp(): Promise<void> {
    const { log } = this.node;
    if (this.place[0] >= 0n && !log.isPosition(this.place[0])) throw new Dropped(failures.invalidPosition());
    let sinceCheckpoint = 0;
    for (let start = this.place; this.outlet.open;) {
      const { records, looked, next, isEnd } = this.page(start);
      for (const record of records) {
        await this.sendEvent(record);
        this.place = placeOf(record);
      }
      sinceCheckpoint += looked;
      if (isEnd) {
        await this.tell(this.place);
        return;
      }
      if (this.filter !== null && sinceCheckpoint >= this.filter.interval) {
        sinceCheckpoint %= this.filter.interval;
        if (isAfter(start, this.place)) this.place = start;
        await this.tell(this.place);
      }
      start = next;
    }
  }

  /** A page of the log: what of it passes the filter, and where the next one starts. */
  private page(start: Position): { records: LogRecord[]; looked: number; next: Position; isEnd: boolean } {
    const { log } = this.node;
    const records: LogRecord[] = [];
    let [looked, index, next] = [0, log.indexAt(start[0]), start];
    const isFull = (): boolean => records.length === PAGE || looked === (this.filter?.window ?? Infinity);
    for (; index < log.records.length && !isFull(); index++) {
      const record = log.records[index] as LogRecord;
      if (isAfter(start, placeOf(record))) continue;
      looked++;
      next = [log.behind(index), 0n];
      if (isAfter(placeOf(record), this.place) && (this.filter?.allows(record) ?? true)) records.push(record);
    }
    this.live = index;
    return { records, looked, next, isEnd: !isFull() };
  }

  /** Until the live events no longer fit, or the reader is gone. */
  private async goLive(): Promise<void> {
    const { records } = this.node.log;
    await this.outlet.send(caughtUp());
    while (this.outlet.open) {
      if (this.waiting() > BUFFER) return this.tell(this.place);
      for (; this.live < records.length; this.live++) await this.look(records[this.live] as LogRecord);
      await this.outlet.woken();
    }
  }

  /** How many live events and checkpoints wait to be sent. */
  private waiting(): number {
    const unseen = this.node.log.records.slice(this.live);
    if (this.filter === null) return unseen.length;
    return unseen.filter(this.filter.allows).length + Math.floor(unseen.length / this.filter.interval);
  }

  private async look(record: LogRecord): Promise<void> {
    const place = placeOf(record);
    if (!isAfter(place, this.place)) return;
    if (this.filter?.allows(record) ?? true) {
      await this.sendEvent(record);
      this.place = place;
    }
    if (this.filter === null || ++this.considered < this.filter.interval) return;
    this.considered = 0;
    await this.tell(place);
    this.place = place;
  }

  /** Sends a checkpoint, where there is a filter and the last one was before it. */
  private async tell(position: Position): Promise<void> {
    const telling = unsigned(position);
    if (this.filter === null || (this.told !== null && !isAfter(telling, this.told))) return;
    this.told = telling;
    await this.sendCheckpoint(telling);
  }
}

class StreamSubscription extends Subscription {
  /** The revision that was sent last. */
  private revision: bigint;

  constructor(
    node: Node,
    call: ReadCall,
    outlet: Outlet,
    options: Options,
    private readonly name: string,
  ) {
    super(node, call, outlet, options, name);
    const from = options.getStream() as ReadReq.Options.StreamOptions;
    if (from.hasEnd()) this.revision = node.log.lastOf(name);
    else this.revision = from.hasRevision() ? BigInt(from.getRevision()) : -1n;
  }

  override async run(): Promise<void> {
    const { log } = this.node;
    if (log.lastOf(this.name) === DELETED) throw new Dropped(failures.streamDeleted(this.name));
    await this.confirm();
    for (let tell = true; this.outlet.open;) {
      const behind = this.unread();
      for (const record of behind) {
        await this.sendEvent(record);
        this.revision = record.revision;
        if (record.type === TOMBSTONE) throw new Dropped(failures.streamDeleted(this.name));
      }
      if (tell || behind.length > BUFFER) await this.outlet.send(caughtUp());
      tell = false;
      if (this.unread().length === 0) await this.outlet.woken();
    }
  }

  private unread(): readonly LogRecord[] {
    const { log } = this.node;
    const readable = log.read(this.name);
    if (readable === 'missing') return [];
    if (readable === 'deleted')
      return log.records.filter(({ stream, type }) => stream === this.name && type === TOMBSTONE);
    if (readable.last <= this.revision) return [];
    const { records, last } = readable;
    return records.slice(Math.max(0, records.length - Number(last - this.revision)));
  }
}
