/** Reads of bounded length. Whatever way one ends, it gives its place on the connection back: a connection carries a hundred calls. */
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';

/** How long the server may be silent within a read. */
const SILENCE_MS = 5_000;

/**
 * What a read gives, up to its end or until `take` says that it is enough. Throws what the client throws, and an error of
 * its own where the server falls silent.
 */
export const readTo = (
  reading: StreamingRead<ResolvedEvent>,
  take: (event: ResolvedEvent) => 'more' | 'enough',
): Promise<void> =>
  new Promise((resolve, reject) => {
    const silence = setTimeout(() => end(new Error('the server fell silent')), SILENCE_MS);
    const end = (error?: unknown): void => {
      clearTimeout(silence);
      reading.removeAllListeners('data').pause();
      reading.cancel().catch(() => undefined);
      if (error === undefined) resolve();
      else reject(error as Error);
    };
    reading.on('data', (event: ResolvedEvent) => {
      silence.refresh();
      try {
        if (take(event) === 'enough') end();
      } catch (error) {
        end(error);
      }
    });
    // What comes after the end is nobody's business any more, but must be heard.
    reading.on('error', end);
    reading.on('end', () => end());
  });
