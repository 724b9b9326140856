/**
 * Writers that are slow, fail and retry while hours pass: no two cases ever get one reference, and an unused reference can
 * always be claimed. A seed replays any failure.
 */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { claimReferences, REFERENCE_LEASE_MS, findReferenceHolder } from '../../src/commands/claim-references.js';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents } from '../../src/commands/record-events.js';
import { referencesOf } from '../../src/domain/reference/reference.js';
import { StoreUnavailable } from '../../src/event-store/port.js';
import { ANNA, MINUTE, opened, Register, request } from './support.js';
import { effort } from '../support/effort.js';

const WRITERS = 12;
const REFERENCES = ['A', 'B', 'C'];
/** The slowest append in minutes, by kind of stream. A claim may take any time; the append of a case must take less than half a lease. */
const SLOWEST_MINUTES = { reference: 25, case: 3 };

/** Pseudo-random integers in [0, below) from a seed (mulberry32). */
const dice = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
};

const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const simulate = async (seed: number): Promise<void> => {
  const register = await Register.open();
  const roll = dice(seed);
  const handler = register.through(async (append, stream, ...args) => {
    const [kind] = stream.split('-') as [keyof typeof SLOWEST_MINUTES];
    const until = register.clock.now().getTime() + roll(SLOWEST_MINUTES[kind] + 1) * MINUTE;
    while (register.clock.now().getTime() < until) await nextTick();
    if (roll(6) === 0) throw new StoreUnavailable('before it wrote');
    const appended = await append(stream, ...args);
    if (roll(6) === 0) throw new StoreUnavailable('after it wrote');
    return appended;
  });
  const writer = async (): Promise<void> => {
    const wanted = REFERENCES.filter(() => roll(2) === 0);
    const command = request(newCaseId(ANNA), [opened(...wanted)], { key: 'key' });
    for (let tries = roll(4); tries >= 0; tries -= 1)
      await handler.execute(new RecordEvents(command)).catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) throw error;
      });
  };
  const done = new AbortController();
  const writers = Promise.all(Array.from({ length: WRITERS }, writer)).finally(() => done.abort());
  while (!done.signal.aborted) {
    register.clock.move(MINUTE);
    await nextTick();
  }
  await writers;

  const owners = new Map<string, string[]>();
  for (const { stream, event } of await register.log())
    for (const { reference } of referencesOf(event)) owners.set(reference, [...(owners.get(reference) ?? []), stream]);
  for (const [, cases] of owners) expect(cases).toHaveLength(1);

  register.clock.move(REFERENCE_LEASE_MS);
  const newEvents = (reference: string) => [{ id: newCaseId(ANNA), event: opened(reference) as never }];
  for (const reference of REFERENCES) {
    const [owner] = owners.get(reference) ?? [];
    const holder = await findReferenceHolder(register.store, register.clock, 'union', reference);
    expect(holder).toEqual(owner === undefined ? null : { caseId: owner.slice('case-'.length), isRecorded: true });
    const lateRequest = {
      caseId: newCaseId(ANNA),
      history: [],
      newEvents: newEvents(reference),
      actor: ANNA,
      correlationId: 'late',
    };
    const claimed = await claimReferences(register.store, register.clock, lateRequest);
    expect(claimed.outcome).toBe(owner === undefined ? 'claimed' : 'reference-taken');
  }
  await register.store.close();
};

it('no two cases get one reference, and no reference is lost', async () => {
  await fc.assert(fc.asyncProperty(fc.integer(), simulate), { numRuns: effort(10, 500) });
});
