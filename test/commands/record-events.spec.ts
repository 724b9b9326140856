import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newCaseId } from '../../src/commands/ids.js';
import { RecordEvents, type RecordEventsRequest } from '../../src/commands/record-events.js';
import { ARTICLE, caseEvent, THREE_YEARS } from '../support/events.js';
import { ANNA, arrested, MINUTE, named, opened, recognised, Register, request } from './support.js';

let register: Register;
let id: string;

beforeEach(async () => {
  register = await Register.open();
  id = newCaseId(ANNA);
});
afterEach(() => register.store.close());

const released = (occurredOn: string) => caseEvent({ type: 'released', occurredOn, reason: 'other' });

describe('recorded', () => {
  it('returns revision, ids, findings and the cursor of the last event', async () => {
    const answer = await register.recorded(request(id, [opened(), arrested('2025-01-02')]));
    const events = await register.caseEvents(id);
    expect(answer).toEqual({
      outcome: 'recorded',
      subject: { kind: 'case', id },
      revision: 1,
      events: events.map((e) => e.id),
      findings: [],
      token: events[1]?.cursor,
      repeated: false,
    });
  });

  it('stores actor, time and correlation with the event', async () => {
    await register.recorded(request(id, [opened()], { correlationId: 'request-1' }));
    expect((await register.caseEvents(id)).map(({ id: _, cursor: __, ...event }) => event)).toEqual([
      {
        stream: `case-${id}`,
        revision: 0,
        event: opened(),
        schemaVersion: 1,
        recordedAt: '2026-01-05T08:00:00.000Z',
        actor: ANNA,
        acknowledged: [],
        raised: [],
        correlationId: 'request-1',
        causationId: null,
      },
    ]);
  });

  it('adds a category to a list, which the next case can use', async () => {
    const late = [recognised('2025-01-03', 'late')];
    const begin = [opened(), arrested('2025-01-02'), ...late];
    expect(await register.record(request(id, begin))).toMatchObject({
      outcome: 'refused',
      findings: [{ code: 'CATEGORY.UNKNOWN' }],
    });
    const category = { type: 'category-defined' as const, category: 'late', name: { en: 'Late' } };
    const SOURCED = { sources: [{ kind: 'other' as const, citation: 'synthetic' }], reliability: 'verified' as const };
    await register.recorded(
      request('', [{ ...category, ...SOURCED }], { subject: { kind: 'list', id: 'union' }, isNewSubject: false }),
    );
    expect(await register.record(request(id, begin))).toMatchObject({ outcome: 'recorded', revision: 2 });
  });

  it('never records an instant before the last one of the stream, even if the clock goes back', async () => {
    await register.recorded(request(id, [opened()]));
    register.clock.move(-MINUTE);
    await register.recorded(request(id, [named('Second Name')]));
    register.clock.move(2 * MINUTE);
    await register.recorded(request(id, [named('Third Name')]));
    expect((await register.caseEvents(id)).map((e) => e.recordedAt)).toEqual([
      '2026-01-05T08:00:00.000Z',
      '2026-01-05T08:00:00.000Z',
      '2026-01-05T08:01:00.000Z',
    ]);
  });
});

