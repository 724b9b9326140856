/**
 * A subscription to the whole log, as a node runs it: confirmation, pages of old events with checkpoints between them,
 * `caughtUp`, then live.
 */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { filterOf, PAGE, type Filter } from './filter.js';
import type { LogRecord } from './log.js';
import type { DoubleNode } from './node.js';
import type { EventWriter, ReadCall } from './event-writer.js';
import { LIVE_BUFFER_SIZE, SubscriptionEnded, Subscription } from './subscription.js';
import { caughtUp, failures, type Position } from './wire.js';

const BEFORE_FIRST: Position = [-1n, -1n];

/** A node sends "before the first event" as 2^64−1. */
const asUnsigned = ([commit, prepare]: Position): Position => [BigInt.asUintN(64, commit), BigInt.asUintN(64, prepare)];
const isAfter = ([commit, prepare]: Position, [otherCommit, otherPrepare]: Position): boolean =>
  commit > otherCommit || (commit === otherCommit && prepare > otherPrepare);
const recordPosition = ({ commit }: LogRecord): Position => [commit, commit];

export class AllSubscription extends Subscription {
  /** The position sent last. */
  private sent: Position;
  private lastCheckpoint: Position | null = null;
  private readonly filter: Filter | null;
  private sinceCheckpoint = 0;
  /** Index of the first record not yet sent live. */
  private nextLiveIndex: number;

  constructor(node: DoubleNode, call: ReadCall, outlet: EventWriter, options: ReadReq.Options) {
    super(node, call, outlet, options, '');
    const from = options.getAll() as ReadReq.Options.AllOptions;
    const position = from.getPosition();
    this.nextLiveIndex = node.log.records.length;
    this.filter = filterOf(options);
    if (from.hasEnd()) this.sent = this.lastPosition();
    else if (position === undefined) this.sent = BEFORE_FIRST;
    else this.sent = [BigInt(position.getCommitPosition()), BigInt(position.getPreparePosition())];
  }

  override async run(): Promise<void> {
    await this.confirm();
    if (isAfter(this.lastPosition(), this.sent)) await this.catchUp();
    while (this.outlet.isOpen) {
      await this.goLive();
      await this.catchUp();
    }
  }

  private lastPosition(): Position {
    const last = this.node.log.records.at(-1);
    return last === undefined ? BEFORE_FIRST : recordPosition(last);
  }

  private async catchUp(): Promise<void> {
    const { log } = this.node;
    if (this.sent[0] >= 0n && !log.isPosition(this.sent[0])) throw new SubscriptionEnded(failures.invalidPosition());
    let sinceCheckpoint = 0;
    for (let start = this.sent; this.outlet.isOpen;) {
      const { records, looked, next, isEnd } = this.readPage(start);
      for (const record of records) {
        await this.sendEvent(record);
        this.sent = recordPosition(record);
      }
      sinceCheckpoint += looked;
      if (isEnd) {
        await this.sendNewCheckpoint(this.sent);
        return;
      }
      if (this.filter !== null && sinceCheckpoint >= this.filter.interval) {
        sinceCheckpoint %= this.filter.interval;
        if (isAfter(start, this.sent)) this.sent = start;
        await this.sendNewCheckpoint(this.sent);
      }
      start = next;
    }
  }

  /** A page of the log: the records that pass the filter, and the start of the next page. */
  private readPage(start: Position): { records: LogRecord[]; looked: number; next: Position; isEnd: boolean } {
    const { log } = this.node;
    const records: LogRecord[] = [];
    let [looked, index, next] = [0, log.indexAt(start[0]), start];
    const isFull = (): boolean => records.length === PAGE || looked === (this.filter?.window ?? Infinity);
    for (; index < log.records.length && !isFull(); index++) {
      const record = log.records[index] as LogRecord;
      if (isAfter(start, recordPosition(record))) continue;
      looked++;
      next = [log.positionAfter(index), 0n];
      if (isAfter(recordPosition(record), this.sent) && (this.filter?.allows(record) ?? true)) records.push(record);
    }
    this.nextLiveIndex = index;
    return { records, looked, next, isEnd: !isFull() };
  }

  /** Sends live events until they overflow the buffer or the reader closes. */
  private async goLive(): Promise<void> {
    const { records } = this.node.log;
    await this.outlet.send(caughtUp());
    while (this.outlet.isOpen) {
      // The buffer is checked again after each message that the reader may have delayed.
      for (let waited = true; this.nextLiveIndex < records.length; this.nextLiveIndex++) {
        if (waited && this.countPending() > LIVE_BUFFER_SIZE) return this.sendNewCheckpoint(this.sent);
        waited = await this.sendLive(records[this.nextLiveIndex] as LogRecord);
      }
      await this.outlet.nextWake();
    }
  }

  /** Number of live events and checkpoints to be sent. */
  private countPending(): number {
    const unseen = this.node.log.records.slice(this.nextLiveIndex);
    if (this.filter === null) return unseen.length;
    return unseen.filter(this.filter.allows).length + Math.floor(unseen.length / this.filter.interval);
  }

  /** Sends a live event, a checkpoint, or both; returns whether it sent anything. */
  private async sendLive(record: LogRecord): Promise<boolean> {
    const place = recordPosition(record);
    if (!isAfter(place, this.sent)) return false;
    const isOurs = this.filter?.allows(record) ?? true;
    if (isOurs) {
      await this.sendEvent(record);
      this.sent = place;
    }
    if (this.filter === null || ++this.sinceCheckpoint < this.filter.interval) return isOurs;
    this.sinceCheckpoint = 0;
    await this.sendNewCheckpoint(place);
    this.sent = place;
    return true;
  }

  /** Sends a checkpoint if there is a filter and the position is after the last checkpoint. */
  private async sendNewCheckpoint(position: Position): Promise<void> {
    const checkpointPosition = asUnsigned(position);
    if (this.filter === null || (this.lastCheckpoint !== null && !isAfter(checkpointPosition, this.lastCheckpoint)))
      return;
    this.lastCheckpoint = checkpointPosition;
    await this.sendCheckpoint(checkpointPosition);
  }
}
