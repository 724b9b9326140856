/** Corrections and retractions through the command, on the real store. */
import type { ReportedEvent } from '../../src/domain/amendments.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import { eventsAsTheyStand } from '../../src/domain/corrections.js';
import type { AnyEvent } from '../../src/domain/events.js';
import { REFERENCE_LEASE_MS } from '../../src/commands/claim-references.js';
import { arrested, opened, recognised, referenced, Register, request, ANNA } from './support.js';

const SAID = { sources: [{ kind: 'press' as const, citation: 'synthetic' }], reliability: 'reported' as const };
const corrected = (event: string, data: object): ReportedEvent<CaseEvent> => ({
  type: 'corrected',
  event,
  data: { ...data },
  ...SAID,
});
const retracted = (event: string): CaseEvent => ({ type: 'retracted', event, reason: 'an error', ...SAID });

let register: Register;
/** The ids of the events of case `a`: opened with AZ-0001, arrested, recognised. */
let ids: readonly string[];
beforeEach(async () => {
  register = await Register.open();
  const events = [opened('AZ-0001'), arrested('2025-01-10'), recognised('2025-01-20')];
  ids = (await register.recorded(request('a', events))).events;
});
afterEach(() => register.store.close());

const send = (event: ReportedEvent<AnyEvent>, more: object = {}) =>
  register.record({ ...request('a', []), events: [event], ...more });
const standing = async (id: string) =>
  eventsAsTheyStand(await register.caseEvents(id)).map(({ event }) => event as CaseEvent);
const idOf = (index: number): string => ids[index] ?? '';

it('a correction is recorded with the type that it corrects, its values as the class of the type reads them', async () => {
  const conviction = { type: 'convicted', occurredOn: '2025-03-01', articles: [{ code: 'AZ-CC', article: '234' }] };
  const { events } = await register.recorded(
    request('a', [{ ...conviction, sentence: { kind: 'imprisonment' }, ...SAID } as never]),
  );
  const result = await send(corrected(events[0] ?? '', { articles: [{ article: '167-2' }], court: 'Məhkəmə' }));
  expect(result).toMatchObject({ outcome: 'recorded' });
  expect((await register.caseEvents('a')).at(-1)?.event).toMatchObject({
    type: 'corrected',
    correctedType: 'convicted',
    data: { articles: [{ code: 'AZ-CC', article: '167-2' }], court: 'Məhkəmə' },
  });
});

it.each<[string, number, object, readonly string[]]>([
  ['a field that the type lacks', 1, { reason: 'bail' }, ['FIELD.UNKNOWN /data/reason']],
  ['an empty text', 1, { place: '' }, ['TEXT.EMPTY /data/place']],
  ['a day that does not exist', 1, { occurredOn: '2025-02-30' }, ['DATE.INVALID /data/occurredOn']],
  ['a required field cleared', 1, { occurredOn: null }, ['FIELD.NULL /data/occurredOn']],
  ['a field with a default cleared', 1, { reliability: null }, ['FIELD.NULL /data/reliability']],
  ['an unknown field cleared', 1, { wat: null }, ['FIELD.UNKNOWN /data/wat']],
  ['the type', 1, { type: 'released' }, ['CORRECTION.FIXED_FIELD /data/type']],
  ['a rule about two fields', 1, { days: 30 }, ['ARREST.DAYS_UNFIT /data/days']],
  ['a day for an undated type', 0, { occurredOn: '2025' }, ['FIELD.UNKNOWN /data/occurredOn']],
  ['a field within a field', 0, { names: [{ text: 'A' }] }, ['FIELD.MISSING /data/names/0/script']],
])('%s is refused at its place', async (_, index, data, expected) => {
  const before = await register.log();
  const result = await send(corrected(idOf(index), data));
  const errors = result.outcome === 'invalid' ? result.errors.map(({ code, pointer }) => `${code} ${pointer}`) : [];
  expect(errors).toEqual(expect.arrayContaining([...expected]));
  expect(await register.log()).toEqual(before);
});

it('the case that a case was told apart from is no field to correct', async () => {
  await register.recorded(request('b', [opened()]));
  const { events } = await register.recorded(request('a', [{ type: 'distinguished', from: 'b', ...SAID } as never]));
  for (const from of ['a', null])
    expect(await send({ type: 'corrected', event: events[0] ?? '', data: { from }, ...SAID } as never)).toMatchObject({
      outcome: 'invalid',
      errors: [{ code: 'CORRECTION.FIXED_FIELD', pointer: '/data/from' }],
    });
});

it('another corrected type than that of the event is refused', async () => {
  const correction = {
    ...corrected(idOf(1), { place: 'Baku' }),
    correctedType: 'released',
  } as ReportedEvent<CaseEvent>;
  expect(await send(correction)).toMatchObject({
    outcome: 'invalid',
    errors: [{ code: 'CORRECTION.WRONG_TYPE', pointer: '/correctedType', expected: 'arrested' }],
  });
});

