import { createListAndAct, latinName, openCase, WITH_SOURCES, Service, type Loose } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  // Until it can be read: before, a case is opened with a warning that nobody was compared.
  await service.get('/v1/cases?limit=1');
});
afterAll(() => service.remove());

const arrested = (occurredOn = '2024-02-01', more: Loose = {}) => ({
  type: 'arrested',
  occurredOn,
  ...WITH_SOURCES,
  ...more,
});
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a write', () => {
  it('begins a case, says where it is, and can be read at once with its token', async () => {
    const opened = await service.post('/v1/cases', { names: [latinName('Nümunə')], ...WITH_SOURCES });
    expect(opened.status).toBe(201);
    expect(opened.body).toEqual({
      subject: { kind: 'case', id: expect.stringMatching(UUID) },
      revision: 0,
      events: [expect.stringMatching(UUID)],
      findings: [],
      token: expect.any(String),
    });
    const path = `/v1/cases/${String(opened.body['subject'].id)}`;
    expect(opened.headers.get('location')).toBe(path);
    expect(opened.headers.get('etag')).toBe('"0"');
    const read = await service.getAfter(opened, path);
    expect(read.body).toMatchObject({
      revision: 0,
      asOf: '2026-01-05',
      names: [latinName('Nümunə')],
      standings: [{ custody: 'unknown' }],
    });
    expect(read.headers.get('etag')).toMatch(/^"0\.[0-9a-f]{16}"$/);
  });

  it('adds to a case: revision, ETag, and the case as it is after it', async () => {
    const path = await openCase(service);
    const written = await service.post(`${path}/events`, arrested());
    expect([written.status, written.headers.get('etag'), written.headers.get('location')]).toEqual([201, '"1"', null]);
    const read = await service.getAfter(written, path);
    expect(read.body['standings'][0].custody).toBe('detained');
    expect((await service.getAfter(written, `${path}?asOf=2024-01-31`)).body['standings'][0].custody).toBe('unknown');
  });

  it('keeps who said so, as asserted, and the id of the request', async () => {
    const path = await openCase(service);
    const requestId = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
    const headers = { 'x-actor': 'person:7f3a', 'x-request-id': requestId };
    const written = await service.post(`${path}/events`, arrested(), headers);
    expect(written.headers.get('x-request-id')).toBe(requestId);
    const { body } = await service.getAfter(written, `${path}/history`);
    expect(body['items'][1]).toMatchObject({
      correlationId: requestId,
      actor: { kind: 'person', id: '7f3a', asserted: true },
      event: { type: 'arrested', reliability: 'reported', sources: WITH_SOURCES.sources },
    });
    const other = await service.get(path, { 'x-request-id': 'not a uuid' });
    expect(other.headers.get('x-request-id')).toMatch(UUID);
  });

  it('begins lists and instruments under the ids that people chose, once', async () => {
    const list = { type: 'list-defined', id: 'other', name: { en: 'Other' }, ...WITH_SOURCES };
    const first = await service.post('/v1/lists', list);
    expect([first.status, first.headers.get('location')]).toEqual([201, '/v1/lists/other']);
    const second = await service.post('/v1/lists', list);
    expect([second.status, second.body['code']]).toEqual([409, 'SUBJECT.EXISTS']);
    const policy = { type: 'policy-set', from: '2024-01-01', custody: ['remand', 'house-arrest'], ...WITH_SOURCES };
    const written = await service.post('/v1/lists/other/events', policy);
    expect((await service.getAfter(written, '/v1/lists/other')).body).toMatchObject({
      id: 'other',
      revision: 1,
      name: { en: 'Other' },
      categories: [],
      policy: [{ from: '2024-01-01', custody: ['remand', 'house-arrest'], paceRequired: false }],
    });
    const decree = { id: 'pardon-2025', kind: 'pardon-decree', issued: '2025-05-27', ...WITH_SOURCES };
    const registered = await service.post('/v1/instruments', decree);
    expect(registered.headers.get('location')).toBe('/v1/instruments/pardon-2025');
    expect((await service.getAfter(registered, '/v1/instruments/pardon-2025')).body).toMatchObject({
      kind: 'pardon-decree',
      issued: '2025-05-27',
      title: null,
    });
    const again = await service.post('/v1/instruments/pardon-2025/events', {
      type: 'instrument-registered',
      kind: 'pardon-decree',
      ...WITH_SOURCES,
    });
    expect([again.status, again.body['findings']?.[0].code]).toEqual([422, 'INSTRUMENT.ALREADY_REGISTERED']);
  });
});

