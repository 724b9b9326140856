/** Executes a call with its injected fault. */
import { delay, type Fault } from './faults.js';
import type { Refusal } from './wire.js';

export interface Reply<T> {
  answer(value: T): void;
  refuse(refusal: Refusal): void;
  /** Breaks the connection of the call. */
  breakConnection(): void;
  /** Ends the call normally, without an answer. */
  endCall(): void;
}

/** Does the work and answers; synchronously without a fault, so that calls keep their order. */
export const execute = <T>(fault: Fault | null, work: () => T, reply: Reply<T>): void => {
  if (fault === null) reply.answer(work());
  else void executeFaulty(fault, work, reply);
};

const executeFaulty = async <T>(fault: Fault, work: () => T, reply: Reply<T>): Promise<void> => {
  const { delayBefore, delayAfter, outcome = 'answer', stored = false } = fault;
  if (delayBefore !== undefined) await delay(delayBefore);
  const answers = outcome === 'answer' || outcome === 'twice';
  const value = answers || stored ? work() : null;
  if (delayAfter !== undefined) await delay(delayAfter);
  if (answers) {
    reply.answer(value as T);
    if (outcome === 'twice') reply.answer(value as T);
  } else if (outcome === 'cut') reply.breakConnection();
  else if (outcome === 'half-close') reply.endCall();
  else if (outcome !== 'silence') reply.refuse(outcome);
};
