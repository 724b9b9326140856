/** What all catch-up subscriptions have in common: what is sent goes at the reader's pace, and goes wrong when told to. */
import { randomUUID } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { waited, type Fault } from './faults.js';
import type { LogRecord } from './log.js';
import { faultOf, type Node } from './node.js';
import type { Outlet, ReadCall } from './outlet.js';
import { checkpoint, confirmation, recordRead, refused, type Position } from './wire.js';

/** How many live events wait for a slow reader: one whose events no longer fit is caught up anew. */
export const BUFFER = 32;

/** The subscription ends: with an error, or in peace. */
export class Dropped extends Error {
  constructor(readonly error: Partial<ServiceError> | null) {
    super('the subscription ends');
  }
}

export abstract class Subscription {
  constructor(
    protected readonly node: Node,
    private readonly call: ReadCall,
    protected readonly outlet: Outlet,
    private readonly options: ReadReq.Options,
    private readonly stream: string,
  ) {}

  abstract run(): Promise<void>;

  protected confirm(): Promise<void> {
    return this.outlet.send(confirmation(randomUUID()));
  }

  protected async sendEvent(record: LogRecord): Promise<void> {
    const message = recordRead(this.node.log, record, this.options.getResolveLinks());
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
