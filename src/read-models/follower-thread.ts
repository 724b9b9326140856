/**
 * A follower in a worker thread, and its messages. The worker opens the log and the read-model file by itself; what passes between
 * the threads is small. A worker that ends, for whatever reason, fails the calls under way; the next call starts another one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessagePort, Worker } from 'node:worker_threads';
import type { JobContext, JobProgress } from '../jobs/job.js';
import { FollowerEnded } from './errors.js';
import type { Follower, FollowOptions, ModelWriter } from './follower.js';
import { fromPlainError, toPlainError, type PlainError } from './plain-error.js';

type FollowerMethod = 'follow' | 'checkWritable' | 'build' | 'buildEmpty' | 'resumeAfterSwap' | 'reopen' | 'close';

/** To the worker: a call, the abort of one, or that the log has grown. */
type FollowerRequest =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly method: FollowerMethod;
      readonly options: FollowOptions | null;
    }
  | { readonly kind: 'abort'; readonly call: number }
  | { readonly kind: 'commit' };

/** What the worker answers: that a call has advanced, or that it has ended. */
type FollowerReply =
  | { readonly kind: 'progress'; readonly call: number; readonly progress: JobProgress | null }
  | { readonly kind: 'end'; readonly call: number; readonly error: PlainError | null };

interface PendingCall {
  readonly signal: AbortSignal | null;
  readonly onProgress: (progress: JobProgress | null) => void;
  readonly settle: (error: Error | null) => void;
}

/** Time for a worker to close its files before it is ended. */
const CLOSE_MS = 2_000;

export class FollowerThread implements ModelWriter {
  readonly fileIfInMemory = null;
  readonly #calls = new Map<number, PendingCall>();
  #lastCall = 0;
  #worker: Worker | null = null;

  /** `startWorker` starts a thread that runs `serveFollower`. */
  constructor(private readonly startWorker: () => Worker) {}

  /** To be called after each commit to the log on this thread, which the worker would not notice by itself. */
  onCommit(): void {
    this.#post({ kind: 'commit' });
  }

  follow(options: FollowOptions, signal: AbortSignal, onApplied: () => void): Promise<void> {
    return this.#call('follow', { options, signal, onProgress: onApplied });
  }

  checkWritable(): Promise<void> {
    return this.#call('checkWritable');
  }

  build({ signal, onProgress }: JobContext): Promise<void> {
    return this.#call('build', { signal, onProgress: (progress) => progress !== null && onProgress(progress) });
  }

  buildEmpty(): Promise<void> {
    return this.#call('buildEmpty');
  }

  resumeAfterSwap(): Promise<void> {
    return this.#call('resumeAfterSwap');
  }

  reopen(): Promise<void> {
    return this.#call('reopen');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const closing = this.#call('close').catch(() => undefined);
    await Promise.race([closing, sleep(CLOSE_MS, undefined, { ref: false })]);
    await worker.terminate();
  }

  async #call(
    method: FollowerMethod,
    {
      options = null,
      signal = null,
      onProgress = () => undefined,
    }: Partial<Pick<PendingCall, 'signal' | 'onProgress'>> & { readonly options?: FollowOptions | null } = {},
  ): Promise<void> {
    signal?.throwIfAborted();
    this.#worker ??= this.#start();
    const call = (this.#lastCall += 1);
    const abort = (): void => this.#post({ kind: 'abort', call });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        const settle = (error: Error | null): void => {
          if (error === null) resolve();
          else reject(error);
        };
        this.#calls.set(call, { signal, onProgress, settle });
        this.#post({ kind: 'call', call, method, options });
      });
    } finally {
      this.#calls.delete(call);
      signal?.removeEventListener('abort', abort);
    }
  }

  #post(request: FollowerRequest): void {
    this.#worker?.postMessage(request);
  }

  #start(): Worker {
    const worker = this.startWorker();
    worker.on('message', (reply: FollowerReply) => this.#receive(reply));
    let failure: unknown;
    // Without a listener, an error in the worker would end this process. The exit event of the worker follows.
    worker.on('error', (error) => (failure = error));
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      for (const { settle } of [...this.#calls.values()]) settle(new FollowerEnded(failure));
    });
    return worker;
  }

  #receive(reply: FollowerReply): void {
    const pending = this.#calls.get(reply.call);
    if (pending === undefined) return;
    if (reply.kind === 'progress') pending.onProgress(reply.progress);
    else if (reply.error === null) pending.settle(null);
    else
      pending.settle(pending.signal?.aborted === true ? (pending.signal.reason as Error) : fromPlainError(reply.error));
  }
}

/** Runs in the worker. `onCommit` is called when the log has grown; `close` releases what the worker holds beside the follower. */
export const serveFollower = (
  port: MessagePort,
  follower: Follower,
  { onCommit, releaseResources }: { readonly onCommit: () => void; readonly releaseResources: () => Promise<void> },
): void => {
  const underWay = new Map<number, AbortController>();
  const run = async (call: number, method: FollowerMethod, options: FollowOptions | null): Promise<void> => {
    const { signal } = underWay.get(call) as AbortController;
    const progress = (value: JobProgress | null): void => send({ kind: 'progress', call, progress: value });
    switch (method) {
      case 'follow':
        return follower.follow(options as FollowOptions, signal, () => {
          progress(null);
          follower.limitWriteAheadLog();
        });
      case 'build':
        return follower.build({ signal, onProgress: progress });
      case 'close':
        await follower.close();
        return releaseResources();
      default:
        return follower[method]();
    }
  };
  const send = (reply: FollowerReply): void => port.postMessage(reply);
  const answer = async ({ call, method, options }: Extract<FollowerRequest, { kind: 'call' }>): Promise<void> => {
    underWay.set(call, new AbortController());
    const error = await run(call, method, options).then(() => null, toPlainError);
    underWay.delete(call);
    send({ kind: 'end', call, error });
  };
  port.on('message', (request: FollowerRequest) => {
    if (request.kind === 'commit') onCommit();
    else if (request.kind === 'abort') underWay.get(request.call)?.abort();
    else void answer(request);
  });
};