describe('acknowledge', () => {
  const twice = () => [opened(), arrested('2025-01-02'), arrested('2025-02-02'), named('Other Name')];

  it('stores an acknowledged code with the events that its finding names, and the findings with the first event', async () => {
    const answer = await register.recorded(request(id, twice(), { acknowledge: ['CASE.ALREADY_HELD'] }));
    const events = await register.caseEvents(id);
    const finding = answer.findings[0];
    expect(answer.findings).toEqual([{ ...finding, code: 'CASE.ALREADY_HELD', grade: 'ask' }]);
    expect(finding?.events).toContain(answer.events[2]);
    expect(events.map((e) => e.raised)).toEqual([answer.findings, [], [], []]);
    expect(events.map((e) => e.acknowledged)).toEqual(
      events.map((e) => (finding?.events.includes(e.id) === true ? ['CASE.ALREADY_HELD'] : [])),
    );
  });

  it('stores nothing for a code that no finding asked for, and nothing for a warning', async () => {
    const events = [opened(), recognised('2025-01-02')];
    const acknowledge = ['CASE.ALREADY_HELD', 'CASE.RECOGNISED_NOT_HELD'];
    const answer = await register.recorded(request(id, events, { acknowledge }));
    expect(answer.findings.map((f) => [f.code, f.grade])).toEqual([['CASE.RECOGNISED_NOT_HELD', 'warn']]);
    expect((await register.caseEvents(id)).map((e) => e.acknowledged)).toEqual([[], []]);
  });

  it('stores a code with the first new event where the finding names earlier events only', async () => {
    const convicted = caseEvent({
      type: 'convicted',
      occurredOn: '2025-02-02',
      articles: [ARTICLE],
      sentence: THREE_YEARS,
    });
    const paroled = caseEvent({ type: 'paroled', occurredOn: '2025-06-02' });
    const before = await register.recorded(request(id, [opened(), arrested('2025-01-02'), convicted, paroled]));
    // A late report inserts another episode: now the parole has no conviction before it.
    const late = [released('2025-03-02'), arrested('2025-04-02')];
    expect(await register.record(request(id, late))).toMatchObject({ outcome: 'refused' });
    const answer = await register.recorded(request(id, late, { acknowledge: ['CASE.NOT_CONVICTED'] }));
    expect(answer.findings).toMatchObject([{ code: 'CASE.NOT_CONVICTED', events: [before.events[3]] }]);
    const events = (await register.caseEvents(id)).slice(-2);
    expect(events.map((e) => e.acknowledged)).toEqual([['CASE.NOT_CONVICTED'], []]);
  });

  it('does not raise an existing finding again', async () => {
    await register.recorded(request(id, twice(), { acknowledge: ['CASE.ALREADY_HELD'] }));
    expect(await register.recorded(request(id, [released('2025-03-02')]))).toMatchObject({ findings: [] });
  });
});

