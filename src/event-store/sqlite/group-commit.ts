/**
 * Group commit: the appends of one event-loop turn share a transaction, because most of an append's cost is the flush to
 * disk.
 */
import { StoreBusy, type AppendResult } from '../port.js';
import { MAX_QUEUED_APPENDS, MAX_QUEUED_APPEND_BYTES, type ValidatedAppend } from '../request-checks.js';

/** Events after which a transaction accepts no further append, to keep event-loop turns short. */
const MAX_EVENTS_PER_COMMIT = 1_000;

interface PendingAppend {
  readonly append: ValidatedAppend;
  readonly resolve: (appended: AppendResult) => void;
  readonly reject: (reason: unknown) => void;
}

export class GroupCommit {
  #queue: PendingAppend[] = [];
  #bytes = 0;
  #scheduled = false;

  /** `commit` writes a group and returns a result for each in order; if it throws, none was written. */
  constructor(private readonly commit: (appends: readonly ValidatedAppend[]) => readonly AppendResult[]) {}

  /** Resolves when the append is durable or in conflict. Rejects with StoreBusy if the queue is full. */
  add(append: ValidatedAppend): Promise<AppendResult> {
    if (this.#queue.length >= MAX_QUEUED_APPENDS || this.#bytes + append.bytes > MAX_QUEUED_APPEND_BYTES) {
      return Promise.reject(new StoreBusy('too many appends wait to be written'));
    }
    this.#bytes += append.bytes;
    this.#schedule();
    return new Promise((resolve, reject) => this.#queue.push({ append, resolve, reject }));
  }

  /** Commits the whole queue synchronously. */
  drain(): void {
    while (this.#queue.length > 0) this.#commitGroup();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#queue.length > 0) this.#commitGroup();
      if (this.#queue.length > 0) this.#schedule();
    });
  }

  #commitGroup(): void {
    const group = this.#queue.splice(0, this.#groupLength());
    for (const { append } of group) this.#bytes -= append.bytes;
    try {
      const results = this.commit(group.map(({ append }) => append));
      group.forEach(({ resolve }, i) => resolve(results[i] as AppendResult));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #groupLength(): number {
    let events = 0;
    const full = this.#queue.findIndex(({ append }) => (events += append.records.length) >= MAX_EVENTS_PER_COMMIT);
    return full < 0 ? this.#queue.length : full + 1;
  }
}
