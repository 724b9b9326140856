/**
 * Requests made from the service's own OpenAPI document: none is answered by a 5xx or outside its schema, and none that was
 * refused recorded anything. `npm run test:fuzz -- --requests 20000 --seed 7` asks for more; the same seed makes the same requests.
 */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { createListAndAct, openCase, Service, type Loose } from '../support/service.js';
import { operationsOf, requests, toSend, type Sent } from './requests.js';
import type { Known } from './values.js';

const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 500);
/** Seeds that found something once are tried for ever. */
const KEPT = JSON.parse(readFileSync(join(__dirname, 'seeds.json'), 'utf8')) as number[];
const SEEDS = process.env['FUZZ_SEED'] === undefined ? KEPT : [Number(process.env['FUZZ_SEED'])];

/** From so many requests on, every operation must have succeeded once. */
const ENOUGH = 5_000;
/** But this: an instrument is registered once, and nothing else can be said of one yet. */
const NEVER = 'POST /v1/instruments/{id}/events';

/** How much of each kind is remembered, so that requests meet what others wrote. */
const REMEMBERED = 60;

/** What the register is known to hold: ids by kind, and tokens. */
class Knowledge {
  readonly #of: Readonly<Record<string, string[]>> = { cases: [], lists: [], instruments: [], tokens: [] };

  learn(kind: string, value: string): void {
    const values = this.#of[kind];
    values?.push(value);
    if (values !== undefined && values.length > REMEMBERED) values.shift();
  }

  resolve({ kind, nth }: Known): string {
    const values = this.#of[kind] ?? [];
    return values[nth % values.length] ?? 'nobody';
  }
}

let service: Service;
afterEach(() => service.remove());

const begin = async (): Promise<Knowledge> => {
  service = await Service.start();
  await createListAndAct(service);
  const knowledge = new Knowledge();
  for (let i = 0; i < 5; i += 1) knowledge.learn('cases', (await openCase(service)).split('/').at(-1) as string);
  knowledge.learn('lists', 'union');
  knowledge.learn('instruments', 'amnesty-2025');
  return knowledge;
};

const send = async ({ method, path, headers, body }: Sent) => {
  // As it goes out: a URL swallows `.` and `..`.
  const url = new URL(path, service.url);
  const response = await fetch(url, { method, headers, ...(body === null ? {} : { body }) });
  const type = response.headers.get('content-type') ?? '';
  // A feed has no end.
  if (type.startsWith('text/event-stream')) await response.body?.cancel();
  const text = type.startsWith('text/event-stream') ? '' : await response.text();
  return { status: response.status, type, text, at: url.pathname };
};

it.each(SEEDS)(
  `${String(REQUESTS)} requests of the seed %d`,
  async (seed) => {
    const knowledge = await begin();
    const document = await service.document();
    const request = requests(document.document);
    const store = service.app.get<EventStore>(EVENT_STORE);
    const met = new Map<number, number>();
    const done = new Set<string>();
    let head = await store.head();
    for (let nth = 0; nth < REQUESTS; nth += 1) {
      const [made] = fc.sample(request, { seed: seed * 1_000_003 + nth, numRuns: 1 });
      if (made === undefined) throw new Error('no request was made');
      const sent = toSend(made, (one) => knowledge.resolve(one));
      const { status, type, text, at } = await send(sent);
      const after = await store.head();
      const flaws = [
        status >= 500 ? 'is a fault' : null,
        outside(() => document.check(sent.method, at, status, type, text)),
        status >= 400 && after !== head ? 'and yet something was recorded' : null,
      ].filter((flaw) => flaw !== null);
      if (flaws.length > 0) {
        const where = `request ${String(nth)} of seed ${String(seed)}: ${JSON.stringify(sent)}`;
        throw new Error([where, `answered ${String(status)} ${text.slice(0, 2_000)}`, ...flaws].join('\n'));
      }
      head = after;
      met.set(status, (met.get(status) ?? 0) + 1);
      if (status < 300) done.add(nameOf(made));
      if (status === 201) learn(knowledge, JSON.parse(text) as Loose);
    }
    expect(met.get(200)).toBeGreaterThan(REQUESTS / 20);
    expect(met.get(201)).toBeGreaterThan(REQUESTS / 20);
    expect(met.get(400)).toBeGreaterThan(REQUESTS / 20);
    if (REQUESTS >= ENOUGH) {
      const all = operationsOf(document.document).map(nameOf);
      expect([...done, NEVER].sort()).toEqual(all.sort());
    }
    const counts = [...met].sort(([a], [b]) => a - b).map(([status, count]) => `${String(count)} × ${String(status)}`);
    process.stderr.write(`seed ${String(seed)}: ${counts.join(', ')}\n`);
  },
  3_600_000,
);

/** What is wrong with an answer by its schema, or null. */
const outside = (check: () => void): string | null => {
  try {
    check();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
};

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string => `${method} ${path}`;

const learn = (knowledge: Knowledge, { subject, token }: Loose): void => {
  if (subject !== undefined) knowledge.learn(`${String(subject['kind'])}s`, String(subject['id']));
  if (typeof token === 'string') knowledge.learn('tokens', token);
};
