/** Corrections, retractions and merges over HTTP. */
import { createListAndAct, openCase, WITH_SOURCES, Service, type HttpReply, type Loose } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
});
afterAll(() => service.remove());

const arrested = { type: 'arrested', occurredOn: '2024-02-01', place: 'Baku', ...WITH_SOURCES };
const corrected = (event: string, data: Loose) => ({ type: 'corrected', event, data, ...WITH_SOURCES });
const retracted = (event: string) => ({ type: 'retracted', event, reason: 'another person', ...WITH_SOURCES });
const idOf = ({ body }: HttpReply): string => (body['events'] as string[])[0] ?? '';
const codesOf = ({ body }: HttpReply): readonly string[] =>
  ((body['errors'] ?? body['findings'] ?? []) as Loose[]).map(({ code, pointer }) =>
    [code, pointer].filter((part) => part !== undefined).join(' '),
  );

/** A case with an arrest: its path, and the id of the arrest. */
const caseWithArrest = async (): Promise<{ readonly path: string; readonly arrest: string }> => {
  const path = await openCase(service);
  return { path, arrest: idOf(await service.post(`${path}/events`, arrested)) };
};

it('a correction changes what is shown, a retraction of it brings back what was', async () => {
  const { path, arrest } = await caseWithArrest();
  const correction = await service.post(`${path}/events`, corrected(arrest, { occurredOn: '2024-03-01' }));
  expect(correction.status).toBe(201);
  const on = async (day: string, write: HttpReply) =>
    (await service.getAfter(write, `${path}?asOf=${day}`)).body['standings'][0].custody as string;
  expect([await on('2024-02-15', correction), await on('2024-03-15', correction)]).toEqual(['unknown', 'detained']);
  const retraction = await service.post(`${path}/events`, retracted(idOf(correction)));
  expect(await on('2024-02-15', retraction)).toBe('detained');
});

