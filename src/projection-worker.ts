/**
 * Entry point of the thread that projects the embedded log into the read models (started in projection.ts), and of the threads that help
 * it with a rebuild.
 */
import { setPriority } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import { Follower } from './read-models/follower.js';
import { serveFollower } from './read-models/follower-thread.js';
import { createPart } from './read-models/model-file.js';
import type { RebuildPartPaths } from './read-models/part-file.js';
import { servePart } from './read-models/part-thread.js';
import type { PartWorkers } from './read-models/rebuild.js';

/** What the thread is started with. */
export interface ProjectionWorkerData {
  /** The path of the log's SQLite file. */
  readonly logPath: string;
  readonly readModelsPath: string;
  readonly timeZone: string;
  /** How many other threads take part in a rebuild. */
  readonly partWorkers: number;
}

/** What a thread that fills one part file of a rebuild is started with. */
interface PartWorkerData extends RebuildPartPaths {
  readonly timeZone: string;
}

/** Lets the thread that answers requests go first. On Linux only: elsewhere a priority is that of the whole process, not of a thread. */
const lowerThreadPriority = (): void => {
  if (process.platform !== 'linux') return;
  try {
    setPriority(LOWERED_PRIORITY);
  } catch {
    // Some containers forbid it; rebuilding is no less right at the usual priority.
  }
};
const LOWERED_PRIORITY = 10;

const followLog = (port: NonNullable<typeof parentPort>, data: ProjectionWorkerData): void => {
  const { logPath, readModelsPath, timeZone } = data;
  let look = (): void => undefined;
  let store: EventStore | null = null;
  // Opened by the first call that needs it, so that an error of opening rejects that call.
  const openStore = async (): Promise<EventStore> =>
    (store ??= createSqliteStore({ file: logPath, readonly: true, listenToCommits: (wake) => (look = wake) }));
  const partWorkers: PartWorkers = {
    count: data.partWorkers,
    start: (paths) => {
      const partData: PartWorkerData = { ...paths, timeZone };
      return new Worker(new URL(import.meta.url), { workerData: partData });
    },
  };
  serveFollower(port, new Follower(readModelsPath, timeZone, openStore, partWorkers), {
    onCommit: () => look(),
    releaseResources: async () => store?.close(),
  });
};

if (parentPort === null) throw new Error('this is the entry point of a worker');
const data = workerData as ProjectionWorkerData | PartWorkerData;
if ('part' in data) {
  lowerThreadPriority();
  servePart(parentPort, () => createPart(data, data.timeZone));
} else followLog(parentPort, data);