describe('what is odd', () => {
  it('is refused where no course allows it', async () => {
    const path = await openCase(service);
    const died = await service.post(`${path}/events`, { type: 'died', occurredOn: '2024-03-01', ...WITH_SOURCES });
    expect(died.status).toBe(201);
    const late = await service.post(`${path}/events`, { ...arrested('2024-04-01'), acknowledge: ['CASE.DECEASED'] });
    expect(late.status).toBe(422);
    expect(late.body).toMatchObject({ code: 'EVENT.REFUSED', findings: [{ code: 'CASE.DECEASED', grade: 'refuse' }] });
  });

  it('is asked about, and stored where the recorder stands by it', async () => {
    const path = await openCase(service);
    await service.post(`${path}/events`, arrested('2024-02-01'));
    const twice = await service.post(`${path}/events`, arrested('2024-03-01'));
    expect(twice.status).toBe(422);
    expect(twice.body).toMatchObject({
      code: 'EVENT.UNACKNOWLEDGED',
      findings: [{ code: 'CASE.ALREADY_HELD', grade: 'ask' }],
    });
    const sure = await service.post(`${path}/events`, {
      ...arrested('2024-03-01'),
      acknowledge: ['CASE.ALREADY_HELD'],
    });
    expect([sure.status, sure.body['findings'][0].code]).toEqual([201, 'CASE.ALREADY_HELD']);
    const { body } = await service.getAfter(sure, path);
    expect(body['findings'].map((f: Loose) => f['code'])).toEqual(['CASE.ALREADY_HELD']);
    const history = await service.getAfter(sure, `${path}/history`);
    expect(history.body['items'][2].acknowledged).toEqual(['CASE.ALREADY_HELD']);
  });

  it('does not become a pardon by the word alone', async () => {
    const path = await openCase(service);
    await service.post(`${path}/events`, arrested('2024-02-01'));
    const recognised = {
      type: 'recognised',
      occurredOn: '2024-02-02',
      list: 'union',
      category: 'believers',
      ...WITH_SOURCES,
    };
    await service.post(`${path}/events`, recognised);
    const released = { type: 'released', occurredOn: '2024-03-01', reason: 'pardon', ...WITH_SOURCES };
    const word = await service.post(`${path}/events`, released);
    expect(word.body).toMatchObject({
      code: 'EVENT.UNACKNOWLEDGED',
      findings: [{ code: 'CASE.RELEASE_UNFOUNDED', grade: 'ask' }],
    });
    const sure = await service.post(`${path}/events`, { ...released, acknowledge: ['CASE.RELEASE_UNFOUNDED'] });
    expect(sure.status).toBe(201);
    const exits = await service.getAfter(sure, '/v1/counts?list=union&by=exit-reason&from=2024-02-15&to=2024-04-01');
    expect(exits.body).toMatchObject({ total: 1, groups: [{ key: 'unfounded', count: 1 }] });
  });

  it.each([
    [{ type: 'arrested', occurredOn: '2026-01-06' }, 'DATE.FUTURE'],
    [
      { type: 'arrested', occurredOn: '2024-01', sources: [{ kind: 'press', citation: 'x', readOn: '2026-01-06' }] },
      'DATE.FUTURE',
    ],
    [{ type: 'described', born: '2026-02' }, 'DATE.FUTURE'],
    [{ type: 'recognised', occurredOn: '2024-01', list: 'nobody', category: 'believers' }, 'LIST.UNKNOWN'],
    [{ type: 'recognised', occurredOn: '2024-01', list: 'union', category: 'beleivers' }, 'CATEGORY.UNKNOWN'],
    [
      { type: 'amnestied', occurredOn: '2026-01-01', act: 'no-act', effect: 'released-from-imprisonment' },
      'INSTRUMENT.UNKNOWN',
    ],
    [
      { type: 'amnestied', occurredOn: '2025-12-01', act: 'amnesty-2025', effect: 'released-from-imprisonment' },
      'INSTRUMENT.NOT_IN_FORCE',
    ],
  ])('%j: %s', async (event, code) => {
    const path = await openCase(service);
    const { status, body } = await service.post(`${path}/events`, { ...WITH_SOURCES, ...event });
    expect([status, body['findings'].map((f: Loose) => f['code'])]).toEqual([422, expect.arrayContaining([code])]);
    expect((await service.get(`${path}/history`)).body['items'] ?? []).not.toContainEqual(
      expect.objectContaining({ revision: 1 }),
    );
  });
});

