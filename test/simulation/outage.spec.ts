/**
 * Two service processes and many writers over one EventStoreDB that stops and starts again, with the same log or with one that was
 * emptied, truncated or replaced meanwhile: nothing acknowledged is lost, refusals are fast. Prints the answers of each instance by
 * second. `OUTAGE_WRITERS`, `OUTAGE_SECONDS` (length), `OUTAGE_AFTER` (seconds watched afterwards) and `OUTAGE_PAUSE` (milliseconds between
 * two writes of a writer) set the size; `npm run outage` is the long run.
 */
import { randomUUID } from 'node:crypto';
import { openEsdbStore } from '../../src/event-store/eventstoredb/store.js';
import { BuiltService } from '../support/built-service.js';
import { startDouble, type EsdbDouble } from '../support/esdb-double/double.js';
import { effort, THOROUGH } from '../support/effort.js';
import { newEvent, newStreamName } from '../support/new-events.js';
import { latinName, WITH_SOURCES } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const IS_LONG = THOROUGH || process.env['OUTAGE_WRITERS'] !== undefined;
const WRITERS = Number(process.env['OUTAGE_WRITERS'] ?? effort(16, 32));
const PAUSE_MS = Number(process.env['OUTAGE_PAUSE'] ?? effort(400, 200));
const AWAY_MS = Number(process.env['OUTAGE_SECONDS'] ?? 3) * 1_000;
/** Time before the outage, in which writers start one by one, and after both instances have noticed its end. */
const [BEFORE_MS, AFTER_MS] = [Math.max(3_000, 1.25 * PAUSE_MS), Number(process.env['OUTAGE_AFTER'] ?? 1) * 1_000];

interface Answer {
  readonly instance: number;
  readonly second: number;
  readonly what: string;
  /** Since the request, or since the server stopped if that was later. */
  readonly ms: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const p99 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

let double: EsdbDouble;
let folders: TemporaryFolder[];
let instances: BuiltService[];
beforeEach(async () => {
  double = await startDouble();
  folders = [await temporaryFolder(), await temporaryFolder()];
  const environment = { EVENT_STORE: 'esdb', ESDB_URL: double.url, HABEAS_LOG_LEVEL: 'silent' };
  instances = await Promise.all(folders.map(({ path }) => BuiltService.start(path, { environment })));
});
afterEach(async () => {
  for (const service of instances) await service.stop();
  for (const folder of folders) await folder.remove();
  await double.stop();
});

class Watch {
  readonly answers: Answer[] = [];
  readonly acknowledged: string[] = [];
  readonly #began = performance.now();
  stoppedAt = Infinity;
  over = false;

