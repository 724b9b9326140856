/** Loaded into a service before its own code: measures how long its event loop is kept from turning, and tells its parent when asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/** Delays of the event loop in milliseconds, since they were last asked for. */
export interface LoopDelays {
  readonly p99: number;
  readonly longest: number;
}

// Threads load it too; the thread that answers is the main one.
if (isMainThread && process.send !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('message', () => {
    process.send?.({ p99: delay.percentile(99) / 1e6, longest: delay.max / 1e6 } satisfies LoopDelays);
    delay.reset();
  });
  // The service ends when it is asked to, not when its parent closes the channel.
  process.channel?.unref();
}
