/** Chooses where the log is projected: in a worker thread, or on the thread that opens the register. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DataFolder } from './event-store/data-folder.js';
import type { EventStore } from './event-store/port.js';
import type { ModelWriter } from './read-models/follower.js';
import { FollowerThread } from './read-models/follower-thread.js';
import type { ProjectionWorkerData } from './projection-worker.js';

/** `own`: the thread that opened the register. `worker`: another, so that a service answers meanwhile; it needs the built files. */
export type ProjectionThread = 'own' | 'worker';

/**
 * Starts the worker that projects the log. Undefined where the log is projected on this thread: if `thread` is `own`, and for a log in
 * memory, which no other thread can read, or on a server.
 */
export const startProjectionWorker = (
  thread: ProjectionThread,
  store: EventStore,
  { events: logPath, readModels: readModelsPath }: Pick<DataFolder, 'events' | 'readModels'>,
  timeZone: string,
): ModelWriter | undefined => {
  if (thread === 'own' || store.onCommit === undefined) return undefined;
  const data: ProjectionWorkerData = { logPath, readModelsPath, timeZone, partWorkers: REBUILD_HELPER_THREADS };
  const projection = new FollowerThread(() => new Worker(PROJECTION_WORKER_URL, { workerData: data }));
  store.onCommit(() => projection.onCommit());
  return projection;
};

/** Threads besides the worker that project a rebuild. At most 3, since each takes the memory of a heap of its own. */
const REBUILD_HELPER_THREADS = Math.min(3, availableParallelism() - 1);

const PROJECTION_WORKER_URL = new URL('./projection-worker.js', import.meta.url);
