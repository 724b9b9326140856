/**
 * Many writers correct, retract, merge, unmerge and record over the same cases, through two instances that are killed (`kill -9`) and
 * started again and whose connections to the server break: what is acknowledged is in the log once, nothing else is, and the read models
 * equal a fresh fold, row by row and in their answers on both times. `npm run test:amendments` has 64 writers over 200 cases.
 */
import { randomUUID } from 'node:crypto';
import { findingCodes } from '../../src/domain/case/findings.js';
import { effort, THOROUGH } from '../support/effort.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { checkInstances, type Acknowledged, type Instance } from '../support/instances.js';
import { KillableInstance } from '../support/killable-instance.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';

const WRITERS = Number(process.env['AMENDMENT_WRITERS'] ?? 8);
const CASES = Number(process.env['AMENDMENT_CASES'] ?? 6);
const IS_LONG = THOROUGH || process.env['AMENDMENT_WRITES'] !== undefined;
const WRITES = Number(process.env['AMENDMENT_WRITES'] ?? effort(40, 1_000));
/** How often one of the instances is killed, counted over both. */
const KILLS = Number(process.env['AMENDMENT_KILLS'] ?? (IS_LONG ? 10 : 1));

let double: EsdbDouble;
const instances: KillableInstance[] = [];
const start = async (): Promise<KillableInstance> => {
  const instance = await KillableInstance.start(double.url);
  instances.push(instance);
  return instance;
};
beforeEach(async () => {
  double = await startDouble();
});
afterEach(async () => {
  for (const instance of instances.splice(0)) await instance.remove();
  await double.stop();
});

/** Requests that are sent to every instance, as known now and at positions of the log. */
const QUESTIONS = ['2025-01-15', '2025-02-04', '2025-02-10'].flatMap((day) => [
  `/v1/cases?limit=200&asOf=${day}`,
  `/v1/lists/union/members?limit=200&asOf=${day}`,
  `/v1/counts?list=union&by=category&asOf=${day}`,
  `/v1/lists/union/movements?from=2025-01-01&to=${day}`,
]);

const ASKED = Object.entries(findingCodes).flatMap(([code, { grade }]) => (grade === 'ask' ? [code] : []));
const random = (below: number): number => Math.floor(Math.random() * below);
const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
const CATEGORIES = ['believers', 'journalists'];
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** Whether a client repeats its request under the same key: the service is busy, slow or not there, or others were quicker. */
const mayRepeat = ({ status, body }: { readonly status: number; readonly body: Loose }): boolean =>
  status === 503 || body['code'] === 'REVISION.RACED';

class Writers {
  readonly acknowledged: Acknowledged[] = [];
  /** The types of the events recorded so far. */
  readonly #recorded = new Set<string>();
  /** The events that may be amended, and their cases. */
  readonly #events: { readonly id: string; readonly caseId: string }[] = [];
  readonly #cases: string[] = [];

  constructor(readonly instances: readonly Instance[]) {}

  async defineList(): Promise<void> {
    await this.send(pick(this.instances), '/v1/lists', { id: 'union', name: { en: 'Union' } });
    for (const category of CATEGORIES) {
      const event = { type: 'category-defined', category, name: { en: category } };
      await this.send(pick(this.instances), '/v1/lists/union/events', event);
    }
  }

  async openCases(): Promise<void> {
    for (let index = 0; index < CASES; index += 1) {
      const body = { names: [latinName(`Nümunə ${String(index)}`)] };
      const opened = await this.send(pick(this.instances), '/v1/cases', body);
      if (opened !== null) this.#cases.push(String((opened['subject'] as Loose)['id']));
    }
  }

  async write(): Promise<void> {
    while (this.acknowledged.length < WRITES || !this.#hasTriedAll()) {
      const { caseId, event } = this.#next();
      const answer = await this.send(pick(this.instances), `/v1/cases/${caseId}/events`, event);
      if (answer !== null) this.#recorded.add(String(event['type']));
      for (const id of (answer?.['events'] ?? []) as string[]) this.#events.push({ id, caseId });
    }
  }

