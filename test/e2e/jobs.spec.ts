import { Service, type Loose } from '../support/service.js';
import { until } from '../support/until.js';

let service: Service;
beforeAll(async () => (service = await Service.start()));
afterAll(() => service.remove());

const jobs = async (): Promise<readonly Loose[]> => (await service.get('/v1/jobs')).body['items'] as Loose[];

describe('jobs of the register itself', () => {
  it('are told: the log is verified, the read models are built', async () => {
    await until(async () => (await jobs()).every(({ state }) => state === 'done'));
    const own = await jobs();
    expect(own.map(({ kind }) => kind).sort()).toEqual(['rebuild', 'verify']);
    const { status, body } = await service.get('/v1/jobs/verify');
    expect([status, body]).toEqual([200, { ...own.find(({ id }) => id === 'verify'), refused: [], next: null }]);
  });

  it('are neither interrupted nor run again', async () => {
    for (const { status, body } of [
      await service.request('/v1/jobs/verify', { method: 'DELETE' }),
      await service.post('/v1/jobs/rebuild/runs', {}),
    ])
      expect([status, body['code']]).toEqual([403, 'JOB.OF_THE_REGISTER']);
  });
});

it('refuses a job that it does not know, and what a request says too much', async () => {
  for (const reply of [
    await service.get('/v1/jobs/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b'),
    await service.request('/v1/jobs/none', { method: 'DELETE' }),
    // As clients do that declare JSON of every request.
    await service.request('/v1/jobs/none', { method: 'DELETE', headers: { 'content-type': 'application/json' } }),
    await service.post('/v1/jobs/none/runs', {}),
  ])
    expect([reply.status, reply.body['code']]).toEqual([404, 'JOB.UNKNOWN']);
  for (const reply of [
    await service.get('/v1/jobs/verify?limit=0'),
    await service.post('/v1/jobs/none/runs', { wat: 1 }),
  ])
    expect([reply.status, reply.body['code']]).toEqual([400, 'REQUEST.INVALID']);
});
