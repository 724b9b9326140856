/** Runs several instances of the service over one EventStoreDB and compares their answers afterwards. */
import { expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import { askAgain, record } from './ask-again.js';
import { latinName, WITH_SOURCES, Service, type Loose } from './service.js';

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: Loose;
}

/** An instance of the service, in this process or in one of its own. */
export interface Instance {
  get(path: string): Promise<Reply>;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Reply>;
}

const started: Service[] = [];

/** Every instance has its own data folder; instances with the same `register` share a log. */
export const startInstance = async (url: string, register = 'habeas'): Promise<Service> => {
  const environment = { EVENT_STORE: 'esdb', ESDB_URL: url, ESDB_REGISTER: register, HABEAS_LOG_LEVEL: 'silent' };
  const service = await Service.start(environment);
  started.push(service);
  return service;
};

export const removeInstances = async (): Promise<void> => {
  for (const service of started.splice(0)) await service.remove();
};

export interface Acknowledged {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
}

/** Records an event, however often the register asks to come again. */
const persist = async (service: Instance, path: string, body: object, onRetry?: () => void): Promise<Loose> =>
  (await record(service, path, { ...WITH_SOURCES, ...body }, onRetry)).body;

/** Opens cases and adds events to them until `enough` returns true. */
export const writeCases = async (
  service: Service,
  enough: () => boolean,
  onAcknowledged: (event: Acknowledged) => void,
  onRetry: () => void = () => undefined,
): Promise<void> => {
  const report = ({ subject, revision, events }: Loose): void => {
    const stream = `case-${String((subject as Loose)['id'])}`;
    for (const id of events as string[]) onAcknowledged({ id, stream, revision: revision as number });
  };
  while (!enough()) {
    const opened = await persist(service, '/v1/cases', { names: [latinName('Nümunə')] }, onRetry);
    report(opened);
    const path = `/v1/cases/${String((opened['subject'] as Loose)['id'])}/events`;
    for (const event of [
      { type: 'arrested', occurredOn: '2025-01-01' },
      { type: 'released', occurredOn: '2025-02', reason: 'bail' },
      { type: 'arrested', occurredOn: '2025-03' },
    ])
      if (!enough()) report(await persist(service, path, event, onRetry));
  }
};

/** Reads at least as far as the token, however long the instance needs to catch up. */
const readAtLeast = async (service: Instance, path: string, token: string): Promise<Reply> => {
  const reply = await askAgain(() => service.get(`${path}&atLeast=${encodeURIComponent(token)}`));
  if (reply.status !== 200) throw new Error(`${reply.status}: ${reply.text}`);
  return reply;
};

/** The whole log, at least up to the token. */
const logOf = async (service: Instance, token: string): Promise<readonly Loose[]> => {
  const lines: Loose[] = [];
  for (;;) {
    const { text } = await readAtLeast(service, `/v1/events?after=${String(lines.at(-1)?.['position'] ?? 0)}`, token);
    const more = text.split('\n').filter((line) => line !== '');
    if (more.length === 0) return lines;
    lines.push(...more.map((line) => JSON.parse(line) as Loose));
  }
};

/** A question that every instance must answer alike: all cases on a day. */
const CASES_ON_A_DAY = '/v1/cases?limit=200&asOf=2025-02-10';

/** Digests of all pages of the answers, as known now and at the positions, and of the first page of the history. */
const readModelDigests = async (
  service: Instance,
  token: string,
  positions: readonly number[],
  questions: readonly string[],
): Promise<readonly string[]> => {
  const digests: string[] = [];
  for (const knownAt of ['', ...positions.map((position) => `&knownAt=position:${String(position)}`)])
    for (const question of questions)
      for (let after = ''; ;) {
        const { text, body } = await readAtLeast(service, `${question}${knownAt}${after}`, token);
        digests.push(digest(text));
        if (typeof body['next'] !== 'string') break;
        after = `&after=${encodeURIComponent(body['next'])}`;
      }
  digests.push(digest((await readAtLeast(service, '/v1/history?limit=100', token)).text));
  return digests;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Expects each acknowledged event once in the log, at its revision, positions without gaps, and equal read models in both
 * instances and in a new one that projects the log from scratch. Returns the number of events in the log, of which one is new.
 */
export const checkInstances = async (
  [one, other]: readonly [Instance, Instance],
  acknowledged: readonly Acknowledged[],
  startFresh: () => Promise<Instance>,
  questions: readonly string[] = [CASES_ON_A_DAY],
): Promise<number> => {
  const token = await writeForToken(one);
  const log = await logOf(one, token);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  const byId = new Map(log.map((event) => [event['id'], event]));
  expect(byId.size).toBe(log.length);
  for (const { id, stream, revision } of acknowledged) expect(byId.get(id)).toMatchObject({ stream, revision });
  expect((await logOf(other, token)).map((event) => JSON.stringify(event))).toEqual(
    log.map((event) => JSON.stringify(event)),
  );
  const positions = [1, 2, 3].map((quarter) => Math.ceil((log.length * quarter) / 4));
  const digestsOf = (service: Instance) => readModelDigests(service, token, positions, questions);
  const rebuilt = await digestsOf(await startFresh());
  expect(await digestsOf(one)).toEqual(rebuilt);
  expect(await digestsOf(other)).toEqual(rebuilt);
  return log.length;
};

/** Token of a new write, hence of everything before it. */
const writeForToken = async (service: Instance): Promise<string> =>
  String((await persist(service, '/v1/cases', { names: [latinName('Sonuncu')] }))['token']);
