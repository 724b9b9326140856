import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createListAndAct, openCase, Service, WITH_SOURCES, type HttpReply, type Loose } from '../support/service.js';
import { until } from '../support/until.js';

let service: Service;
beforeEach(async () => {
  service = await Service.start();
  await createListAndAct(service);
});
afterEach(() => service.remove());

const JUDGMENT = { type: 'convicted', articles: [{ article: '234' }], sentence: { kind: 'imprisonment', term: 'P3Y' } };

/** Opens cases AZ-1, AZ-2 … of people who serve a sentence, and returns their paths. */
const imprison = async (count: number): Promise<readonly string[]> => {
  const paths: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const path = await openCase(service, { references: [{ list: 'union', reference: `AZ-${n}` }] });
    for (const event of [
      { type: 'arrested', occurredOn: '2024-01-10' },
      { ...JUDGMENT, occurredOn: '2024-05-01' },
    ])
      await service.post(`${path}/events`, { ...event, ...WITH_SOURCES });
    paths.push(path);
  }
  return paths;
};

const APPLICATION = { list: 'union', amnestiedOn: '2025-12-22', releasedOn: '2025-12-23' };

const apply = (fields: object, key?: string): Promise<HttpReply> =>
  service.post(
    '/v1/instruments/amnesty-2025/applications',
    { ...APPLICATION, ...fields },
    key === undefined ? {} : { 'idempotency-key': key },
  );

/** The job once it runs no more. */
const ended = async (started: HttpReply): Promise<Loose> => {
  const path = started.headers.get('location') as string;
  let job: Loose = {};
  await until(async () => {
    job = (await service.get(path)).body;
    return job['state'] !== 'running';
  });
  return job;
};

const eventsOf = async (type: string): Promise<readonly Loose[]> =>
  (await service.storedEvents()).filter(({ event }) => event.type === type);