describe('not recorded', () => {
  /** Executes a request and checks that it appended nothing, not even a claim. */
  const recordNothing = async (request: RecordEventsRequest) => {
    const length = (await register.log()).length;
    const answer = await register.record(request);
    expect(await register.log()).toHaveLength(length);
    return answer;
  };

  it('refuses with every finding', async () => {
    const events = [opened('AZ-1'), recognised('2025-01-02', 'nobody'), arrested('2027-01-01')];
    const answer = await recordNothing(request(id, events));
    expect(answer).toMatchObject({ outcome: 'refused' });
    const codes = answer.outcome === 'refused' ? answer.findings.map((f) => f.code) : [];
    expect(codes).toEqual(expect.arrayContaining(['CATEGORY.UNKNOWN', 'DATE.FUTURE']));
  });

  it('refuses what is asked and not acknowledged, also when another code is', async () => {
    const events = [opened('AZ-1'), released('2025-01-02')];
    const refused = { outcome: 'refused', findings: [{ code: 'CASE.NOT_HELD', grade: 'ask' }] };
    expect(await recordNothing(request(id, events))).toMatchObject(refused);
    expect(await recordNothing(request(id, events, { acknowledge: ['CASE.ALREADY_HELD'] }))).toMatchObject(refused);
  });

  it('refuses a reference of a list that nobody defined', async () => {
    const events = [caseEvent({ type: 'opened', names: [], references: [{ list: 'nobody', reference: '1' }] })];
    expect(await recordNothing(request(id, events))).toMatchObject({
      outcome: 'refused',
      findings: [{ code: 'LIST.UNKNOWN' }],
    });
  });

  it('knows no subject that has not begun', async () => {
    expect(await recordNothing(request(id, [named('Name')]))).toEqual({ outcome: 'unknown-subject' });
    const list = { subject: { kind: 'list', id: 'nobody' } as const };
    expect(await recordNothing(request(id, [named('Name')], list))).toEqual({ outcome: 'unknown-subject' });
  });

  it('begins a subject once', async () => {
    await register.recorded(request(id, [opened()]));
    expect(await recordNothing(request(id, [opened('AZ-1')]))).toEqual({ outcome: 'already-exists' });
    const again = { outcome: 'refused', findings: [{ code: 'CASE.ALREADY_OPENED' }] };
    expect(await recordNothing(request(id, [opened('AZ-1')], { isNewSubject: false }))).toMatchObject(again);
    expect(await recordNothing(request(newCaseId(ANNA), [opened('AZ-1'), opened()]))).toMatchObject(again);
  });

  it('says which revision there is where the caller named another', async () => {
    await register.recorded(request(id, [opened(), named('Name')]));
    const conflict = { outcome: 'conflict', preconditionFailed: true, revision: 1 };
    expect(await recordNothing(request(id, [named('Other')], { expectedRevision: 0 }))).toEqual(conflict);
    expect(await recordNothing(request(id, [named('Other')], { expectedRevision: 2 }))).toEqual(conflict);
    expect(await register.record(request(id, [named('Other')], { expectedRevision: 1 }))).toMatchObject({
      outcome: 'recorded',
      revision: 2,
    });
  });

  it('bounds a batch and a case', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => named(`Name ${String(index)}`));
    await register.recorded(request(id, [opened(), ...names(999)]));
    expect(await recordNothing(request(id, names(1001)))).toEqual({ outcome: 'too-many-events', limit: 1000 });
    await register.recorded(request(id, names(999)));
    expect(await recordNothing(request(id, names(2)))).toEqual({ outcome: 'too-many-events', limit: 2000 });
    await register.recorded(request(id, names(1)));
    expect(await recordNothing(request(id, names(1)))).toEqual({ outcome: 'too-many-events', limit: 2000 });
  });

  it('throws for an empty batch, which is a bug of the caller', async () => {
    await expect(register.record(request(id, []))).rejects.toThrow(RangeError);
  });
});

describe('a conflict', () => {
  /** A handler whose next appends to the case are each preceded by another writer's event. */
  const handlerAgainst = (events: readonly (() => ReturnType<typeof named>)[]) => {
    const competing = [...events];
    return register.through(async (append, stream, expected, events) => {
      const next = stream === `case-${id}` ? competing.shift() : undefined;
      if (next !== undefined) await register.recorded(request(id, [next()]));
      return append(stream, expected, events);
    });
  };
  const name = () => named('Faster');

  it('is decided again, and recorded behind', async () => {
    await register.recorded(request(id, [opened()]));
    const answer = await handlerAgainst([name, name]).execute(new RecordEvents(request(id, [named('Slower')])));
    expect(answer).toMatchObject({ outcome: 'recorded', revision: 3 });
  });

  it('is decided again with the events that came between', async () => {
    await register.recorded(request(id, [opened()]));
    const handler = handlerAgainst([() => arrested('2025-01-02')]);
    const answer = await handler.execute(new RecordEvents(request(id, [arrested('2025-01-02')])));
    expect(answer).toMatchObject({ outcome: 'refused', findings: [{ code: 'CASE.ALREADY_HELD' }] });
  });

  it('ends after twenty attempts', async () => {
    await register.recorded(request(id, [opened()]));
    const handler = handlerAgainst(Array.from({ length: 21 }, () => name));
    const answer = await handler.execute(new RecordEvents(request(id, [named('Slower')])));
    expect(answer).toEqual({ outcome: 'conflict', preconditionFailed: false, revision: 20 });
    expect(await register.caseEvents(id)).toHaveLength(21);
  });

  it('is not retried where the caller expects a revision', async () => {
    await register.recorded(request(id, [opened()]));
    const command = request(id, [named('Slower')], { expectedRevision: 0 });
    expect(await handlerAgainst([name]).execute(new RecordEvents(command))).toEqual({
      outcome: 'conflict',
      preconditionFailed: true,
      revision: 1,
    });
  });
});
