/** A thread that projects cases into a part file, and its messages: numbers of cases to it, and from it the end of each call. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { toProjectionError, FollowerEnded } from './errors.js';
import { fromPlainError, toPlainError, type PlainError } from './plain-error.js';
import type { PartFile } from './part-file.js';

/** Numbers of cases to project; null once all were projected: the thread closes its file and ends. */
type PartRequest = readonly number[] | null;
type PartReply = PlainError | null;

export class PartThread {
  #settle: ((error: Error | null) => void) | null = null;
  #ended: FollowerEnded | null = null;

  /** `worker` runs `servePart`. */
  constructor(private readonly worker: Worker) {
    worker.on('message', (reply: PartReply) => this.#settle?.(reply === null ? null : fromPlainError(reply)));
    let failure: unknown;
    // Without a listener, an error in the worker would end this process. The exit event of the worker follows.
    worker.on('error', (error) => (failure = error));
    worker.once('exit', () => {
      this.#ended = new FollowerEnded(failure);
      this.#settle?.(this.#ended);
    });
  }

  /** One call at a time. Throws what the projection throws, and FollowerEnded. */
  project(caseNos: readonly number[]): Promise<void> {
    return this.#call(caseNos);
  }

  /** Closes the file, which is then complete. */
  close(): Promise<void> {
    return this.#call(null);
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  #call(request: PartRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => {
        this.#settle = null;
        if (error === null) resolve();
        else reject(error);
      };
      if (this.#ended !== null) this.#settle(this.#ended);
      else this.worker.postMessage(request);
    });
  }
}

/** Runs in the worker, which ends once the file is closed. */
export const servePart = (port: MessagePort, openPart: () => PartFile): void => {
  let part: PartFile | null = null;
  const answer = (request: PartRequest): void => {
    part ??= openPart();
    if (request === null) part.close();
    else part.projectCases(request);
  };
  port.on('message', (request: PartRequest) => {
    let reply: PartReply = null;
    try {
      answer(request);
    } catch (error) {
      reply = toPlainError(toProjectionError(error));
    }
    port.postMessage(reply);
    if (request === null) port.close();
  });
};
