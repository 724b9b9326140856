/** Entry point of the thread that projects the embedded log into the read models; `workerOf` in projection.ts starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from './event-store/port.js';
import { createSqliteStore } from './event-store/sqlite/store.js';
import { Follower } from './read-models/follower.js';
import { serveFollower } from './read-models/follower-thread.js';

/** What the thread is started with. */
export interface ProjectionWorkerData {
  /** Paths of the files of the log (`events`) and of the read models. */
  readonly events: string;
  readonly readModels: string;
  readonly timeZone: string;
}

const { events, readModels, timeZone } = workerData as ProjectionWorkerData;
let look = (): void => undefined;
let store: EventStore | null = null;
// Opened when it is needed: an error is then that of a call.
const openStore = async (): Promise<EventStore> =>
  (store ??= createSqliteStore({ file: events, readonly: true, onCommits: (wake) => (look = wake) }));

if (parentPort === null) throw new Error('this is the entry point of a worker');
serveFollower(parentPort, new Follower(readModels, timeZone, openStore), {
  onCommit: () => look(),
  close: async () => store?.close(),
});