describe('If-Match', () => {
  it('takes the tag of a write and of a read', async () => {
    const path = await openCase(service);
    const first = await service.post(`${path}/events`, arrested(), { 'if-match': '"0"' });
    expect(first.status).toBe(201);
    const tag = (await service.getAfter(first, path)).headers.get('etag') as string;
    const tried = { type: 'tried', occurredOn: '2024-05', ...WITH_SOURCES };
    expect((await service.post(`${path}/events`, tried, { 'if-match': tag })).status).toBe(201);
    const appealed = { type: 'appealed', occurredOn: '2024-06', ...WITH_SOURCES, acknowledge: ['CASE.NOT_CONVICTED'] };
    expect((await service.post(`${path}/events`, appealed, { 'if-match': '*' })).status).toBe(201);
    const listed = { type: 'transferred', occurredOn: '2025-04-02', facility: 'F', ...WITH_SOURCES };
    expect((await service.post(`${path}/events`, listed, { 'if-match': '"1", W/"3", "3"' })).status).toBe(201);
  });

  it('of another revision is 412 with the current one, and nothing is recorded', async () => {
    const path = await openCase(service);
    await service.post(`${path}/events`, arrested());
    const stale = await service.post(
      `${path}/events`,
      { type: 'tried', occurredOn: '2024-05', ...WITH_SOURCES },
      { 'if-match': '"0"' },
    );
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'REVISION.STALE', revision: 1 });
  });

  it('of eight writers who saw the same revision, one wins', async () => {
    const path = await openCase(service);
    const writes = Array.from({ length: 8 }, (_, i) =>
      service.post(
        `${path}/events`,
        { type: 'mistreated', kind: 'other', occurredOn: `2024-0${i + 1}`, ...WITH_SOURCES },
        { 'if-match': '"0"' },
      ),
    );
    const replies = await Promise.all(writes);
    expect(replies.map((r) => r.status).sort()).toEqual([201, ...Array<number>(7).fill(412)]);
    expect(new Set(replies.filter((r) => r.status === 412).map((r) => r.body['revision']))).toEqual(new Set([1]));
  });

  it('without it, eight writers at once are all recorded or told', async () => {
    const path = await openCase(service);
    const writes = Array.from({ length: 8 }, (_, i) =>
      service.post(`${path}/events`, {
        type: 'mistreated',
        kind: 'other',
        occurredOn: `2024-0${i + 1}`,
        ...WITH_SOURCES,
      }),
    );
    const replies = await Promise.all(writes);
    const recorded = replies.filter((r) => r.status === 201);
    expect(replies.filter((r) => r.status !== 201).map((r) => r.body['code'])).toEqual(
      Array<string>(8 - recorded.length).fill('REVISION.RACED'),
    );
    const last = recorded.reduce((a, b) => (a.body['revision'] > b.body['revision'] ? a : b));
    const history = await service.getAfter(last, `${path}/history`);
    expect(history.body['items']).toHaveLength(1 + recorded.length);
  });
});

