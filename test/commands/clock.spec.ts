/** Where the clock goes back, `recordedAt` never does: over the whole log, also across restarts. */
import fc from 'fast-check';
import { join } from 'node:path';
import { REFERENCE_LEASE_MS } from '../../src/commands/claim-references.js';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents, RecordEventsHandler } from '../../src/commands/record-events.js';
import { MAX_READ, StoreUnavailable, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ClockBehind, LogTime, MAX_CLOCK_BEHIND_MS } from '../../src/watching/log-time.js';
import { WatchedStore } from '../../src/watching/watched-store.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { ANNA, MINUTE, named, opened, Register, request, TestClock } from './support.js';
import { effort } from '../support/effort.js';

const YEARS = 10 * 365 * 24 * 60 * MINUTE;

/** The store wrapped as in the service. */
const watched = (store: EventStore, clock: TestClock, accepted?: number): WatchedStore =>
  new WatchedStore(store, () => undefined, null, new LogTime(clock, accepted));

describe('in a process that starts with the clock behind', () => {
  let folder: TemporaryFolder;
  let clock: TestClock;
  beforeEach(async () => {
    folder = await temporaryFolder();
    clock = new TestClock();
    const store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
    const sources = [{ kind: 'other' as const, citation: 'synthetic' }];
    const list = { type: 'list-defined', name: { en: 'Union' }, sources, reliability: 'verified' } as const;
    const command = request('', [list], { subject: { kind: 'list', id: 'union' }, isNewSubject: true });
    expect(await new RecordEventsHandler(store, clock).execute(new RecordEvents(command))).toMatchObject({
      outcome: 'recorded',
    });
    await store.close();
  });
  afterEach(() => folder.remove());

  /** Does as one process: opens the log, opens a case for each reference, closes the log. Returns every `recordedAt` of the log. */
  const recorded = async (accepted: number | undefined, ...references: string[]): Promise<readonly string[]> => {
    const store = createSqliteStore({ file: join(folder.path, 'events.sqlite') });
    const handler = new RecordEventsHandler(watched(store, clock, accepted), clock);
    try {
      for (const reference of references) {
        const answer = handler.execute(new RecordEvents(request(newCaseId(ANNA), [opened(reference)])));
        expect(await answer).toMatchObject({ outcome: 'recorded' });
      }
      return (await store.read(null, MAX_READ)).map((event) => event.recordedAt);
    } finally {
      await store.close();
    }
  };

  it('a clock slightly behind repeats the last instant of the log, also for claims and other cases', async () => {
    await recorded(undefined, 'A');
    clock.move(-MAX_CLOCK_BEHIND_MS);
    await recorded(undefined, 'B');
    clock.move(MAX_CLOCK_BEHIND_MS + 1_000);
    expect(await recorded(undefined, 'C')).toEqual([
      ...Array<string>(5).fill('2026-01-05T08:00:00.000Z'),
      ...Array<string>(2).fill('2026-01-05T08:00:01.000Z'),
    ]);
  });

  it.each([
    ['just over a minute', MAX_CLOCK_BEHIND_MS + 1],
    ['ten years', YEARS],
  ])('nothing is recorded while the clock is %s behind', async (_, back) => {
    const before = await recorded(undefined, 'A');
    clock.move(-back);
    await expect(recorded(undefined, 'B')).rejects.toThrow(ClockBehind);
    expect(await recorded(undefined)).toEqual(before);
    clock.move(back);
    expect(await recorded(undefined, 'B')).toHaveLength(5);
  });

  it('recording continues up to the accepted instant, not beyond it', async () => {
    const last = clock.now().getTime();
    await recorded(undefined, 'A');
    clock.move(-YEARS);
    await expect(recorded(last - 1, 'B')).rejects.toThrow(ClockBehind);
    expect(await recorded(last, 'B')).toEqual(Array<string>(5).fill('2026-01-05T08:00:00.000Z'));
    await expect(recorded(undefined, 'C')).rejects.toThrow(ClockBehind);
  });
});

