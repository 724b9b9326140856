/** Answers with counts of people, which a large register takes in steps. */
import { setImmediate } from 'node:timers/promises';
import { NotCounted } from './counters.js';
import type { ReadModelReader } from './reader.js';
import { openScope, type PinnedScope, type Scope, type ScopedContext } from './scope.js';

/**
 * What `ask` answers in the scope, from the counters of one file. People who are not counted yet are counted in steps, each in a turn
 * of its own, and then `ask` runs again; the answer is that of the position at which the question came.
 */
export const answerCounted = async <Answer>(
  reader: ReadModelReader,
  scope: Scope,
  pinned: PinnedScope | null,
  ask: (context: ScopedContext) => Answer,
): Promise<Answer> => {
  let context = await openScope(reader, scope, pinned);
  const { day, position } = context.scope;
  for (;;) {
    try {
      const asked = context;
      return asked.counters.inSteps(() => ask(asked));
    } catch (error) {
      if (!(error instanceof NotCounted)) throw error;
      const { db } = context;
      // In another file, cases have other numbers.
      for (let isCounted = false; !isCounted && context.db === db;) {
        isCounted = context.counters.step(error, context.position);
        await setImmediate();
        context = await openScope(reader, scope, { day, position });
      }
    }
  }
};