describe('Idempotency-Key', () => {
  it('answers a repeat as the first time, also after a restart and after other writes', async () => {
    const headers = { 'idempotency-key': 'open-1' };
    const body = { names: [latinName('Təkrar')], references: [{ list: 'union', reference: 'REP-1' }], ...WITH_SOURCES };
    const first = await service.post('/v1/cases', body, headers);
    expect(first.status).toBe(201);
    const path = first.headers.get('location') as string;
    const event = await service.post(`${path}/events`, arrested(), { 'idempotency-key': 'event-1' });
    await service.post(`${path}/events`, { type: 'tried', occurredOn: '2024-05', ...WITH_SOURCES });
    await service.stop();
    await service.restart();
    for (const [url, sent, key, before] of [
      ['/v1/cases', body, 'open-1', first],
      [`${path}/events`, arrested(), 'event-1', event],
    ] as const) {
      const again = await service.post(url, sent, { 'idempotency-key': key });
      expect([again.status, again.body, again.headers.get('etag'), again.headers.get('location')]).toEqual([
        before.status,
        before.body,
        before.headers.get('etag'),
        before.headers.get('location'),
      ]);
    }
    expect((await service.get(`${path}/history`)).body['items']).toHaveLength(3);
  });

  it('with another body is refused', async () => {
    const path = await openCase(service);
    await service.post(`${path}/events`, arrested(), { 'idempotency-key': 'k' });
    const other = await service.post(`${path}/events`, arrested('2024-02-02'), { 'idempotency-key': 'k' });
    expect([other.status, other.body['code']]).toEqual([422, 'KEY.REUSED']);
  });

  it('of the same request sent eight times at once records it once', async () => {
    const body = { names: [latinName('Səkkiz')], references: [{ list: 'union', reference: 'EIGHT' }], ...WITH_SOURCES };
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => service.post('/v1/cases', body, { 'idempotency-key': 'eight' })),
    );
    const recorded = replies.filter((r) => r.status === 201);
    expect(recorded.length).toBeGreaterThan(0);
    expect(replies.filter((r) => ![201, 409].includes(r.status))).toEqual([]);
    expect(new Set(recorded.map((r) => r.text)).size).toBe(1);
    const written = (await service.storedEvents()).filter((e) => JSON.stringify(e).includes('Səkkiz'));
    expect(written).toHaveLength(1);
  });
});

describe('a reference', () => {
  it('is unique within its list', async () => {
    const references = [{ list: 'union', reference: 'AZ-0137' }];
    const first = await service.post('/v1/cases', { names: [latinName('Bir')], references, ...WITH_SOURCES });
    const second = await service.post('/v1/cases', { names: [latinName('İki')], references, ...WITH_SOURCES });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({
      code: 'REFERENCE.TAKEN',
      reference: { list: 'union', reference: 'AZ-0137', case: first.body['subject'].id },
    });
    const found = await service.getAfter(first, '/v1/cases?reference=union:AZ-0137');
    expect(found.body['items'].map((i: Loose) => i['caseId'])).toEqual([first.body['subject'].id]);
  });

  it('has one owner where sixteen writers race for it', async () => {
    const references = [{ list: 'union', reference: 'RACE' }];
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        service.post('/v1/cases', { names: [latinName(`Yarış ${i}`)], references, ...WITH_SOURCES }),
      ),
    );
    const winners = replies.filter((r) => r.status === 201);
    expect(winners).toHaveLength(1);
    expect(new Set(replies.filter((r) => r.status !== 201).map((r) => r.status))).toEqual(new Set([409]));
    const found = await service.getAfter(winners[0]!, '/v1/cases?reference=union:RACE');
    expect(found.body['total']).toEqual({ yes: 1, uncertain: 0 });
  });
});

describe('64 writers on one case', () => {
  const all = (path: string, headers: (index: number) => Record<string, string>) =>
    Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        service.post(
          `${path}/events`,
          { type: 'named', name: latinName(`Ad ${index}`), ...WITH_SOURCES },
          headers(index),
        ),
      ),
    );

  it('who name no revision are all recorded, one after the other', async () => {
    const path = await openCase(service);
    const replies = await all(path, () => ({}));
    expect(replies.map(({ status }) => status)).toEqual(Array(64).fill(201));
    const revisions = replies.map(({ body }) => Number(body['revision']));
    expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, index) => index + 1));
  });

  it('who repeat one request record it once and are answered alike', async () => {
    const path = await openCase(service);
    const body = { type: 'named', name: latinName('Bir'), ...WITH_SOURCES };
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => service.post(`${path}/events`, body, { 'idempotency-key': 'one-of-64' })),
    );
    expect(new Set(replies.map(({ status, body: told }) => JSON.stringify([status, told]))).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
  });

  it('who name the same revision leave one recorded, and the others are told that theirs is stale', async () => {
    const path = await openCase(service);
    const replies = await all(path, () => ({ 'if-match': '"0"' }));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(replies.filter(({ status }) => status !== 201).map(({ body }) => body['code']))).toEqual(
      new Set(['REVISION.STALE']),
    );
  });
});
