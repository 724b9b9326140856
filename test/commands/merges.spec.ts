/** Merging and unmerging cases through the command, on the real store, with read models that know every merge at once. */
import { MAX_MERGED_CASES, mergeTargetOf } from '../../src/domain/case/merging.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { EventWithId } from '../../src/domain/event.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { RecordEvents, RecordEventsHandler, type RecordEventsResult } from '../../src/commands/record-events.js';
import type { MergedCases } from '../../src/commands/merged-cases.js';
import { caseEvent } from '../support/events.js';
import { arrested, opened, referenced, Register, request } from './support.js';

const merged = (into: string) => caseEvent({ type: 'merged', into, reason: 'the same man' });
const unmerged = caseEvent({ type: 'unmerged', reason: 'two men' });
const distinguished = (from: string) => caseEvent({ type: 'distinguished', from, reason: 'cousins' });
const died = (occurredOn: string) => caseEvent({ type: 'died', occurredOn });
const corrected = (event: string, data: object) =>
  caseEvent({ type: 'corrected', event, correctedType: 'arrested', data });

let register: Register;
beforeEach(async () => {
  register = await Register.open();
  for (const id of ['a', 'b', 'c']) await register.recorded(request(id, [opened(`AZ-${id}`)]));
});
afterEach(() => register.store.close());

/** MergedCases that lags behind nothing: it reads the streams of the three cases. */
const knowing: MergedCases = {
  async absorbedInto(caseId) {
    const into = new Map<string, string | null>();
    for (const id of ['a', 'b', 'c'])
      into.set(id, mergeTargetOf((await register.caseEvents(id)) as readonly EventWithId<CaseEvent>[]));
    const absorbed = (id: string): readonly string[] =>
      [...into].flatMap(([other, target]) => (target === id ? [other, ...absorbed(other)] : []));
    return absorbed(caseId);
  },
};
const record = (
  id: string,
  events: readonly AnyEvent[],
  more: object = {},
  mergedCases = knowing,
): Promise<RecordEventsResult> =>
  new RecordEventsHandler(register.store, register.clock, mergedCases).execute(
    new RecordEvents(request(id, events, more)),
  );
const typesOf = async (id: string) => (await register.caseEvents(id)).map(({ event }) => event.type);

it('a merge is written to the absorbed case alone', async () => {
  expect(await record('a', [merged('b')])).toMatchObject({ outcome: 'recorded', subject: { kind: 'case', id: 'a' } });
  expect(await typesOf('a')).toEqual(['opened', 'merged']);
  expect(await typesOf('b')).toEqual(['opened']);
});

it.each<[string, readonly (readonly [string, string])[], string, string, string]>([
  ['with itself', [], 'a', 'a', 'CASE.MERGED_WITH_ITSELF'],
  ['into an unknown case', [], 'a', 'x', 'CASE.MERGE_UNKNOWN'],
  ['of what is merged', [['a', 'b']], 'a', 'c', 'CASE.ALREADY_MERGED'],
  ['into a case that was merged into it', [['a', 'b']], 'b', 'a', 'CASE.MERGE_CIRCLE'],
  [
    'that closes a longer circle',
    [
      ['a', 'b'],
      ['b', 'c'],
    ],
    'c',
    'a',
    'CASE.MERGE_CIRCLE',
  ],
])('a merge %s is refused', async (_, before, id, into, code) => {
  for (const [from, to] of before) expect(await record(from, [merged(to)])).toMatchObject({ outcome: 'recorded' });
  const log = await register.log();
  expect(await record(id, [merged(into)])).toMatchObject({ outcome: 'refused', findings: [{ code }] });
  expect(await register.log()).toEqual(log);
});

it('a merge can be undone and made again; undoing it twice is refused', async () => {
  for (const event of [merged('b'), unmerged, merged('c')])
    expect(await record('a', [event])).toMatchObject({ outcome: 'recorded' });
  await record('a', [unmerged]);
  expect(await record('a', [unmerged])).toMatchObject({ outcome: 'refused', findings: [{ code: 'CASE.NOT_MERGED' }] });
});

