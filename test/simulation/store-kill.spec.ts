/**
 * Kill -9 under 200 concurrent appends: every acknowledged event is in the log once and in order, without gaps or torn appends.
 * All `KILL_ROUNDS` rounds use one log; `KILL_SEED` repeats after how many acknowledgements an earlier run killed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DataFolderInUse, openDataFolder } from '../../src/event-store/data-folder.js';
import { MAX_READ, type EventStore, type LogEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { effort } from '../support/effort.js';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? effort(2, 20));
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000);
const WRITERS = 200;

interface Acknowledged {
  readonly ids: readonly string[];
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

/** How many acknowledgements precede the kill of each round, 1 to 4,000 (a linear congruential generator). */
const killAfter = (function* (state: number): Generator<number> {
  for (;;) yield 1 + ((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % 4_000);
})(SEED);

let folder: TemporaryFolder;
let writer: ChildProcess | undefined;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(async () => {
  writer?.kill('SIGKILL');
  await folder.remove();
});

/** Kills a writer after `count` acknowledged appends; returns all that it acknowledged. */
const runAndKill = async (count: number): Promise<Acknowledged[]> => {
  const script = join(import.meta.dirname, 'store-writer.mjs');
  const child = spawn(process.execPath, [script, folder.path, String(WRITERS)], { stdio: ['ignore', 'pipe', 'pipe'] });
  writer = child;
  const complaints: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  const exit = once(child, 'exit');
  const acknowledged: Acknowledged[] = [];
  let held = false;
  // The kill may truncate the last line; that append does not count as acknowledged.
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

/** Describes gaps, duplicates and torn appends; one matcher for each event would be too slow. */
const flawsOf = (log: readonly LogEvent[]): string[] => {
  const flaws: string[] = [];
  const ids = new Set<string>();
  const last = new Map<string, number>();
  const appends = new Map<string, { readonly first: number; readonly count: number; seen: number }>();
  for (const [i, { id, stream, revision, position, correlationId, causationId }] of log.entries()) {
    if (position !== i + 1) flaws.push(`position ${position} at index ${i + 1}`);
    if (ids.has(id)) flaws.push(`${id} is a duplicate`);
    if (revision !== (last.get(stream) ?? -1) + 1) flaws.push(`${stream} has a gap before ${revision}`);
    ids.add(id);
    last.set(stream, revision);
    const append = appends.get(correlationId) ?? { first: position, count: Number(causationId), seen: 0 };
    if (position !== append.first + append.seen) flaws.push(`another append is between the events of ${correlationId}`);
    append.seen++;
    appends.set(correlationId, append);
  }
  for (const [append, { count, seen }] of appends) if (seen !== count) flaws.push(`${append} is torn`);
  return flaws;
};

/** Acknowledged appends that are not at their acknowledged place. */
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
    'loses nothing acknowledged, duplicates nothing, leaves no gap and no torn append',
    async () => {
      const acknowledged: Acknowledged[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const count = killAfter.next().value as number;
        const before = acknowledged.length;
        acknowledged.push(...(await runAndKill(count)));
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
