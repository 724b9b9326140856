/** Several instances of the service over one EventStoreDB, and what is asked of their log afterwards. */
import { expect } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import { latinName, WITH_SOURCES, Service, type Loose, type HttpReply } from './service.js';

const started: Service[] = [];

/** Starts an instance with a data folder of its own, on a register that the others of the server may share. */
export const startInstance = async (url: string, register = 'habeas'): Promise<Service> => {
  const environment = { EVENT_STORE: 'esdb', ESDB_URL: url, ESDB_REGISTER: register, HABEAS_LOG_LEVEL: 'silent' };
  const service = await Service.start(environment);
  started.push(service);
  return service;
};

/** Ends every instance that was started. */
export const removeInstances = async (): Promise<void> => {
  for (const service of started.splice(0)) await service.remove();
};

export interface Acknowledged {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
}

/** Answers that say that it may pass; anything else than these and success is a failure of the test. */
const PASSING: readonly unknown[] = ['REGISTER.UNAVAILABLE', 'REVISION.RACED', 'READS.BEHIND'];

/** Writes one event, again under the same key until it is acknowledged. */
const persist = async (service: Service, path: string, body: object, again: () => void): Promise<Loose> => {
  const key = randomUUID();
  for (;;) {
    const reply = await service.post(path, { ...WITH_SOURCES, ...body }, { 'idempotency-key': key });
    if (reply.status === 201) return reply.body;
    if (!PASSING.includes(reply.body['code'])) throw new Error(`${reply.status}: ${reply.text}`);
    again();
  }
};

/** Opens cases and reports on them until `enough` says so; tells each acknowledged event, and each answer that it may pass. */
export const writeCases = async (
  service: Service,
  enough: () => boolean,
  acknowledged: (event: Acknowledged) => void,
  again: () => void = () => undefined,
): Promise<void> => {
  const tell = ({ subject, revision, events }: Loose): void => {
    const stream = `case-${String((subject as Loose)['id'])}`;
    for (const id of events as string[]) acknowledged({ id, stream, revision: revision as number });
  };
  while (!enough()) {
    const opened = await persist(service, '/v1/cases', { names: [latinName('Nümunə')] }, again);
    tell(opened);
    const path = `/v1/cases/${String((opened['subject'] as Loose)['id'])}/events`;
    for (const event of [
      { type: 'arrested', occurredOn: '2025-01-01' },
      { type: 'released', occurredOn: '2025-02', reason: 'bail' },
      { type: 'arrested', occurredOn: '2025-03' },
    ])
      if (!enough()) tell(await persist(service, path, event, again));
  }
};

/** Reads what a token stands for, however long the instance takes to come so far. */
const readAfter = async (service: Service, path: string, token: string): Promise<HttpReply> => {
  for (;;) {
    const reply = await service.get(`${path}&atLeast=${encodeURIComponent(token)}`);
    if (reply.status === 200) return reply;
    if (reply.body['code'] !== 'READS.BEHIND') throw new Error(`${reply.status}: ${reply.text}`);
  }
};

/** The whole log as an instance tells it, after everything that a token stands for. */
const logOf = async (service: Service, token: string): Promise<readonly Loose[]> => {
  const lines: Loose[] = [];
  for (;;) {
    const { text } = await readAfter(service, `/v1/events?after=${String(lines.at(-1)?.['position'] ?? 0)}`, token);
    const more = text.split('\n').filter((line) => line !== '');
    if (more.length === 0) return lines;
    lines.push(...more.map((line) => JSON.parse(line) as Loose));
  }
};

/** Every case as an instance tells it, page by page, and the first of its history: a digest of each answer. */
const dossiersOf = async (service: Service, token: string): Promise<readonly string[]> => {
  const told: string[] = [];
  for (let after = ''; ;) {
    const { text, body } = await readAfter(service, `/v1/cases?limit=200&asOf=2025-02-10${after}`, token);
    told.push(digest(text));
    if (typeof body['next'] !== 'string') break;
    after = `&after=${encodeURIComponent(body['next'])}`;
  }
  told.push(digest((await readAfter(service, '/v1/history?limit=100', token)).text));
  return told;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Every acknowledged event is in the log once, at its place, with positions counted from 1; both instances and a fresh fold of the log agree. */
export const checkInstances = async (
  [one, other]: readonly [Service, Service],
  acknowledged: readonly Acknowledged[],
  fresh: () => Promise<Service>,
): Promise<number> => {
  const token = await lastToken(one);
  const log = await logOf(one, token);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  const byId = new Map(log.map((event) => [event['id'], event]));
  expect(byId.size).toBe(log.length);
  for (const { id, stream, revision } of acknowledged) expect(byId.get(id)).toMatchObject({ stream, revision });
  expect((await logOf(other, token)).map((event) => JSON.stringify(event))).toEqual(
    log.map((event) => JSON.stringify(event)),
  );
  const folded = await dossiersOf(await fresh(), token);
  expect(await dossiersOf(one, token)).toEqual(folded);
  expect(await dossiersOf(other, token)).toEqual(folded);
  return log.length;
};

/** One write more, whose token stands for everything before it. */
const lastToken = async (service: Service): Promise<string> =>
  String((await persist(service, '/v1/cases', { names: [latinName('Sonuncu')] }, () => undefined))['token']);