it.each<[string, readonly AnyEvent[], readonly AnyEvent[]]>([
  ['in the request that merges it', [], [merged('b'), distinguished('b')]],
  ['before the merge in that request', [], [distinguished('b'), merged('b')]],
  ['in a later request', [merged('b')], [distinguished('b')]],
  ['and the other is merged into the same case', [merged('b')], [distinguished('c')]],
])('a case is not told apart from what it is one with: %s', async (_, before, events) => {
  await record('c', [merged('b')]);
  if (before.length > 0) await record('a', before);
  expect(await record('a', events)).toMatchObject({
    outcome: 'refused',
    findings: [{ code: 'CASE.DISTINGUISHED_FROM_ITSELF' }],
  });
});

it('an unmerged case is told apart, also in the request that undoes the merge', async () => {
  await record('a', [merged('b')]);
  expect(await record('a', [unmerged, distinguished('b')])).toMatchObject({ outcome: 'recorded' });
});

it('as many cases as may be are merged into one', async () => {
  const many: MergedCases = {
    absorbedInto: () =>
      Promise.resolve(Array.from({ length: MAX_MERGED_CASES }, (_, index) => `case-${String(index)}`)),
  };
  expect(await record('a', [merged('b')], {}, many)).toMatchObject({ findings: [{ code: 'CASE.MERGED_TOO_OFTEN' }] });
});

describe('a survivor', () => {
  beforeEach(async () => {
    await record('a', [died('2025-03-01')]);
    await record('a', [merged('b')]);
    await record('b', [merged('c')]);
  });

  it('is decided on with the events of all cases merged into it', async () => {
    expect(await record('c', [arrested('2025-04-01')])).toMatchObject({ findings: [{ code: 'CASE.DECEASED' }] });
    await record('b', [unmerged]);
    expect(await record('c', [arrested('2025-04-01')])).toMatchObject({ outcome: 'recorded' });
  });

  it('is decided on alone where the read models do not answer or are behind', async () => {
    const away: MergedCases = { absorbedInto: () => Promise.reject(new Error('being built')) };
    expect(await record('c', [arrested('2025-04-01')], {}, away)).toMatchObject({ outcome: 'recorded' });
  });

  it('ignores a case that is not merged any more, whatever the read models say', async () => {
    const behind: MergedCases = { absorbedInto: () => Promise.resolve(['a', 'b']) };
    await record('a', [unmerged]);
    expect(await record('c', [arrested('2025-04-01')], {}, behind)).toMatchObject({ outcome: 'recorded' });
  });

  it('ignores a case that is merged into one that is not merged any more', async () => {
    const behind: MergedCases = { absorbedInto: () => Promise.resolve(['a', 'b']) };
    await record('b', [unmerged]);
    expect(await record('c', [arrested('2025-04-01')], {}, behind)).toMatchObject({ outcome: 'recorded' });
  });

  it('takes corrections of the events of an absorbed case, which are written to that case', async () => {
    const { events } = (await record('a', [arrested('2025-01-10')])) as { events: readonly string[] };
    const correction = corrected(events[0] ?? '', { place: 'Baku' });
    const first = await record('c', [correction], { key: 'k' });
    expect(first).toMatchObject({ outcome: 'recorded', subject: { kind: 'case', id: 'a' } });
    expect(await typesOf('a')).toEqual(['opened', 'died', 'merged', 'arrested', 'corrected']);
    expect(await record('c', [correction], { key: 'k' })).toEqual({ ...first, repeated: true });
  });

  it('takes no request with corrections of several streams', async () => {
    const { events } = (await record('a', [arrested('2025-01-10')])) as { events: readonly string[] };
    const mixed = [corrected(events[0] ?? '', { place: 'Baku' }), referenced('AZ-9')];
    expect(await record('c', mixed)).toMatchObject({ findings: [{ code: 'CORRECTION.OTHER_STREAM' }] });
  });
});

it('writes to an absorbed case are still recorded there', async () => {
  await record('a', [merged('b')]);
  expect(await record('a', [arrested('2025-01-10')])).toMatchObject({ outcome: 'recorded', subject: { id: 'a' } });
});

it('two people who write to both cases at the moment of a merge lose nothing', async () => {
  const writes = [
    record('a', [merged('b')]),
    record('a', [arrested('2025-01-10')]),
    record('b', [arrested('2024-01-10')]),
    record('a', [referenced('AZ-1')]),
    record('b', [referenced('AZ-2')]),
  ];
  for (const result of await Promise.all(writes)) expect(result).toMatchObject({ outcome: 'recorded' });
  expect((await typesOf('a')).toSorted()).toEqual(['arrested', 'merged', 'opened', 'referenced']);
  expect((await typesOf('b')).toSorted()).toEqual(['arrested', 'opened', 'referenced']);
});
