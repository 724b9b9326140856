/** Reads of bounded length. Whatever way one ends, it gives its place on the connection back: a connection carries a hundred calls. */
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';

/**
 * Gives what a read finds to `take`, up to its end or until that says that it is enough; never after it has answered. Throws what
 * the client and `take` throw, and an error of its own where the server is silent for so many milliseconds.
 */
export const consumeRead = (
  reading: StreamingRead<ResolvedEvent>,
  silenceMs: number,
  onEvent: (event: ResolvedEvent) => 'more' | 'enough',
): Promise<void> =>
  new Promise((resolve, reject) => {
    const silence = setTimeout(() => end(new Error('the server fell silent')), silenceMs);
    const end = (error?: Error): void => {
      clearTimeout(silence);
      reading.removeAllListeners('data').pause();
      reading.cancel().catch(() => undefined);
      if (error === undefined) resolve();
      else reject(error);
    };
    reading.on('data', (event: ResolvedEvent) => {
      silence.refresh();
      try {
        if (onEvent(event) === 'enough') end();
      } catch (error) {
        end(error as Error);
      }
    });
    // What comes after the end is nobody's business any more, but must be heard.
    reading.on('error', end);
    reading.on('end', () => end());
  });
