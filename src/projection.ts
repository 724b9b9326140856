/** Chooses where the log is projected: in a worker thread, or on the thread that opens the register. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { DataFolder } from './event-store/data-folder.js';
import type { EventStore } from './event-store/port.js';
import type { ModelWriter } from './read-models/follower.js';
import { FollowerThread } from './read-models/follower-thread.js';
import type { ProjectionWorkerData } from './projection-worker.js';

/** `worker`: for a service, which then answers while it projects. Needs the built entry point beside this file. */
export type ProjectionThread = 'own' | 'worker';

/**
 * The worker that projects the log of a file; undefined where the log is projected on this thread: one in memory, which no other
 * thread can read, and one on a server.
 */
export const startProjection = (
  thread: ProjectionThread,
  store: EventStore,
  { events, readModels }: Pick<DataFolder, 'events' | 'readModels'>,
  timeZone: string,
): ModelWriter | undefined => {
  if (thread === 'own' || store.onCommit === undefined) return undefined;
  const data: ProjectionWorkerData = { events, readModels, timeZone, partWorkers: PART_WORKERS };
  const projection = new FollowerThread(() => new Worker(PROJECTION_WORKER, { workerData: data }));
  store.onCommit(() => projection.onCommit());
  return projection;
};

/** Threads beside the worker that project a rebuild. A heap each, so that more cores do not mean more memory without end. */
const PART_WORKERS = Math.min(3, availableParallelism() - 1);

const PROJECTION_WORKER = new URL('./projection-worker.js', import.meta.url);
