import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents } from '../../src/commands/record-events.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { ANNA, arrested, BORIS, MINUTE, named, opened, Register, request } from './support.js';

let register: Register;
const KEY = 'key-1';
const SAID = { sources: [{ kind: 'press', citation: 'synthetic' }], reliability: 'reported' } as const;
const id = newCaseId(ANNA, KEY);

beforeEach(async () => {
  register = await Register.open();
});
afterEach(() => register.store.close());

const begin = () => request(id, [opened('AZ-1'), arrested('2025-01-02')], { key: KEY });
const add = (events: readonly AnyEvent[] = [named('One'), named('Two')]) => request(id, events, { key: 'key-2' });

describe('a repeat', () => {
  it('answers as the first time did and records nothing', async () => {
    const first = await register.recorded(begin());
    const log = await register.log();
    register.clock.move(MINUTE);
    expect(await register.record(begin())).toEqual({ ...first, repeated: true });
    expect(await register.log()).toEqual(log);
  });

  it('does so after other events, and on a new handler', async () => {
    const began = await register.recorded(begin());
    const added = await register.recorded(add());
    await register.recorded(request(id, [named('Three')], { key: 'key-3' }));
    register.clock.move(1000 * 24 * 60 * MINUTE);
    const other = register.through((append, ...args) => append(...args));
    expect(await other.execute(new RecordEvents(begin()))).toEqual({ ...began, repeated: true });
    expect(await other.execute(new RecordEvents(add()))).toEqual({ ...added, repeated: true });
  });

  it('returns the findings of the first time, whatever was recorded since, and whatever is acknowledged now', async () => {
    await register.recorded(begin());
    const again = (acknowledge: readonly string[]) =>
      request(id, [arrested('2025-03-02')], { key: 'key-2', acknowledge });
    expect(await register.record(again([]))).toMatchObject({ outcome: 'refused' });
    const first = await register.recorded(again(['CASE.ALREADY_HELD']));
    expect(first.findings).toHaveLength(1);
    await register.recorded(request(id, [named('Later')]));
    expect(await register.record(again([]))).toEqual({ ...first, repeated: true });
  });

  it('is recognised with an outdated expected revision and another correlation id', async () => {
    await register.recorded(begin());
    const command = { ...add(), expectedRevision: 1 };
    const first = await register.recorded(command);
    expect(await register.record({ ...command, correlationId: 'again' })).toEqual({ ...first, repeated: true });
  });

  it('compares events, not JSON text: the order of keys and undefined fields do not matter', async () => {
    const first = await register.recorded(begin());
    const [one, two] = begin().events as [AnyEvent, AnyEvent];
    const reordered = Object.fromEntries(Object.entries(two).reverse()) as unknown as AnyEvent;
    const withUndefined = { ...one, note: undefined } as unknown as AnyEvent;
    expect(await register.record({ ...begin(), events: [withUndefined, reordered] })).toEqual({
      ...first,
      repeated: true,
    });
  });
});

describe('another body under the same key', () => {
  const bodies: readonly (readonly [string, readonly AnyEvent[]])[] = [
    ['other words', [named('One'), named('Other')]],
    ['fewer events', [named('One')]],
    ['more events', [named('One'), named('Two'), named('Three')]],
    ['another order', [named('Two'), named('One')]],
    ['another type', [arrested('2025-01-02')]],
  ];
  it.each(bodies)('is refused: %s', async (_, events) => {
    await register.recorded(begin());
    await register.recorded(add());
    await register.recorded(request(id, [named('Three')]));
    const log = await register.log();
    expect(await register.record(add(events))).toEqual({ outcome: 'key-reused' });
    expect(await register.log()).toEqual(log);
  });

  it('is refused for a case that it opened, too', async () => {
    await register.recorded(begin());
    expect(await register.record({ ...begin(), events: [opened('AZ-2')] })).toEqual({ outcome: 'key-reused' });
  });

  it('is refused for a correction whose fields are nested deeper than any that are stored', async () => {
    const [, arrestedId = ''] = (await register.recorded(begin())).events;
    const correct = (value: unknown) =>
      request(
        id,
        [{ type: 'corrected', event: arrestedId, correctedType: 'arrested', data: { occurredOn: value }, ...SAID }],
        { key: 'key-2' },
      );
    await register.recorded(correct('2025-01-03'));
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
    expect(await register.record(correct(deep))).toEqual({ outcome: 'key-reused' });
  });

  it('is recorded where the first was refused: a refusal does not use the key', async () => {
    await register.recorded(begin());
    expect(await register.record(add([arrested('2030-01-01')]))).toMatchObject({ outcome: 'refused' });
    expect(await register.record(add())).toMatchObject({ outcome: 'recorded', repeated: false });
  });
});

describe('the same key elsewhere is another request', () => {
  it('of another actor', async () => {
    await register.recorded(begin());
    const first = await register.recorded(add());
    const other = await register.recorded({ ...add([named('Other')]), actor: BORIS });
    const sameId = await register.recorded({ ...add([named('Third')]), actor: { ...ANNA, kind: 'import' } });
    expect([other.repeated, sameId.repeated]).toEqual([false, false]);
    expect(await register.record(add())).toEqual({ ...first, repeated: true });
    expect(newCaseId(BORIS, KEY)).not.toBe(id);
  });

  it('on another subject', async () => {
    const second = newCaseId(ANNA, 'second');
    await register.recorded(begin());
    await register.recorded(request(second, [opened()]));
    const first = await register.recorded(add());
    const other = await register.recorded({ ...add([named('Other')]), subject: { kind: 'case', id: second } });
    expect(other).toMatchObject({ repeated: false, revision: 1 });
    expect(other.events).not.toEqual(first.events);
  });

  it('and without a key every request is a new one', async () => {
    await register.recorded(begin());
    const command = request(id, [named('One')]);
    const [first, second] = [await register.recorded(command), await register.recorded(command)];
    expect(second).toMatchObject({ revision: first.revision + 1, repeated: false });
    expect(newCaseId(ANNA)).not.toBe(newCaseId(ANNA));
  });
});
