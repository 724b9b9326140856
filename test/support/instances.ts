/** Several instances of the service over one EventStoreDB, and what is asked of their log afterwards. */
import { randomUUID } from 'node:crypto';
import { name, said, Service, type Loose } from './service.js';

/** Starts instances with a register of the server in common; each has a data folder of its own. */
export const startInstances = (count: number, url: string, register = 'habeas'): Promise<Service[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      Service.start({ EVENT_STORE: 'esdb', ESDB_URL: url, ESDB_REGISTER: register, HABEAS_LOG_LEVEL: 'silent' }),
    ),
  );

export interface Acknowledged {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
}

/** Answers that say that it may pass; anything else than these and success is a failure of the test. */
const PASSING: readonly unknown[] = ['REGISTER.UNAVAILABLE', 'REVISION.RACED', 'READS.BEHIND'];

/** Writes one fact, again under the same key until it is acknowledged. */
const persist = async (service: Service, path: string, body: object, again: () => void): Promise<Loose> => {
  const key = randomUUID();
  for (;;) {
    const reply = await service.post(path, { ...said, ...body }, { 'idempotency-key': key });
    if (reply.status === 201) return reply.body;
    if (!PASSING.includes(reply.body['code'])) throw new Error(`${reply.status}: ${reply.text}`);
    again();
  }
};

/** Opens cases and reports on them until `enough` says so; tells each acknowledged fact, and each answer that it may pass. */
export const write = async (
  service: Service,
  enough: () => boolean,
  acknowledged: (fact: Acknowledged) => void,
  again: () => void = () => undefined,
): Promise<void> => {
  const tell = ({ subject, revision, facts }: Loose): void => {
    const stream = `case-${String((subject as Loose)['id'])}`;
    for (const id of facts as string[]) acknowledged({ id, stream, revision: revision as number });
  };
  while (!enough()) {
    const opened = await persist(service, '/v1/cases', { names: [name('Nümunə')] }, again);
    tell(opened);
    const path = `/v1/cases/${String((opened['subject'] as Loose)['id'])}/events`;
    for (const fact of [
      { type: 'arrested', occurredOn: '2025-01-01' },
      { type: 'released', occurredOn: '2025-02', reason: 'bail' },
      { type: 'arrested', occurredOn: '2025-03' },
    ])
      if (!enough()) tell(await persist(service, path, fact, again));
  }
};

/** The whole log as an instance tells it, after everything that a token stands for. */
export const logOf = async (service: Service, token: string): Promise<readonly Loose[]> => {
  const lines: Loose[] = [];
  for (;;) {
    const after = lines.at(-1)?.['position'] ?? 0;
    const { text } = await service.get(`/v1/events?after=${String(after)}&atLeast=${encodeURIComponent(token)}`);
    const more = text.split('\n').filter((line) => line !== '');
    if (more.length === 0) return lines;
    lines.push(...more.map((line) => JSON.parse(line) as Loose));
  }
};

/** Every dossier as an instance tells it, page by page, and the first of its history. */
export const dossiersOf = async (service: Service, token: string): Promise<string> => {
  const told: string[] = [];
  for (let after = ''; ;) {
    const query = `limit=200&asOf=2025-02-10&atLeast=${encodeURIComponent(token)}${after}`;
    const { text, body } = await service.get(`/v1/cases?${query}`);
    told.push(text);
    if (typeof body['next'] !== 'string') break;
    after = `&after=${encodeURIComponent(body['next'])}`;
  }
  told.push((await service.get('/v1/history?limit=100')).text);
  return told.join('\n');
};

/** One write more, whose token stands for everything before it. */
export const lastToken = async (service: Service): Promise<string> =>
  String((await persist(service, '/v1/cases', { names: [name('Sonuncu')] }, () => undefined))['token']);
