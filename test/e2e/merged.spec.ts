/** A case that is merged into another, over HTTP. */
import { latinName, Service, WITH_SOURCES } from '../support/service.js';

let service: Service;
beforeAll(async () => (service = await Service.start()));
afterAll(() => service.remove());

it('answers with the case that it is merged into, and as itself before the merge and after its end', async () => {
  const [absorbed, survivor] = await Promise.all(
    ['Səməd Nümunəyev', 'Samir Başqasıyev'].map(async (name) => {
      const { body } = await service.post('/v1/cases', { names: [latinName(name)], ...WITH_SOURCES });
      return String(body['subject'].id);
    }),
  );
  const path = `/v1/cases/${absorbed}`;
  const record = (fields: object) =>
    service.post(`${path}/events`, { reason: 'one person', ...fields, ...WITH_SOURCES });
  const merged = await record({ type: 'merged', into: survivor });
  expect(merged.status).toBe(201);
  await service.getAfter(merged, '/v1/cases');
  const position = Number((await service.get('/v1/lists')).body['position']);

  const moved = await fetch(`${service.url}${path}?asOf=2026-01-01`, { redirect: 'manual' });
  expect([moved.status, moved.headers.get('location'), moved.headers.get('cache-control')]).toEqual([
    301,
    `/v1/cases/${survivor}?asOf=2026-01-01`,
    'no-store',
  ]);
  const followed = await service.get(`${path}?asOf=2026-01-01`);
  expect([followed.status, followed.body['id']]).toEqual([200, survivor]);
  const before = await service.get(`${path}?knownAt=position:${position - 1}`);
  expect([before.status, before.body['id']]).toEqual([200, absorbed]);

  const apart = await record({ type: 'unmerged' });
  await service.getAfter(apart, '/v1/cases');
  expect((await service.get(path)).body['id']).toBe(absorbed);
  const then = await fetch(`${service.url}${path}?knownAt=position:${position}`, { redirect: 'manual' });
  expect([then.status, then.headers.get('location')]).toEqual([
    301,
    `/v1/cases/${survivor}?knownAt=${encodeURIComponent(`position:${position}`)}`,
  ]);
});
