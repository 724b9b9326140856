/** A call with what is to go wrong with it. */
import { waited, type Fault } from './faults.js';
import type { Refusal } from './wire.js';

export interface Reply<T> {
  answer(value: T): void;
  refuse(refusal: Refusal): void;
  /** Breaks the connection that the call came by. */
  cut(): void;
  /** Ends the call in peace, without an answer. */
  end(): void;
}

/** Does the work and answers, at once where nothing goes wrong: calls keep their order. */
export const carryOut = <T>(fault: Fault | null, work: () => T, reply: Reply<T>): void => {
  if (fault === null) reply.answer(work());
  else void goWrong(fault, work, reply);
};

const goWrong = async <T>(fault: Fault, work: () => T, reply: Reply<T>): Promise<void> => {
  const { held, late, then = 'answer', stored = false } = fault;
  if (held !== undefined) await waited(held);
  const answers = then === 'answer' || then === 'twice';
  const value = answers || stored ? work() : null;
  if (late !== undefined) await waited(late);
  if (answers) {
    reply.answer(value as T);
    if (then === 'twice') reply.answer(value as T);
  } else if (then === 'cut') reply.cut();
  else if (then === 'half-close') reply.end();
  else if (then !== 'silence') reply.refuse(then);
};