  #next(): { readonly caseId: string; readonly event: Loose } {
    const caseId = pick(this.#cases);
    const target = this.#events.length === 0 ? { id: randomUUID(), caseId } : pick(this.#events);
    switch (random(9)) {
      case 0:
      case 1:
        return { caseId: target.caseId, event: { type: 'corrected', event: target.id, data: { note: randomUUID() } } };
      case 2:
        return { caseId: target.caseId, event: { type: 'retracted', event: target.id, reason: 'at random' } };
      case 3:
        return { caseId, event: { type: 'merged', into: pick(this.#cases), reason: 'at random' } };
      case 4:
        return { caseId, event: { type: 'unmerged', reason: 'at random' } };
      case 5:
        return { caseId, event: { type: 'released', occurredOn: `2025-02-0${String(1 + random(9))}`, reason: 'bail' } };
      case 6: {
        const occurredOn = `2025-01-2${String(random(10))}`;
        return { caseId, event: { type: 'recognised', list: 'union', category: pick(CATEGORIES), occurredOn } };
      }
      default:
        return { caseId, event: { type: 'arrested', occurredOn: `2025-01-1${String(random(10))}` } };
    }
  }

  /** Repeats a request under its key, at whichever instance answers, until it is recorded; null where it is refused. */
  async send(first: Instance, path: string, event: Loose): Promise<Loose | null> {
    const key = { 'idempotency-key': randomUUID() };
    for (let service = first; ; service = pick(this.instances)) {
      const body = { ...WITH_SOURCES, acknowledge: ASKED, ...event };
      // An instance that is killed answers nothing; whether it recorded the event shows when it is repeated.
      const reply = await Promise.resolve()
        .then(() => service.post(path, body, key))
        .catch(() => null);
      if (reply?.status === 201) {
        const { subject, revision, events } = reply.body;
        const { kind, id } = subject as Loose;
        const stream = `${String(kind)}-${String(id)}`;
        for (const event of events as string[])
          this.acknowledged.push({ id: event, stream, revision: revision as number });
        return reply.body;
      }
      if (reply?.status === 422) return null;
      if (reply !== null && !mayRepeat(reply)) throw new Error(`${String(reply.status)}: ${reply.text}`);
      await pause();
    }
  }

  #hasTriedAll(): boolean {
    const types = ['corrected', 'retracted', 'merged', 'unmerged', 'arrested', 'released', 'recognised'];
    return types.every((type) => this.#recorded.has(type));
  }
}

it(`${String(WRITERS)} writers amend, merge and record over ${String(CASES)} cases through two instances that are killed`, async () => {
  const pair = [await start(), await start()] as const;
  const writers = new Writers(pair);
  await writers.defineList();
  await writers.openCases();
  /** Breaks something each time that some more writes are acknowledged. */
  const breaking = async (): Promise<void> => {
    const breakConnections = async (): Promise<void> => {
      await pause();
      double.breakConnections();
    };
    const kill = (index: number) => (): Promise<void> => pair[index % 2 === 0 ? 0 : 1].killAndRestart();
    const breaks = Array.from({ length: KILLS }, (_, index) => [kill(index), breakConnections]).flat();
    for (const [index, breakOne] of breaks.entries()) {
      while (writers.acknowledged.length < (WRITES * (index + 1)) / (breaks.length + 1)) await pause();
      await breakOne();
    }
  };
  await Promise.all([breaking(), ...Array.from({ length: WRITERS }, () => writers.write())]);
  const { acknowledged } = writers;
  expect(new Set(acknowledged.map(({ id }) => id)).size).toBe(acknowledged.length);
  // Each request was repeated until answered: the log holds what was acknowledged, and the one event that checkInstances records.
  expect(await checkInstances(pair, acknowledged, start, QUESTIONS)).toBe(acknowledged.length + 1);
  for (const instance of pair)
    expect(await instance.stopAndCheck()).toEqual({ code: 0, out: expect.stringContaining('the log gives the same') });
}, 3_600_000);
