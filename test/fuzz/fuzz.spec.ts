/**
 * Sends random requests generated from the OpenAPI document: no answer is a 5xx or violates its schema, and no refused request
 * records anything. `npm run test:fuzz -- --requests 20000 --seed 7` sends more; the same seed generates the same requests.
 */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { createListAndAct, openCase, Service, WITH_SOURCES, type Loose } from '../support/service.js';
import { operationsOf, requests, toSend, type Sent } from './requests.js';
import type { KnownId } from './values.js';
import { STATISTIC_NAMES } from '../../src/read-models/statistics/statistic.view.js';
import { askAgain, record } from '../support/ask-again.js';
import { effort } from '../support/effort.js';
import { until } from '../support/until.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? effort(150, 5_000));
/** Seeds that once found a bug. */
const REGRESSION_SEEDS = JSON.parse(readFileSync(join(__dirname, 'seeds.json'), 'utf8')) as number[];
const SEEDS = process.env['FUZZ_SEED'] === undefined ? REGRESSION_SEEDS : [Number(process.env['FUZZ_SEED'])];

/** From this many requests on, every operation must have succeeded at least once. */
const FULL_COVERAGE_FROM = 5_000;

/** Ids remembered for each kind, so that requests refer to what earlier ones wrote. */
const REMEMBERED = 60;

/** Ids by kind, and tokens, of what earlier requests wrote. */
class KnownIds {
  readonly #of: Readonly<Record<string, string[]>> = {
    ...{ cases: [], lists: [], instruments: [], claims: [], jobs: [], tokens: [], events: [] },
    ...{ 'lists with editions': ['union'], editions: ['first', 'second'] },
    statistics: [...STATISTIC_NAMES],
    // Paths of tiles.
    log: ['0/000.p/1', '0/000.p/20', '0/000'],
  };

  learn(kind: string, value: string): void {
    const values = this.#of[kind];
    values?.push(value);
    if (values !== undefined && values.length > REMEMBERED) values.shift();
  }

  resolve({ kind, nth }: KnownId): string {
    const values = this.#of[kind] ?? [];
    return values[nth % values.length] ?? 'nobody';
  }
}

let service: Service;
afterEach(() => service.remove());

const startService = async (): Promise<KnownIds> => {
  // With a key, every few events are signed, so that there is a checkpoint to ask for.
  service = await Service.start({ HABEAS_CHECKPOINT_EVENTS: '10', HABEAS_CHECKPOINT_SECONDS: '1' }, {}, (data) =>
    new ProofFiles(data).makeKey('register.example/log'),
  );
  await createListAndAct(service);
  // Without a clause, nothing can be asked of the act.
  await service.post('/v1/instruments/amnesty-2025/events', {
    type: 'clause-set',
    clause: 'women',
    conditions: [{ sex: { in: ['f'] } }],
    effect: 'record-expunged',
    ...WITH_SOURCES,
  });
  const knownIds = new KnownIds();
  for (let i = 0; i < 5; i += 1) knownIds.learn('cases', (await openCase(service)).split('/').at(-1) as string);
  knownIds.learn('lists', 'union');
  knownIds.learn('instruments', 'amnesty-2025');
  for (const id of ['first', 'second'])
    await record(service, '/v1/lists/union/editions', { id, asOf: '2026-01-05', ...WITH_SOURCES });
  const about = { metric: 'count', list: 'union', on: '2026-01-05' };
  await service.post('/v1/claims', { id: 'five', about, speaker: 'X', value: 5, saidOn: '2026', ...WITH_SOURCES });
  knownIds.learn('claims', 'five');
  const application = { list: 'union', persons: ['AZ-1'], amnestiedOn: '2025-12-22', releasedOn: '2025-12-23' };
  const job = await service.post('/v1/instruments/amnesty-2025/applications', application);
  knownIds.learn('jobs', String(job.body['id']));
  await jobsEnd();
  return knownIds;
};

/** What jobs record must not be taken for what a later request recorded. */
const jobsEnd = (): Promise<void> =>
  until(async () => {
    const { body } = await service.get('/v1/jobs');
    return (body['items'] as Loose[]).every(({ state }) => state !== 'running');
  });

const send = async ({ method, path, headers, body }: Sent) => {
  // The path as sent: URL normalises `.` and `..`.
  const url = new URL(path, service.url);
  const response = await fetch(url, { method, headers, ...(body === null ? {} : { body }) });
  const type = response.headers.get('content-type') ?? '';
  // A feed never ends.
  if (type.startsWith('text/event-stream')) await response.body?.cancel();
  const text = type.startsWith('text/event-stream') ? '' : await response.text();
  const isJson = /[/+]json(;|$)/.test(type) && text !== '';
  return { status: response.status, type, text, at: url.pathname, body: isJson ? (JSON.parse(text) as Loose) : {} };
};

it.each(SEEDS)(
  `${String(REQUESTS)} requests of the seed %d`,
  async (seed) => {
    const knownIds = await startService();
    const document = await service.document();
    const request = requests(document.document);
    const store = service.app.get<EventStore>(EVENT_STORE);
    const countByStatus = new Map<number, number>();
    const succeeded = new Set<string>();
    let head = await store.head();
    for (let nth = 0; nth < REQUESTS; nth += 1) {
      const [generated] = fc.sample(request, { seed: seed * 1_000_003 + nth, numRuns: 1 });
      if (generated === undefined) throw new Error('no request was generated');
      const sent = toSend(generated, (one) => knownIds.resolve(one));
      const { status, type, text, at, body } = await askAgain(() => send(sent));
      if (status === 202) await jobsEnd();
      const after = await store.head();
      const flaws = [
        status >= 500 ? 'is a server error' : null,
        violation(() => document.check(sent.method, at, status, type, text)),
        status >= 400 && after !== head ? 'but something was recorded' : null,
      ].filter((flaw) => flaw !== null);
      if (flaws.length > 0) {
        const where = `request ${String(nth)} of seed ${String(seed)}: ${JSON.stringify(sent)}`;
        throw new Error([where, `answered ${String(status)} ${text.slice(0, 2_000)}`, ...flaws].join('\n'));
      }
      head = after;
      countByStatus.set(status, (countByStatus.get(status) ?? 0) + 1);
      if (status < 300) succeeded.add(nameOf(generated));
      if (status === 201) learn(knownIds, body);
    }
    expect(countByStatus.get(200)).toBeGreaterThan(REQUESTS / 20);
    expect(countByStatus.get(201)).toBeGreaterThan(REQUESTS / 20);
    expect(countByStatus.get(400)).toBeGreaterThan(REQUESTS / 20);
    if (REQUESTS >= FULL_COVERAGE_FROM) {
      const all = operationsOf(document.document).map(nameOf);
      expect([...succeeded].sort()).toEqual(all.sort());
    }
    const counts = [...countByStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${String(count)} × ${String(status)}`);
    process.stderr.write(`seed ${String(seed)}: ${counts.join(', ')}\n`);
  },
  3_600_000,
);

/** The message of the schema violation, or null. */
const violation = (check: () => void): string | null => {
  try {
    check();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`;

const learn = (knownIds: KnownIds, { subject, token, events }: Loose): void => {
  for (const id of (events ?? []) as string[]) knownIds.learn('events', id);
  if (subject !== undefined) knownIds.learn(`${String(subject['kind'])}s`, String(subject['id']));
  if (typeof token === 'string') knownIds.learn('tokens', token);
};
