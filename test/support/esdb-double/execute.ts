/** A call with what is to go wrong with it. */
import { delay, type Fault } from './faults.js';
import type { Refusal } from './wire.js';

export interface Reply<T> {
  answer(value: T): void;
  refuse(refusal: Refusal): void;
  /** Breaks the connection that the call came by. */
  breakConnection(): void;
  /** Ends the call in peace, without an answer. */
  endCall(): void;
}

/** Does the work and answers, at once where nothing goes wrong: calls keep their order. */
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
