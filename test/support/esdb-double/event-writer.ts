/** What is sent to a reader, at the reader's pace. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';

export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

export class EventWriter {
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
  get isOpen(): boolean {
    return !this.ended && !this.call.cancelled && !this.call.writableEnded;
  }

  /** Settles when there is room for more, or nobody to read it. */
  async send(message: Buffer): Promise<void> {
    if (this.isOpen) this.call.write(message);
    while (this.isOpen && this.call.writableNeedDrain) await this.nextWake();
  }

  /** Settles when there is something new to look at: `wakeUp`, room, or the end. */
  async nextWake(): Promise<void> {
    if (this.isOpen) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  notify(): void {
    this.wake();
  }
}