describe('applying an act to many', () => {
  it('is a job that records or refuses each person for himself, and tells why', async () => {
    const [first, second] = await imprison(2);
    const free = await openCase(service, { references: [{ list: 'union', reference: 'AZ-9' }] });
    const started = await apply({ persons: ['AZ-1', 'AZ-9', 'AZ-404', 'az-2', 'az-1'] });
    expect(started.status).toBe(202);
    const id = started.body['id'] as string;
    expect(started.headers.get('location')).toBe(`/v1/jobs/${id}`);
    expect(await ended(started)).toMatchObject({
      id,
      kind: 'apply-instrument',
      about: { instrument: 'amnesty-2025', list: 'union' },
      state: 'done',
      error: null,
      progress: { stage: 'persons', done: 5, total: 5, results: { reached: 2, refused: 3 } },
      refused: [
        {
          no: 2,
          subject: 'AZ-9',
          caseId: free.split('/').at(-1),
          codes: ['CASE.NOT_CONVICTED', 'CASE.NOT_HELD'],
        },
        { no: 3, subject: 'AZ-404', caseId: null, codes: ['SUBJECT.UNKNOWN'] },
        { no: 5, subject: 'az-1', caseId: first?.split('/').at(-1), codes: ['APPLICATION.PERSON_TWICE'] },
      ],
      next: null,
    });

    const [start] = await eventsOf('application-started');
    expect(start).toMatchObject({
      stream: 'instrument-amnesty-2025',
      actor: { kind: 'person', id: 'clerk-1' },
      correlationId: id,
      event: {
        application: id,
        ...APPLICATION,
        persons: 'named',
        effect: 'released-from-imprisonment',
        sources: [{ kind: 'official', citation: 'amnesty-2025' }],
      },
    });
    const [finish] = await eventsOf('application-finished');
    expect(finish).toMatchObject({
      stream: 'instrument-amnesty-2025',
      causationId: start?.['id'],
      event: { application: id, reached: 2, refused: 1 + 2 },
    });
    for (const [type, day] of [
      ['amnestied', '2025-12-22'],
      ['released', '2025-12-23'],
    ] as const) {
      const events = await eventsOf(type);
      expect(events.map(({ stream }) => stream)).toEqual(
        [first, second].map((path) => `case-${path?.split('/').at(-1)}`),
      );
      for (const event of events)
        expect(event).toMatchObject({ causationId: start?.['id'], correlationId: id, event: { occurredOn: day } });
    }
  });

  it('pages through whom it refused', async () => {
    const job = await ended(await apply({ persons: ['AZ-1', 'AZ-2', 'AZ-3'] }));
    const page = await service.get(`/v1/jobs/${job['id']}?limit=2`);
    expect([page.body['refused'].map(({ no }: Loose) => no), page.body['next']]).toEqual([[1, 2], 2]);
    expect(page.headers.get('link')).toContain('after=2');
    const rest = await service.get(`/v1/jobs/${job['id']}?limit=2&after=2`);
    expect([rest.body['refused'].map(({ no }: Loose) => no), rest.body['next']]).toEqual([[3], null]);
  });

  it('is the same job under the same key, and reaches nobody twice by another', async () => {
    await imprison(1);
    const started = await apply({ persons: ['AZ-1'] }, 'k');
    await ended(started);
    const again = await apply({ persons: ['AZ-1'] }, 'k');
    expect([again.status, again.body['id'], again.body['state']]).toEqual([202, started.body['id'], 'done']);
    const other = await apply({ persons: ['AZ-2'] }, 'k');
    expect([other.status, other.body['code']]).toEqual([422, 'KEY.REUSED']);

    expect(await ended(await apply({ persons: ['AZ-1'] }))).toMatchObject({
      progress: { results: { reached: 0, refused: 1 } },
      refused: [{ subject: 'AZ-1', codes: ['CASE.ALREADY_REACHED', 'CASE.NOT_HELD'] }],
    });
    expect(await eventsOf('amnestied')).toHaveLength(1);
  });

  it('is another request where any field differs, also once it is done', async () => {
    await imprison(1);
    const request = { persons: ['AZ-1'], effect: 'term-reduced', reducedBy: 'P6M', releasedOn: undefined };
    await ended(await apply(request, 'k'));
    for (const other of [
      { persons: ['AZ-2'] },
      { list: 'other' },
      { listDay: '2025-12-21' },
      { clause: 'half-year' },
      { amnestiedOn: '2025-12-24' },
      { releasedOn: '2025-12-25' },
      { effect: 'record-expunged', reducedBy: undefined },
      { reducedBy: 'P1Y' },
      { effect: 'replaced', reducedBy: undefined, replacement: { kind: 'fine' } },
      { sources: [{ kind: 'press', citation: 'x' }] },
      { acknowledge: ['CASE.NOT_HELD'] },
    ])
      expect([other, (await apply({ ...request, ...other }, 'k')).body['code']]).toEqual([other, 'KEY.REUSED']);
    expect((await apply(request, 'k')).status).toBe(202);

    // What its instrument is called since is no part of the request.
    const amended = { type: 'instrument-amended', title: 'On amnesty', ...WITH_SOURCES };
    expect((await service.post('/v1/instruments/amnesty-2025/events', amended)).status).toBe(201);
    expect((await apply(request, 'k')).status).toBe(202);
    expect(await eventsOf('application-started')).toHaveLength(1);
  });

  it('is of the request that came first, of several under one key at once', async () => {
    await imprison(2);
    const replies = await Promise.all(
      ['AZ-1', 'AZ-2', 'AZ-1', 'AZ-2'].map((person) => apply({ persons: [person] }, 'k')),
    );
    const started = replies.filter(({ status }) => status === 202);
    expect(replies.map(({ body }) => body['code']).filter((code) => code === 'KEY.REUSED')).toHaveLength(2);
    expect(await ended(started[0] as HttpReply)).toMatchObject({ progress: { results: { reached: 1, refused: 0 } } });
    expect(await eventsOf('amnestied')).toHaveLength(1);
  });

  it('reaches nobody else under its key once its file is lost, and is told with the numbers of the log', async () => {
    await imprison(3);
    const started = await apply({ persons: ['AZ-1', 'AZ-404'] }, 'k');
    await ended(started);
    const open = (reference: string) => openCase(service, { references: [{ list: 'union', reference }] });
    await open('AZ-404');
    await service.stop();
    for (const end of ['', '-wal', '-shm']) rmSync(join(service.data, `jobs.sqlite${end}`), { force: true });
    await service.restart();
    expect((await service.get(`/v1/jobs/${started.body['id']}`)).status).toBe(404);

    const other = await apply({ persons: ['AZ-2', 'AZ-3'] }, 'k');
    expect([other.status, other.body['code']]).toEqual([422, 'KEY.REUSED']);
    expect(await ended(await apply({ persons: ['AZ-1', 'AZ-404'] }, 'k'))).toMatchObject({
      id: started.body['id'],
      state: 'done',
      progress: { done: 2, total: 2, results: { reached: 1, refused: 1 } },
    });
    for (const type of ['application-started', 'application-finished', 'amnestied'])
      expect(await eventsOf(type)).toHaveLength(1);
  });

  it('pardons those whom a decree names', async () => {
    await imprison(1);
    await service.post('/v1/instruments', {
      id: 'decree',
      kind: 'pardon-decree',
      issued: '2025-05-01',
      ...WITH_SOURCES,
    });
    const started = await service.post('/v1/instruments/decree/applications', {
      ...APPLICATION,
      persons: ['AZ-1'],
      sources: [{ kind: 'press', citation: 'x' }],
    });
    expect(await ended(started)).toMatchObject({ progress: { results: { reached: 1 } } });
    const [[pardoned], [released]] = [await eventsOf('pardoned'), await eventsOf('released')];
    expect(pardoned?.['event']).toMatchObject({ decree: 'decree', sources: [{ kind: 'press', citation: 'x' }] });
    expect(released?.['event']).toMatchObject({ reason: 'pardon' });
  });

  it('has the effect that the clause says', async () => {
    await imprison(1);
    const clause = {
      type: 'clause-set',
      clause: 'half-year',
      conditions: [{ stage: { in: ['convicted'] } }],
      effect: 'term-reduced',
      reducedBy: 'P6M',
      ...WITH_SOURCES,
    };
    await service.post('/v1/instruments/amnesty-2025/events', { ...clause, version: 'one' });
    const asked = { persons: ['AZ-1'], clause: 'half-year', releasedOn: undefined };
    expect(await ended(await apply(asked))).toMatchObject({ progress: { results: { reached: 1 } } });
    expect((await eventsOf('amnestied'))[0]?.['event']).toMatchObject({
      clause: 'half-year',
      effect: 'term-reduced',
      reducedBy: 'P6M',
    });

    await service.post('/v1/instruments/amnesty-2025/events', { ...clause, version: 'other', reducedBy: 'P3M' });
    const unsaid = await apply(asked);
    expect([unsaid.status, unsaid.body['findings'][0].code]).toEqual([422, 'APPLICATION.EFFECT_UNSAID']);
    expect((await apply({ ...asked, clause: 'half-year@other' })).status).toBe(202);
  });

  it('reaches all whom the clause makes eligible, as it was known when it began', async () => {
    const paths = await imprison(3);
    const [first, second] = paths;
    for (const path of paths)
      await service.post(`${path}/events`, {
        ...{ type: 'recognised', list: 'union', category: 'believers', occurredOn: '2024-06-01' },
        ...WITH_SOURCES,
      });
    await service.post(`${second}/events`, {
      type: 'released',
      occurredOn: '2025-06-01',
      reason: 'health',
      ...WITH_SOURCES,
    });
    for (const version of ['one', 'other'])
      await service.post('/v1/instruments/amnesty-2025/events', {
        ...{ type: 'clause-set', clause: 'convicts', version, conditions: [{ stage: { in: ['convicted'] } }] },
        effect: 'released-from-imprisonment',
        ...WITH_SOURCES,
      });
    const asked = { persons: 'eligible', clause: 'convicts@one', listDay: '2025-12-21' };
    const started = await apply(asked, 'k');
    const job = await ended(started);
    expect(job).toMatchObject({ state: 'done', progress: { total: 2, results: { reached: 2, refused: 0 } } });
    const amnestied = await eventsOf('amnestied');
    expect(amnestied.map(({ stream }) => stream)).toEqual(
      [first, paths[2]].map((path) => `case-${path?.split('/').at(-1)}`),
    );
    const [start] = await eventsOf('application-started');
    expect(start?.['event']).toMatchObject({
      persons: 'eligible',
      clause: 'convicts',
      version: 'one',
      listDay: '2025-12-21',
      knownAt: Number(start?.['position']) - 1,
    });
    expect((await apply(asked, 'k')).body['id']).toBe(job['id']);

    // On the day of the list both are still eligible, since its own act does not count; but nobody is reached twice.
    expect(await ended(await apply(asked))).toMatchObject({
      refused: [
        { subject: 'AZ-1', codes: ['CASE.ALREADY_REACHED', 'CASE.NOT_HELD'] },
        { subject: 'AZ-3', codes: ['CASE.ALREADY_REACHED', 'CASE.NOT_HELD'] },
      ],
    });

    for (const [fields, code] of [
      [{ clause: 'convicts' }, 'CLAUSE.AMBIGUOUS'],
      [{ clause: undefined }, 'FIELD.MISSING'],
      [{ amnestiedOn: '2025-12' }, 'DAY.INVALID'],
      [{ persons: 'all' }, 'FIELD.WRONG_KIND'],
    ] as const) {
      const reply = await apply({ ...asked, ...fields });
      expect([reply.status, reply.body['errors'][0].code]).toEqual([400, code]);
    }
  });

  it.each<[string, object, number, string]>([
    ['on a day to come', { amnestiedOn: '2026-01-06', releasedOn: '2026-01-06' }, 422, 'DATE.FUTURE'],
    ['with a release to come', { releasedOn: '2026-01-06' }, 422, 'DATE.FUTURE'],
    ['before it is in force', { amnestiedOn: '2025-12-21' }, 422, 'INSTRUMENT.NOT_IN_FORCE'],
    ['by a clause that it has not', { clause: 'none' }, 422, 'INSTRUMENT.CLAUSE_UNKNOWN'],
    ['to a list that is not defined', { list: 'none' }, 422, 'LIST.UNKNOWN'],
    ['with a release before it', { releasedOn: '2025-12-21' }, 422, 'APPLICATION.RELEASE_BEFORE'],
    ['without an effect', { releasedOn: undefined }, 422, 'APPLICATION.EFFECT_UNSAID'],
    [
      'to an unknown list without one',
      { releasedOn: undefined, list: 'x' },
      422,
      'LIST.UNKNOWN APPLICATION.EFFECT_UNSAID',
    ],
    ['to nobody', { persons: [] }, 400, 'ARRAY.LENGTH'],
    ['by an unknown field', { wat: 1 }, 400, 'FIELD.UNKNOWN'],
  ])('is refused %s, and then no job is kept', async (_, fields, status, code) => {
    const reply = await apply({ persons: ['AZ-1'], ...fields });
    const codes = [...(reply.body['findings'] ?? []), ...(reply.body['errors'] ?? [])].map((one: Loose) => one['code']);
    expect([reply.status, codes.join(' ')]).toEqual([status, code]);
    const { body } = await service.get('/v1/jobs');
    expect(body['items'].filter(({ kind }: Loose) => kind === 'apply-instrument')).toEqual([]);
    expect(await eventsOf('application-started')).toEqual([]);
  });

  it('needs an instrument', async () => {
    for (const id of ['none', 'No%20Slug']) {
      const reply = await service.post(`/v1/instruments/${id}/applications`, { ...APPLICATION, persons: ['AZ-1'] });
      expect([reply.status, reply.body['code']]).toEqual([404, 'SUBJECT.UNKNOWN']);
    }
  });

  it('is recorded by the register alone, and what it recorded is neither corrected nor retracted', async () => {
    const job = await ended(await apply({ persons: ['AZ-1'] }));
    const [start] = await eventsOf('application-started');
    const report = (event: object) =>
      service.post('/v1/instruments/amnesty-2025/events', { ...WITH_SOURCES, ...event });
    const forged = await report({ type: 'application-finished', application: job['id'], reached: 9, refused: 0 });
    expect([forged.status, forged.body['errors'][0].code]).toEqual([400, 'TYPE.UNKNOWN']);
    const corrected = await report({ type: 'corrected', event: start?.['id'], data: { list: 'other' } });
    expect([corrected.status, corrected.body['errors'][0].code]).toEqual([400, 'CORRECTION.FIXED_FIELD']);
    const retracted = await report({ type: 'retracted', event: start?.['id'], reason: 'x' });
    expect([retracted.status, retracted.body['findings'][0].code]).toEqual([422, 'CORRECTION.NOT_RETRACTABLE']);
  });
});
