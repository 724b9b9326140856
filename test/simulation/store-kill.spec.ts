/**
 * Kill -9 in the middle of 200 concurrent appends: whatever was acknowledged is in the log once, in order, and the log
 * has no gap and no torn append. `HABEAS_KILL_ROUNDS` says how many times over (one log goes through all of them);
 * `HABEAS_KILL_SEED` repeats the moments of an earlier run, as far as such moments can be repeated.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DataFolderInUse, openDataFolder } from '../../src/event-store/data-folder.js';
import { MAX_READ, type EventStore, type LogEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const ROUNDS = Number(process.env['HABEAS_KILL_ROUNDS'] ?? 3);
const SEED = Number(process.env['HABEAS_KILL_SEED'] ?? Date.now() % 1_000_000);
const WRITERS = 200;

interface Acknowledged {
  readonly ids: readonly string[];
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

/** Between 1 and 4,000: after how many acknowledgements a round's writer is killed (a linear congruential generator). */
const moments = (function* (state: number): Generator<number> {
  for (;;) yield 1 + ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % 4_000);
})(SEED);

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

/** Runs a writer until it has acknowledged so many appends, kills it, and gives all that it acknowledged till then. */
const killedAfter = async (count: number): Promise<Acknowledged[]> => {
  const script = join(import.meta.dirname, 'store-writer.mjs');
  const child = spawn(process.execPath, [script, folder.path, String(WRITERS)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const complaints: Buffer[] = [];
  child.stderr.on('data', (said: Buffer) => complaints.push(said));
  const exit = once(child, 'exit');
  const acknowledged: Acknowledged[] = [];
  let held = false;
  // The last line may be cut off by the kill; such a one was never read by anybody.
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^(\S+) (\S+) (\d+) (\d+)$/.exec(line);
    if (match === null) continue;
    const [, ids = '', stream = '', revision, position] = match;
    acknowledged.push({ ids: ids.split(','), stream, revision: Number(revision), position: Number(position) });
    if (acknowledged.length === count) {
      held = isHeld();
      child.kill('SIGKILL');
    }
  }
  expect(held).toBe(true);
  expect({ exit: await exit, said: Buffer.concat(complaints).toString() }).toEqual({
    exit: [null, 'SIGKILL'],
    said: '',
  });
  return acknowledged;
};

const isHeld = (): boolean => {
  try {
    openDataFolder(folder.path).release();
    return false;
  } catch (error) {
    return error instanceof DataFolderInUse;
  }
};

const logOf = async (store: EventStore): Promise<LogEvent[]> => {
  const log: LogEvent[] = [];
  for (let page; (page = await store.read(log.at(-1)?.cursor ?? null, MAX_READ)).length > 0;) log.push(...page);
  return log;
};

const checkLog = (log: readonly LogEvent[]): void => {
  expect(log.map(({ position }) => position)).toEqual(log.map((_, i) => i + 1));
  expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
  const last = new Map<string, number>();
  const appends = new Map<string, number[]>();
  for (const { stream, revision, position, correlationId, causationId } of log) {
    expect(revision).toBe((last.get(stream) ?? -1) + 1);
    last.set(stream, revision);
    const positions = appends.get(correlationId) ?? [Number(causationId)];
    appends.set(correlationId, [...positions, position]);
  }
  for (const [count = 0, ...positions] of appends.values())
    expect(positions).toEqual(Array.from({ length: count }, (_, i) => (positions[0] ?? 0) + i));
};

const checkAcknowledged = (log: readonly LogEvent[], acknowledged: readonly Acknowledged[]): void => {
  for (const { ids, stream, revision, position } of acknowledged) {
    const events = log.slice(position - ids.length, position);
    expect(events.map(({ id }) => id)).toEqual(ids);
    expect(events.at(-1)).toMatchObject({ stream, revision });
  }
};

describe(`kill -9 under ${WRITERS} concurrent appends, ${ROUNDS} times (seed ${SEED})`, () => {
  it(
    'loses nothing that was acknowledged, doubles nothing, leaves no gap and no torn append',
    async () => {
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const count = moments.next().value as number;
        const before = acknowledged.length;
        acknowledged.push(...(await killedAfter(count)));
        expect(acknowledged.length - before).toBeGreaterThanOrEqual(count);
        const held = openDataFolder(folder.path);
        const store = createSqliteStore({ file: held.events });
        const log = await logOf(store);
        checkLog(log);
        checkAcknowledged(log, acknowledged);
        await store.close();
        held.release();
      }
    },
    30_000 + ROUNDS * 10_000,
  );
});
