/** Answers that take several turns of the event loop, and must be of one read-model file: numbers of cases are local to it. */
import { setImmediate } from 'node:timers/promises';
import type { QueryContext, ReadModelReader } from './reader.js';

/** The file was replaced between two slices, so that case numbers are no longer valid. */
class FileReplaced extends Error {
  override readonly name = 'FileReplaced';
}

/** Runs `ask` on one read-model file, and runs it again from the start if a rebuild replaces the file meanwhile. */
export const retryIfFileReplaced = async <Answer>(
  reader: ReadModelReader,
  position: number,
  ask: (context: QueryContext) => Promise<Answer>,
): Promise<Answer> => {
  for (;;) {
    const context = await reader.contextAt({ position });
    try {
      return await ask(context);
    } catch (error) {
      if (!(error instanceof FileReplaced)) throw error;
    }
  }
};

/** The context of the next turn, for work in slices within `retryIfFileReplaced`. */
export const nextContext = async (
  reader: ReadModelReader,
  first: QueryContext,
  knownPosition: number,
): Promise<QueryContext> => {
  await setImmediate();
  const context = await reader.contextAt({ position: knownPosition });
  if (context.db !== first.db) throw new FileReplaced();
  return context;
};
