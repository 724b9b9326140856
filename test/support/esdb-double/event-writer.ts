/** Writes messages to a reader with backpressure. */
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

  /** False after the reader left or the call ended. */
  get isOpen(): boolean {
    return !this.ended && !this.call.cancelled && !this.call.writableEnded;
  }

  /** Resolves when there is room for more, or the reader left. */
  async send(message: Buffer): Promise<void> {
    if (this.isOpen) this.call.write(message);
    while (this.isOpen && this.call.writableNeedDrain) await this.nextWake();
  }

  /** Resolves on `notify`, on free space, or at the end. */
  async nextWake(): Promise<void> {
    if (this.isOpen) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  notify(): void {
    this.wake();
  }
}