describe('under a running service', () => {
  let register: Register;
  let store: WatchedStore;
  let handler: RecordEventsHandler;
  beforeEach(async () => {
    register = await Register.open();
    store = watched(register.store, register.clock);
    handler = new RecordEventsHandler(store, register.clock);
  });
  afterEach(() => register.store.close());

  const open = (id: string, reference: string) => handler.execute(new RecordEvents(request(id, [opened(reference)])));

  it('a clock set back ten years stops every write, and reads still work', async () => {
    const id = newCaseId(ANNA);
    await open(id, 'A');
    register.clock.move(-YEARS);
    await expect(open(newCaseId(ANNA), 'B')).rejects.toThrow(ClockBehind);
    await expect(handler.execute(new RecordEvents(request(id, [named('Another')])))).rejects.toThrow(ClockBehind);
    await expect(store.checkWritable()).rejects.toThrow(ClockBehind);
    expect(await store.read(null, MAX_READ)).toHaveLength((await register.log()).length);
    register.clock.move(YEARS);
    await store.checkWritable();
    expect(await open(newCaseId(ANNA), 'B')).toMatchObject({ outcome: 'recorded' });
  });

  it('a stream with events from the future is not written to; others are', async () => {
    const [theirs, ours] = [newCaseId(ANNA), newCaseId(ANNA)];
    await open(ours, 'A');
    register.clock.move(YEARS);
    await register.recorded(request(theirs, [opened()]));
    register.clock.move(-YEARS);
    await expect(handler.execute(new RecordEvents(request(theirs, [named('Another')])))).rejects.toThrow(ClockBehind);
    const answer = handler.execute(new RecordEvents(request(ours, [named('Another')])));
    expect(await answer).toMatchObject({ outcome: 'recorded' });
  });

  it('the instant of an append that conflicted does not count', async () => {
    const id = newCaseId(ANNA);
    await open(id, 'A');
    register.clock.move(YEARS);
    const [event] = await register.caseEvents(id);
    if (event === undefined) throw new Error('nothing recorded');
    const { stream, revision: _, cursor: __, ...stored } = event;
    const late = { ...stored, id: newCaseId(ANNA), recordedAt: register.clock.now().toISOString() };
    expect(await store.append(stream, 'no-stream', [late])).toMatchObject({ outcome: 'conflict' });
    register.clock.move(-YEARS);
    expect(await open(newCaseId(ANNA), 'B')).toMatchObject({ outcome: 'recorded' });
  });

  it('a claim with a repeated instant is valid until its lease ends', async () => {
    const [failed, other] = [newCaseId(ANNA), newCaseId(ANNA)];
    await open(newCaseId(ANNA), 'A');
    register.clock.move(-MAX_CLOCK_BEHIND_MS);
    const failing = register.storeThrough((append, stream, ...args) => {
      if (stream.startsWith('case-')) throw new StoreUnavailable('gone');
      return append(stream, ...args);
    });
    const failingStore = watched(failing, register.clock);
    const command = new RecordEvents(request(failed, [opened('B')]));
    await expect(new RecordEventsHandler(failingStore, register.clock).execute(command)).rejects.toThrow(
      StoreUnavailable,
    );
    register.clock.move(REFERENCE_LEASE_MS + MAX_CLOCK_BEHIND_MS - 1);
    expect(await open(other, 'B')).toMatchObject({ outcome: 'reference-taken', by: failed });
    register.clock.move(1);
    expect(await open(other, 'B')).toMatchObject({ outcome: 'recorded' });
  });
});

describe('with concurrent writers and a clock that jumps', () => {
  const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const simulate = async (jumps: readonly number[], writers: number): Promise<void> => {
    const register = await Register.open();
    const handler = new RecordEventsHandler(watched(register.store, register.clock), register.clock);
    let latest = register.clock.now().getTime();
    let refused = 0;
    const record = async (...args: Parameters<typeof request>): Promise<void> => {
      try {
        expect(await handler.execute(new RecordEvents(request(...args)))).toMatchObject({ outcome: 'recorded' });
      } catch (error) {
        if (!(error instanceof ClockBehind)) throw error;
        refused += 1;
      }
    };
    const done = { is: false };
    const writer = async (_: unknown, n: number): Promise<void> => {
      for (let i = 0; !done.is; i += 1) {
        const id = newCaseId(ANNA);
        await record(id, [opened(`${n}-${i}`)], { key: 'key' });
        if ((await register.caseEvents(id)).length > 0) await record(id, [named('Another')]);
        await nextTick();
      }
    };
    const writing = Promise.all(Array.from({ length: writers }, writer));
    for (const jump of jumps) {
      register.clock.move(jump);
      latest = Math.max(latest, register.clock.now().getTime());
      await nextTick();
    }
    done.is = true;
    await writing;
    const instants = (await register.log()).map(({ recordedAt }) => recordedAt);
    expect(instants).toEqual([...instants].sort());
    expect(Date.parse(instants.at(-1) ?? '')).toBeLessThanOrEqual(latest);
    // Recording resumes once the clock is right.
    register.clock.move(latest - register.clock.now().getTime());
    const before = refused;
    await record(newCaseId(ANNA), [opened('last')]);
    expect(refused).toBe(before);
    await register.store.close();
  };

  it('recordedAt never goes back in the log', async () => {
    const jump = fc.oneof(
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: -MAX_CLOCK_BEHIND_MS, max: MAX_CLOCK_BEHIND_MS }),
      fc.constantFrom(-YEARS, YEARS, -5 * MINUTE, 5 * MINUTE),
    );
    const jumps = fc.array(jump, { minLength: 5, maxLength: 40 });
    await fc.assert(fc.asyncProperty(jumps, fc.integer({ min: 1, max: 8 }), simulate), { numRuns: effort(8, 200) });
  });
});
