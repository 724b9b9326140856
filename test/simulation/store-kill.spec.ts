/**
 * Kill -9 in the middle of 200 concurrent appends: whatever was acknowledged is in the log once, in order, and the log
 * has no gap and no torn append. `KILL_ROUNDS` says how many times over (one log goes through all of them);
 * `KILL_SEED` repeats the moments of an earlier run, as far as such moments can be repeated.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DataFolderInUse, openDataFolder } from '../../src/event-store/data-folder.js';
import { MAX_READ, type EventStore, type LogEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 3);
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
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
let writer: ChildProcess | undefined;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(async () => {
  writer?.kill('SIGKILL');
  await folder.remove();
});

/** Runs a writer until it has acknowledged so many appends, kills it, and gives all that it acknowledged till then. */
const killedAfter = async (count: number): Promise<Acknowledged[]> => {
  const script = join(import.meta.dirname, 'store-writer.mjs');
  const child = spawn(process.execPath, [script, folder.path, String(WRITERS)], { stdio: ['ignore', 'pipe', 'pipe'] });
  writer = child;
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
  expect({ exit: await exit, said: Buffer.concat(complaints).toString() }).toEqual({
    exit: [null, 'SIGKILL'],
    said: '',
  });
  expect(held).toBe(true);
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

/** What is wrong with a log: gaps, doubles, torn appends. Collected, since a matcher an event would take longer than the log. */
const flawsOf = (log: readonly LogEvent[]): string[] => {
  const flaws: string[] = [];
  const ids = new Set<string>();
  const last = new Map<string, number>();
  const appends = new Map<string, { readonly first: number; readonly count: number; seen: number }>();
  for (const [i, { id, stream, revision, position, correlationId, causationId }] of log.entries()) {
    if (position !== i + 1) flaws.push(`position ${position} stands at ${i + 1}`);
    if (ids.has(id)) flaws.push(`${id} stands twice`);
    if (revision !== (last.get(stream) ?? -1) + 1) flaws.push(`${stream} has a gap before ${revision}`);
    ids.add(id);
    last.set(stream, revision);
    const append = appends.get(correlationId) ?? { first: position, count: Number(causationId), seen: 0 };
    if (position !== append.first + append.seen) flaws.push(`something stands between the events of ${correlationId}`);
    append.seen++;
    appends.set(correlationId, append);
  }
  for (const [append, { count, seen }] of appends) if (seen !== count) flaws.push(`${append} is torn`);
  return flaws;
};

/** Acknowledged appends that do not stand where they were said to. */
const lostFrom = (log: readonly LogEvent[], acknowledged: readonly Acknowledged[]): Acknowledged[] =>
  acknowledged.filter(
    ({ ids, stream, revision, position }) =>
      !ids.every((id, i) => {
        const event = log[position - ids.length + i];
        return event?.id === id && event.stream === stream && event.revision === revision - ids.length + 1 + i;
      }),
  );

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
        expect(flawsOf(log)).toEqual([]);
        expect(lostFrom(log, acknowledged)).toEqual([]);
        await store.close();
        held.release();
      }
    },
    30_000 + ROUNDS * 10_000,
  );
});
