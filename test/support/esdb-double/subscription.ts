/** Base of catch-up subscriptions: sends with backpressure and injected faults. */
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { delay, type Fault } from './faults.js';
import type { LogRecord } from './log.js';
import { faultOf, type DoubleNode } from './node.js';
import type { EventWriter, ReadCall } from './event-writer.js';
import { checkpoint, confirmation, readResponse, refusalError, type Position } from './wire.js';

/** Live events buffered for a slow reader; on overflow it falls back to catching up. */
export const LIVE_BUFFER_SIZE = 32;

/** Ends the subscription, with an error or (null) normally. */
export class SubscriptionEnded extends Error {
  constructor(readonly error: Partial<ServiceError> | null) {
    super('the subscription ends');
  }
}

export abstract class Subscription {
  constructor(
    protected readonly node: DoubleNode,
    private readonly call: ReadCall,
    protected readonly outlet: EventWriter,
    private readonly options: ReadReq.Options,
    private readonly stream: string,
  ) {}

  abstract run(): Promise<void>;

  protected confirm(): Promise<void> {
    return this.outlet.send(confirmation(randomUUID()));
  }

  protected async sendEvent(record: LogRecord): Promise<void> {
    const message = readResponse(this.node.log, record, this.options.getResolveLinks());
    await this.deliver(faultOf(this.node, 'event', record.stream, this.call), message);
  }

  protected async sendCheckpoint(position: Position): Promise<void> {
    const fault = faultOf(this.node, 'checkpoint', this.stream, this.call);
    await this.deliver(fault, checkpoint(fault?.position ?? position));
  }

  private async deliver(fault: Fault | null, message: Buffer): Promise<void> {
    if (fault === null) return this.outlet.send(message);
    const { delayAfter, outcome = 'answer' } = fault;
    if (delayAfter !== undefined) await delay(delayAfter);
    if (outcome === 'cut') this.node.breakConnection(this.call);
    if (outcome === 'cut' || outcome === 'silence') await this.untilClosed();
    else if (outcome === 'half-close') throw new SubscriptionEnded(null);
    else if (outcome !== 'answer' && outcome !== 'twice') throw new SubscriptionEnded(refusalError(outcome));
    await this.outlet.send(message);
    if (outcome === 'twice') await this.outlet.send(message);
  }

  private async untilClosed(): Promise<void> {
    while (this.outlet.isOpen) await this.outlet.nextWake();
  }
}
