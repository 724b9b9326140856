/** Answers queries with counts of people, which are made in steps in a large register, so that other requests run between. */
import { setImmediate } from 'node:timers/promises';
import { NotYetCounted } from './counters.js';
import type { ReadModelReader } from './reader.js';
import { openScope, type PinnedScope, type Scope, type ScopedContext } from './scope.js';

/**
 * Runs `ask` in the scope. A count that it needs and that is not cached is made in steps, each in a turn of the event loop of its own;
 * then `ask` runs again, at the position of the first try. All counts of one answer are from the same read-model file.
 */
export const answerWithCounts = async <Answer>(
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
      return asked.counters.runWithoutLongCounts(() => ask(asked));
    } catch (error) {
      if (!(error instanceof NotYetCounted)) throw error;
      const { db } = context;
      // Case numbers are local to a file: if a rebuild replaced it, the count starts over.
      for (let isCounted = false; !isCounted && context.db === db;) {
        isCounted = context.counters.step(error, context.position);
        await setImmediate();
        context = await openScope(reader, scope, { day, position });
      }
    }
  }
};
