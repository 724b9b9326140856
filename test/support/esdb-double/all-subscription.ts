/**
 * A subscription to the whole log, as a node does it: confirmation, pages of old events with checkpoints between them,
 * `caughtUp`, then live.
 */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { filterOf, PAGE, type Filter } from './filter.js';
import type { LogRecord } from './log.js';
import type { Node } from './node.js';
import type { Outlet, ReadCall } from './outlet.js';
import { BUFFER, Dropped, Subscription } from './subscription.js';
import { caughtUp, failures, type Position } from './wire.js';

const NOWHERE: Position = [-1n, -1n];

/** A node says "nowhere yet" as 2^64−1. */
const unsigned = ([commit, prepare]: Position): Position => [BigInt.asUintN(64, commit), BigInt.asUintN(64, prepare)];
const isAfter = ([commit, prepare]: Position, [otherCommit, otherPrepare]: Position): boolean =>
  commit > otherCommit || (commit === otherCommit && prepare > otherPrepare);
const placeOf = ({ commit }: LogRecord): Position => [commit, commit];

export class AllSubscription extends Subscription {
  /** What was sent last. */
  private place: Position;
  private told: Position | null = null;
  private readonly filter: Filter | null;
  private considered = 0;
  /** Of the log, the first record that was not looked at live. */
  private live: number;

  constructor(node: Node, call: ReadCall, outlet: Outlet, options: ReadReq.Options) {
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
      // Looked at again whenever the reader may have let it wait.
      for (let waited = true; this.live < records.length; this.live++) {
        if (waited && this.waiting() > BUFFER) return this.tell(this.place);
        waited = await this.look(records[this.live] as LogRecord);
      }
      await this.outlet.woken();
    }
  }

  /** How many live events and checkpoints wait to be sent. */
  private waiting(): number {
    const unseen = this.node.log.records.slice(this.live);
    if (this.filter === null) return unseen.length;
    return unseen.filter(this.filter.allows).length + Math.floor(unseen.length / this.filter.interval);
  }

  /** Sends a live event, a checkpoint, or both; whether it sent anything. */
  private async look(record: LogRecord): Promise<boolean> {
    const place = placeOf(record);
    if (!isAfter(place, this.place)) return false;
    const isOurs = this.filter?.allows(record) ?? true;
    if (isOurs) {
      await this.sendEvent(record);
      this.place = place;
    }
    if (this.filter === null || ++this.considered < this.filter.interval) return isOurs;
    this.considered = 0;
    await this.tell(place);
    this.place = place;
    return true;
  }

  /** Sends a checkpoint, where there is a filter and the last one was before it. */
  private async tell(position: Position): Promise<void> {
    const telling = unsigned(position);
    if (this.filter === null || (this.told !== null && !isAfter(telling, this.told))) return;
    this.told = telling;
    await this.sendCheckpoint(telling);
  }
}
