/**
 * Many writers correct, retract, merge, unmerge and record over the same cases, through two instances whose connections to the server
 * break and which are stopped and started again: what is acknowledged is in the log once, and the read models equal a fresh
 * fold, as known now and before. `npm run test:amendments` has 64 writers over 200 cases.
 */
import { randomUUID } from 'node:crypto';
import { findingCodes } from '../../src/domain/case/findings.js';
import { effort, THOROUGH } from '../support/effort.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { checkInstances, removeInstances, startInstance, type Acknowledged } from '../support/instances.js';
import { latinName, WITH_SOURCES, type Loose, type Service } from '../support/service.js';

const WRITERS = Number(process.env['AMENDMENT_WRITERS'] ?? 8);
const CASES = Number(process.env['AMENDMENT_CASES'] ?? 6);
const IS_LONG = THOROUGH || process.env['AMENDMENT_WRITES'] !== undefined;
const WRITES = Number(process.env['AMENDMENT_WRITES'] ?? effort(40, 1_000));

let double: EsdbDouble;
beforeEach(async () => {
  double = await startDouble();
});
afterEach(async () => {
  await removeInstances();
  await double.stop();
});

const ASKED = Object.entries(findingCodes).flatMap(([code, { grade }]) => (grade === 'ask' ? [code] : []));
const random = (below: number): number => Math.floor(Math.random() * below);
const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** Problems after which a client repeats its request under the same key. */
const REPEATED: readonly unknown[] = ['REGISTER.UNAVAILABLE', 'REGISTER.BUSY', 'REVISION.RACED'];

class Writers {
  readonly acknowledged: Acknowledged[] = [];
  /** The types of the events recorded so far. */
  readonly #recorded = new Set<string>();
  /** The events that may be amended, and their cases. */
  readonly #events: { readonly id: string; readonly caseId: string }[] = [];
  readonly #cases: string[] = [];

  constructor(readonly instances: readonly Service[]) {}

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
    switch (random(8)) {
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
      default:
        return { caseId, event: { type: 'arrested', occurredOn: `2025-01-1${String(random(10))}` } };
    }
  }

  /** Repeats a request under its key, at whichever instance answers, until it is recorded; null where it is refused. */
  async send(first: Service, path: string, event: Loose): Promise<Loose | null> {
    const key = { 'idempotency-key': randomUUID() };
    for (let service = first; ; service = pick(this.instances)) {
      const body = { ...WITH_SOURCES, acknowledge: ASKED, ...event };
      // An instance that is stopped answers nothing; whether it recorded the event shows when it is repeated.
      const reply = await Promise.resolve()
        .then(() => service.post(path, body, key))
        .catch(() => null);
      if (reply?.status === 201) {
        const { subject, revision, events } = reply.body;
        const stream = `case-${String((subject as Loose)['id'])}`;
        for (const id of events as string[]) this.acknowledged.push({ id, stream, revision: revision as number });
        return reply.body;
      }
      if (reply?.status === 422) return null;
      if (reply !== null && !REPEATED.includes(reply.body['code']))
        throw new Error(`${String(reply.status)}: ${reply.text}`);
      await pause();
    }
  }

  #hasTriedAll(): boolean {
    const types = ['corrected', 'retracted', 'merged', 'unmerged', 'arrested', 'released'];
    return types.every((type) => this.#recorded.has(type));
  }
}

it(`${String(WRITERS)} writers amend, merge and record over ${String(CASES)} cases through two instances that break`, async () => {
  const instances = [await startInstance(double.url), await startInstance(double.url)] as const;
  const writers = new Writers(instances);
  await writers.openCases();
  /** Breaks something each time that some more writes are acknowledged. */
  const breaking = async (): Promise<void> => {
    const restart = (instance: Service) => (): Promise<void> => instance.stop().then(() => instance.restart());
    const breakConnections = async (): Promise<void> => {
      await pause();
      double.breakConnections();
    };
    const breaks = [breakConnections, ...instances.slice(0, IS_LONG ? 2 : 1).map(restart), breakConnections];
    for (const [index, breakOne] of breaks.entries()) {
      while (writers.acknowledged.length < (WRITES * (index + 1)) / (breaks.length + 1)) await pause();
      await breakOne();
    }
  };
  await Promise.all([breaking(), ...Array.from({ length: WRITERS }, () => writers.write())]);
  await checkInstances(instances, writers.acknowledged, () => startInstance(double.url));
}, 1_200_000);