it('an event of another case is as unknown as one that does not exist', async () => {
  await register.recorded(request('b', [opened()]));
  const result = await register.record({ ...request('b', []), events: [corrected(idOf(1), { place: 'Baku' })] });
  expect(result).toMatchObject({ outcome: 'refused', findings: [{ code: 'CORRECTION.EVENT_UNKNOWN' }] });
});

it('a repeated correction gets the first answer, though it changes nothing any more', async () => {
  const correction = corrected(idOf(0), { names: [{ text: 'A', script: 'Latn', language: 'az', kind: 'full' }] });
  const first = await send(correction, { key: 'k' });
  expect(first).toMatchObject({ outcome: 'recorded', repeated: false });
  expect(await send(correction, { key: 'k' })).toEqual({ ...first, repeated: true });
  expect(await send(correction)).toMatchObject({ outcome: 'refused' });
  expect(await send(corrected(idOf(0), { note: 'other' }), { key: 'k' })).toEqual({ outcome: 'key-reused' });
});

it('a correction of a correction names the type of the event', async () => {
  const first = await send(corrected(idOf(1), { place: 'Baku' }));
  const id = first.outcome === 'recorded' ? (first.events[0] ?? '') : '';
  expect(await send(corrected(id, { place: 'Sheki' }))).toMatchObject({ outcome: 'recorded' });
  expect(await standing('a')).toMatchObject([{}, { type: 'arrested', place: 'Sheki' }, {}]);
});

it('corrections of lists and instruments count for what is decided next', async () => {
  const list = await register.store.readStream('list-union', -1, 10);
  const category = corrected(list[1]?.id ?? '', { category: 'journalists' });
  const subject = { kind: 'list', id: 'union' } as const;
  await register.recorded(request('b', [opened(), arrested('2025-01-10'), recognised('2025-01-20')]));
  expect(await register.record({ ...request('x', []), subject, events: [category] })).toMatchObject({
    outcome: 'recorded',
  });
  const next = request('c', [opened(), arrested('2025-01-10'), recognised('2025-01-20')]);
  expect(await register.record(next)).toMatchObject({ outcome: 'refused', findings: [{ code: 'CATEGORY.UNKNOWN' }] });
  const definition = retracted(list[0]?.id ?? '');
  expect(await register.record({ ...request('x', []), subject, events: [definition] })).toMatchObject({
    findings: [{ code: 'CORRECTION.BEGINNING_RETRACTED' }],
  });
});

it('the dates of an instrument stay in their order through corrections', async () => {
  const [registered] = await register.store.readStream('instrument-amnesty-2025', -1, 10);
  const subject = { kind: 'instrument', id: 'amnesty-2025' } as const;
  const events = [corrected(registered?.id ?? '', { windowEnd: '2025-01-01' })];
  expect(await register.record({ ...request('x', []), subject, events })).toMatchObject({
    outcome: 'refused',
    findings: [{ code: 'INSTRUMENT.DATES_CONTRADICT' }],
  });
});

describe('references', () => {
  const references = (reference: string) => ({ references: [{ list: 'union', reference }] });

  it('a corrected reference is claimed, and taken ones are refused', async () => {
    await register.recorded(request('b', [opened('AZ-0002')]));
    expect(await send(corrected(idOf(0), references('AZ-0002')))).toMatchObject({
      outcome: 'reference-taken',
      by: 'b',
    });
    expect(await send(corrected(idOf(0), references('AZ-0003')))).toMatchObject({ outcome: 'recorded' });
    expect(await register.record(request('b', [referenced('AZ-0003')]))).toMatchObject({
      outcome: 'reference-taken',
      by: 'a',
    });
  });

  it('one that was corrected away is free for another case once its lease is over, and must be claimed to come back', async () => {
    const away = await register.recorded({ ...request('a', []), events: [corrected(idOf(0), references('AZ-0003'))] });
    expect(await register.record(request('b', [opened('AZ-0001')]))).toMatchObject({ outcome: 'reference-taken' });
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await register.record(request('b', [opened('AZ-0001')]))).toMatchObject({ outcome: 'recorded' });
    expect(await send(retracted(away.events[0] ?? ''))).toMatchObject({ outcome: 'reference-taken', by: 'b' });
  });

  it('one that stands stays with its case when the lease is over', async () => {
    await send(corrected(idOf(1), { place: 'Baku' }));
    register.clock.move(REFERENCE_LEASE_MS);
    expect(await register.record(request('b', [opened('AZ-0001')]))).toMatchObject({ by: 'a' });
  });
});

it('several amendments in one request are judged one after the other', async () => {
  const events = [corrected(idOf(1), { place: 'Baku' }), retracted(idOf(2))];
  expect(await register.record({ ...request('a', []), events, actor: ANNA })).toMatchObject({ outcome: 'recorded' });
  expect(await standing('a')).toMatchObject([{ type: 'opened' }, { type: 'arrested', place: 'Baku' }]);
});
