/** A subscription to one stream: sends the tombstone, then ends. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { DELETED, TOMBSTONE, type LogRecord } from './log.js';
import type { DoubleNode } from './node.js';
import type { EventWriter, ReadCall } from './event-writer.js';
import { LIVE_BUFFER_SIZE, SubscriptionEnded, Subscription } from './subscription.js';
import { caughtUp, failures } from './wire.js';

export class StreamSubscription extends Subscription {
  /** The revision of the event that was sent last. */
  private revision: bigint;

  constructor(
    node: DoubleNode,
    call: ReadCall,
    outlet: EventWriter,
    options: ReadReq.Options,
    private readonly name: string,
  ) {
    super(node, call, outlet, options, name);
    const from = options.getStream() as ReadReq.Options.StreamOptions;
    if (from.hasEnd()) this.revision = node.log.lastRevision(name);
    else this.revision = from.hasRevision() ? BigInt(from.getRevision()) : -1n;
  }

  override async run(): Promise<void> {
    const { log } = this.node;
    if (log.lastRevision(this.name) === DELETED) throw new SubscriptionEnded(failures.streamDeleted(this.name));
    await this.confirm();
    for (let tell = true; this.outlet.isOpen;) {
      const behind = this.unread();
      for (const record of behind) {
        await this.sendEvent(record);
        this.revision = record.revision;
        if (record.type === TOMBSTONE) throw new SubscriptionEnded(failures.streamDeleted(this.name));
      }
      if (tell || behind.length > LIVE_BUFFER_SIZE) await this.outlet.send(caughtUp());
      tell = false;
      if (this.unread().length === 0) await this.outlet.nextWake();
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