it('one event is shown as recorded and as it stands, with who amended it, when and why', async () => {
  const { path, arrest } = await caseWithArrest();
  const first = await service.post(`${path}/events`, corrected(arrest, { place: null }), { 'x-actor': 'person:7f3a' });
  const second = await service.post(`${path}/events`, corrected(idOf(first), { place: 'Sheki' }));
  const retraction = await service.post(`${path}/events`, retracted(idOf(second)));
  const { status, body } = await service.getAfter(retraction, `/v1/events/${arrest}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: arrest,
    revision: 1,
    event: { type: 'arrested', place: 'Baku' },
    amendments: [
      {
        id: idOf(first),
        actor: { id: '7f3a' },
        stands: true,
        event: { type: 'corrected', correctedType: 'arrested', data: { place: null }, sources: WITH_SOURCES.sources },
      },
      { id: idOf(second), stands: false },
      { id: idOf(retraction), stands: true, event: { reason: 'another person' } },
    ],
    retractedReferences: [],
  });
  expect(body['standing']).not.toHaveProperty('place');
  expect((await service.getAfter(retraction, `/v1/events/${idOf(second)}`)).body['standing']).toBeNull();
  const known = `position:${String(body['amendments'][0].position)}`;
  const before = await service.get(`/v1/events/${arrest}?knownAt=${known}`);
  expect([before.body['knownAt'], before.body['amendments'].length]).toEqual([known, 1]);
});

it('an event that follows a retracted one shows it', async () => {
  const { path, arrest } = await caseWithArrest();
  const hunger = { type: 'mistreated', kind: 'hunger-strike', occurredOn: '2024-03', after: arrest, ...WITH_SOURCES };
  const mistreated = await service.post(`${path}/events`, hunger);
  const retraction = await service.post(`${path}/events`, retracted(arrest));
  expect(codesOf(retraction)).toEqual(['CASE.AFTER_RETRACTED']);
  const { body } = await service.getAfter(retraction, `/v1/events/${idOf(mistreated)}`);
  expect(body['retractedReferences']).toEqual([arrest]);
});

it('history shows the chain, and what each part of it changed', async () => {
  const { path, arrest } = await caseWithArrest();
  const correction = await service.post(`${path}/events`, corrected(arrest, { occurredOn: '2024-03-01' }));
  const { body } = await service.getAfter(correction, `${path}/history`);
  expect((body['items'] as Loose[]).at(-1)).toMatchObject({
    event: { type: 'corrected', event: arrest, data: { occurredOn: '2024-03-01' } },
    changes: [{ axis: 'custody', from: '2024-02-01', to: '2024-03-01', before: ['detained'], after: ['unknown'] }],
  });
});

it('lists and instruments are corrected and retracted too', async () => {
  const { body } = await service.get('/v1/history?limit=500');
  const items = body['items'] as Loose[];
  const list = items.find(({ event }) => event.type === 'list-defined');
  const act = items.find(({ event }) => event.type === 'instrument-registered');
  const path = `/v1/lists/${String(list?.['subject'].id)}`;
  const renamed = await service.post(`${path}/events`, corrected(list?.['id'], { name: { en: 'Renamed' } }));
  expect((await service.getAfter(renamed, path)).body['name']).toEqual({ en: 'Renamed' });
  const actPath = `/v1/instruments/${String(act?.['subject'].id)}`;
  const titled = await service.post(`${actPath}/events`, corrected(act?.['id'], { title: 'Corrected act' }));
  expect((await service.getAfter(titled, actPath)).body['title']).toBe('Corrected act');
  const undone = await service.post(`${actPath}/events`, retracted(idOf(titled)));
  expect((await service.getAfter(undone, actPath)).body['title']).not.toBe('Corrected act');
  expect(codesOf(await service.post(`${path}/events`, retracted(list?.['id'])))).toEqual([
    'CORRECTION.BEGINNING_RETRACTED',
  ]);
});

describe('bad input', () => {
  it.each<[string, (arrest: string) => Loose, number, readonly string[]]>([
    ['no fields', (arrest) => corrected(arrest, {}), 400, ['CORRECTION.EMPTY /data']],
    ['fields that are none', (arrest) => corrected(arrest, 'x' as never), 400, ['FIELD.WRONG_KIND /data']],
    [
      'an impossible day',
      (arrest) => corrected(arrest, { occurredOn: '2024-02-30' }),
      400,
      ['DATE.INVALID /data/occurredOn'],
    ],
    ['a field that the type lacks', (arrest) => corrected(arrest, { court: 'x' }), 400, ['FIELD.UNKNOWN /data/court']],
    ['a required field cleared', (arrest) => corrected(arrest, { sources: null }), 400, ['FIELD.NULL /data/sources']],
    ['another type', (arrest) => corrected(arrest, { type: 'wanted' }), 400, ['CORRECTION.FIXED_FIELD /data/type']],
    ['nothing new', (arrest) => corrected(arrest, { place: 'Baku' }), 422, ['CORRECTION.CHANGES_NOTHING']],
    ['a day to come', (arrest) => corrected(arrest, { occurredOn: '2027' }), 422, ['DATE.FUTURE']],
    [
      'an unknown event',
      () => corrected('0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b', { place: null }),
      422,
      ['CORRECTION.EVENT_UNKNOWN'],
    ],
    [
      'a retraction without a reason',
      (arrest) => ({ ...retracted(arrest), reason: undefined }),
      400,
      ['FIELD.MISSING /reason'],
    ],
    [
      'a merge with itself or an unknown case',
      () => ({ type: 'merged', into: 'x', reason: 'x', ...WITH_SOURCES }),
      422,
      ['CASE.MERGE_UNKNOWN'],
    ],
    [
      'an unmerging of what is not merged',
      () => ({ type: 'unmerged', reason: 'x', ...WITH_SOURCES }),
      422,
      ['CASE.NOT_MERGED'],
    ],
  ])('%s is refused, and nothing is recorded', async (_, bodyOf, status, codes) => {
    const { path, arrest } = await caseWithArrest();
    const reply = await service.post(`${path}/events`, bodyOf(arrest));
    expect([reply.status, codesOf(reply)]).toEqual([status, codes]);
    const probe = await service.post(`${path}/events`, { ...arrested, occurredOn: '2024-02-01', place: 'Ganja' });
    expect(codesOf(probe)).toEqual(['CASE.ALREADY_HELD']);
    expect((await service.get(`${path}/history`)).body['items']).toHaveLength(2);
  });

  it('an unknown event is not shown', async () => {
    const reply = await service.get('/v1/events/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b');
    expect([reply.status, reply.body['code']]).toEqual([404, 'EVENT.UNKNOWN']);
  });
});

it('a case is merged and unmerged', async () => {
  const { path } = await caseWithArrest();
  const into = (await openCase(service)).split('/').at(-1);
  const merged = await service.post(`${path}/events`, { type: 'merged', into, reason: 'one man', ...WITH_SOURCES });
  expect([merged.status, merged.body['revision']]).toEqual([201, 2]);
  const again = await service.post(`${path}/events`, { type: 'merged', into, reason: 'one man', ...WITH_SOURCES });
  expect(codesOf(again)).toEqual(['CASE.ALREADY_MERGED']);
  const unmerged = await service.post(`${path}/events`, { type: 'unmerged', reason: 'two men', ...WITH_SOURCES });
  expect(unmerged.status).toBe(201);
});

describe('a case that survives a merge', () => {
  const died = { type: 'died', occurredOn: '2024-03-01', ...WITH_SOURCES };

  it('is decided on with the events of the absorbed case, until it is unmerged', async () => {
    const [absorbed, survivor] = [await openCase(service), await openCase(service)];
    await service.post(`${absorbed}/events`, died);
    const into = survivor.split('/').at(-1);
    const merged = await service.post(`${absorbed}/events`, {
      type: 'merged',
      into,
      reason: 'one man',
      ...WITH_SOURCES,
    });
    await service.getAfter(merged, survivor);
    const after = { ...arrested, occurredOn: '2024-04-01' };
    expect(codesOf(await service.post(`${survivor}/events`, after))).toEqual(['CASE.DECEASED']);
    const unmerged = await service.post(`${absorbed}/events`, { type: 'unmerged', reason: 'two men', ...WITH_SOURCES });
    await service.getAfter(unmerged, survivor);
    expect((await service.post(`${survivor}/events`, after)).status).toBe(201);
  });

  it('takes corrections of the events of the absorbed case, and shows them', async () => {
    const { path, arrest } = await caseWithArrest();
    const survivor = await openCase(service);
    const into = survivor.split('/').at(-1);
    const merged = await service.post(`${path}/events`, { type: 'merged', into, reason: 'one man', ...WITH_SOURCES });
    await service.getAfter(merged, survivor);
    const correction = await service.post(`${survivor}/events`, corrected(arrest, { occurredOn: '2024-03-01' }));
    expect([correction.status, correction.body['subject'].id]).toEqual([201, path.split('/').at(-1)]);
    const { body } = await service.getAfter(correction, `${survivor}?asOf=2024-03-15`);
    expect(body['standings'][0].custody).toBe('detained');
    const before = await service.getAfter(correction, `${survivor}?asOf=2024-02-15`);
    expect(before.body['standings'][0].custody).toBe('unknown');
  });
});