  get second(): number {
    return Math.floor((performance.now() - this.#began) / 1_000);
  }

  async timed(instance: number, ask: () => Promise<Response>): Promise<Response> {
    const [began, second] = [performance.now(), this.second];
    const response = await ask();
    const text = await response.text();
    const now = performance.now();
    this.answers.push({
      instance,
      second,
      what: classify(response, text),
      ms: now - (began < this.stoppedAt && this.stoppedAt < now ? this.stoppedAt : began),
    });
    return new Response(text, { status: response.status });
  }

  /** Opens cases; retries each under its idempotency key, after about the Retry-After of a refusal. */
  async write(service: BuiltService, instance: number): Promise<void> {
    await sleep(PAUSE_MS * Math.random());
    for (let key = randomUUID(); !this.over;) {
      const headers = { 'content-type': 'application/json', 'x-actor': 'person:clerk-1', 'idempotency-key': key };
      const body = JSON.stringify({ names: [latinName('Nümunə')], ...WITH_SOURCES });
      const response = await this.timed(instance, () =>
        fetch(`${service.url}/v1/cases`, { method: 'POST', headers, body }),
      );
      if (response.status === 201) {
        this.acknowledged.push(...((await response.json()) as { events: string[] }).events);
        key = randomUUID();
        await sleep(PAUSE_MS * (0.5 + Math.random()));
      } else await sleep(1_000 * (1 + Math.random()));
    }
  }

  async ask(service: BuiltService, instance: number, path: string): Promise<void> {
    while (!this.over) {
      await this.timed(instance, () => fetch(`${service.url}${path}`));
      await sleep(200);
    }
  }

  /** p99 in milliseconds of acknowledged writes before the outage. */
  usualWriteMs(): number {
    return p99(
      this.answers.filter(({ what, second }) => what === '201' && second < BEFORE_MS / 1_000 - 1).map(({ ms }) => ms),
    );
  }

  refusals(): readonly number[] {
    return this.answers.filter(({ what }) => /^503/.test(what)).map(({ ms }) => ms);
  }

  table(): string {
    const rows = new Map<string, Answer[]>();
    for (const answer of this.answers) {
      const row = `${String(answer.second).padStart(2)} | ${answer.instance + 1}`;
      rows.set(row, [...(rows.get(row) ?? []), answer]);
    }
    const count = (answers: readonly Answer[], pattern: RegExp): string => {
      const counts = new Map<string, number>();
      for (const { what } of answers) if (pattern.test(what)) counts.set(what, (counts.get(what) ?? 0) + 1);
      return [...counts].map(([what, times]) => `${times} × ${what.replace(/ (ready|read)$/, '')}`).join(', ') || '–';
    };
    const lines = [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([row, answers]) => {
        const refused = answers.filter(({ what }) => /^503 [A-Z.]+$/.test(what)).map(({ ms }) => ms);
        const quick = refused.length === 0 ? '–' : `${p99(refused).toFixed(0)} ms`;
        return `| ${row} | ${count(answers, /^\d+( [A-Z.]+)?$/)} | ${quick} | ${count(answers, / read$/)} | ${count(answers, / ready$/)} |`;
      });
    return [
      '| second | instance | writes | p99 of refusals | reads | readiness |',
      '| --- | --- | --- | --- | --- | --- |',
      ...lines,
    ].join('\n');
  }
}

const classify = ({ status, url }: Response, text: string): string => {
  const { pathname } = new URL(url);
  if (pathname === '/health/ready') {
    const { codes = {} } = JSON.parse(text) as { codes?: Record<string, string> };
    return `${status} ${[...new Set(Object.values(codes))].join(' ')} ready`.replace('  ', ' ');
  }
  if (pathname !== '/v1/cases' || text.includes('"items"')) return `${status} read`;
  return status === 201 ? '201' : `${status} ${(JSON.parse(text) as { code: string }).code}`;
};

/** Puts another register's log in place of the log. */
const replace = async (): Promise<void> => {
  double.truncate(0);
  await double.start();
  const other = await openEsdbStore({ url: double.url, register: 'habeas' });
  for (let i = 0; i < 20; i += 1) await other.append(newStreamName(), 'no-stream', [newEvent()]);
  await other.close();
  await double.stop();
};

const isReady = async (service: BuiltService): Promise<boolean> => (await service.get('/health/ready')).status === 200;
const isDamaged = async (service: BuiltService): Promise<boolean> =>
  (await service.get('/health/ready')).body['codes']?.['log'] === 'STORE_DAMAGED';

const OUTAGES: [how: string, change: () => Promise<void> | void, recovers: boolean][] = [
  ['away', () => undefined, true],
  ['cut short', () => double.truncate(Math.floor(double.log.length / 2)), false],
  ['replaced by another log', replace, false],
];
// The shortest log that a server can come back with is an empty one.
if (IS_LONG) OUTAGES.push(['emptied', () => double.truncate(0), false]);

it.each(OUTAGES)(
  `a server that is %s, under ${WRITERS} writers`,
  async (how, change, recovers) => {
    await until(async () => (await Promise.all(instances.map(isReady))).every(Boolean));
    const watch = new Watch();
    const work = [
      ...Array.from({ length: WRITERS }, (_, i) => watch.write(instances[i % 2] as BuiltService, i % 2)),
      ...instances.flatMap((service, i) => [
        watch.ask(service, i, '/health/ready'),
        watch.ask(service, i, '/v1/cases?limit=1'),
      ]),
    ];
    const finished = Promise.all(work).catch((error: unknown) => {
      watch.over = true;
      throw error;
    });
    finished.catch(() => undefined);
    await sleep(BEFORE_MS);
    watch.stoppedAt = performance.now();
    await double.stop();
    const acknowledgedBefore = new Set(watch.acknowledged);
    await sleep(AWAY_MS);
    await change();
    const lengthAfterChange = double.log.length;
    await double.start();
    const noticed = recovers ? isReady : isDamaged;
    await until(async () => watch.over || (await Promise.all(instances.map(noticed))).every(Boolean));
    await sleep(AFTER_MS);
    const acknowledgedAfter = (): boolean => watch.acknowledged.some((id) => !acknowledgedBefore.has(id));
    if (recovers) await until(() => watch.over || acknowledgedAfter());
    watch.over = true;
    await finished;
    process.stdout.write(
      `\n${how}, ${WRITERS} writers, away for ${AWAY_MS / 1_000} s; ${watch.acknowledged.length} acknowledged, ` +
        `${watch.refusals().length} refusals, p99 ${p99(watch.refusals()).toFixed(0)} ms; ` +
        `an acknowledged write before took ${watch.usualWriteMs().toFixed(0)} ms (p99)\n\n${watch.table()}\n`,
    );
    expect(watch.answers.filter(({ what }) => !/^(20\d|503)/.test(what))).toEqual([]);
    expect(watch.answers.filter(({ what }) => / read$/.test(what)).every(({ what }) => what === '200 read')).toBe(true);
    // On an overloaded machine every answer is slow; refusals may take as long as writes did before.
    expect(p99(watch.refusals())).toBeLessThan(1_000 + watch.usualWriteMs());
    if (recovers) {
      expect(acknowledgedAfter()).toBe(true);
      const stored = new Set(double.log.map(({ id }) => id));
      expect(watch.acknowledged.filter((id) => !stored.has(id))).toEqual([]);
      expect(stored.size).toBe(double.log.length);
    } else {
      // An instance never writes to a log other than the one it has read.
      expect(double.log.length).toBe(lengthAfterChange);
      for (const service of instances)
        expect((await service.get('/health/ready')).body['codes']).toMatchObject({ log: 'STORE_DAMAGED' });
    }
  },
  600_000,
);
