/** What is sent to a reader, at the reader's pace. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';

export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

export class Outlet {
  private wake: () => void = () => undefined;
  private ended = false;

  constructor(private readonly call: ReadCall) {
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    call.on('cancelled', end).on('close', end);
    call.on('drain', () => this.wake());
  }

  /** False when the reader is gone, or the call was ended. */
  get open(): boolean {
    return !this.ended && !this.call.cancelled && !this.call.writableEnded;
  }

  /** Settles when there is room for more, or nobody to read it. */
  async send(message: Buffer): Promise<void> {
    if (this.open) this.call.write(message);
    while (this.open && this.call.writableNeedDrain) await this.woken();
  }

  /** Settles when there is something new to look at: `wakeUp`, room, or the end. */
  async woken(): Promise<void> {
    if (this.open) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  wakeUp(): void {
    this.wake();
  }
}
