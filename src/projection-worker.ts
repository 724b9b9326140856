/**
 * Entry point of the thread that projects the embedded log into the read models, which `startProjection` starts, and of the threads that
 * help it with a rebuild.
 */
import { setPriority } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import { Follower } from './read-models/follower.js';
import { serveFollower } from './read-models/follower-thread.js';
import { createPart } from './read-models/model-file.js';
import type { PartPaths } from './read-models/part-file.js';
import { servePart } from './read-models/part-thread.js';
import type { PartWorkers } from './read-models/rebuild.js';

/** What the thread is started with. */
export interface ProjectionWorkerData {
  /** Paths of the files of the log (`events`) and of the read models. */
  readonly events: string;
  readonly readModels: string;
  readonly timeZone: string;
  /** How many other threads take part in a rebuild. */
  readonly partWorkers: number;
}

/** What a thread that fills a part is started with. */
interface PartData extends PartPaths {
  readonly timeZone: string;
}

/** Gives way to the thread that answers. Linux has a priority for each thread; elsewhere it would be that of the whole process. */
const giveWay = (): void => {
  if (process.platform !== 'linux') return;
  try {
    setPriority(GIVING_WAY);
  } catch {
    // Some containers forbid it; rebuilding is no less right at the usual priority.
  }
};
const GIVING_WAY = 10;

const followLog = (port: NonNullable<typeof parentPort>, data: ProjectionWorkerData): void => {
  const { events, readModels, timeZone } = data;
  let look = (): void => undefined;
  let store: EventStore | null = null;
  // Opened when it is needed: an error is then that of a call.
  const openStore = async (): Promise<EventStore> =>
    (store ??= createSqliteStore({ file: events, readonly: true, onCommits: (wake) => (look = wake) }));
  const partWorkers: PartWorkers = {
    count: data.partWorkers,
    start: (paths) => {
      const partData: PartData = { ...paths, timeZone };
      return new Worker(new URL(import.meta.url), { workerData: partData });
    },
  };
  serveFollower(port, new Follower(readModels, timeZone, openStore, partWorkers), {
    onCommit: () => look(),
    close: async () => store?.close(),
  });
};

if (parentPort === null) throw new Error('this is the entry point of a worker');
const data = workerData as ProjectionWorkerData | PartData;
if ('part' in data) {
  giveWay();
  servePart(parentPort, () => createPart(data, data.timeZone));
} else followLog(parentPort, data);
