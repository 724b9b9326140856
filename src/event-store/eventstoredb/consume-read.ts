/** Consumes streaming reads. However a read ends, it is cancelled, because a connection allows only 100 concurrent calls. */
import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client';

/**
 * Passes each event of a read to `onEvent` until the end or until that returns `enough`. Throws errors of the client and of
 * `onEvent`, and an error if the server sends nothing for `silenceMs`.
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
    // Stays subscribed after the end: an unhandled `error` event would end the process.
    reading.on('error', end);
    reading.on('end', () => end());
  });
