/**
 * The ten editions of the demonstration, published from the register: reproduced byte for byte after corrections, after a rebuild and
 * on a copy in the other store, and any two compared.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNumbers } from '../../src/domain/list/events.js';
import { canonicalJson } from '../../src/json/canonical.js';
import { ProofFiles } from '../../src/proof/proof-files.js';
import { LIMITS } from '../../src/schema/limits.js';
import { runCli } from '../support/command-line.js';
import { copyDemonstration } from '../support/demonstration.js';
import { startDouble } from '../support/esdb-double/double.js';
import { removeInstances, startInstance } from '../support/instances.js';
import { startOutsider } from '../support/outsider.js';
import { latinName, Service, WITH_SOURCES, type HttpReply, type Loose } from '../support/service.js';

interface Expected {
  readonly editions: Readonly<
    Record<string, { readonly total: number; readonly groups: Readonly<Record<string, number>> }>
  >;
}
const expected = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/register/expected.json'), 'utf8'),
) as Expected;
const DAYS = Object.keys(expected.editions).sort();
const EDITIONS = '/v1/lists/union/editions';

let service: Service;
/** All pages of every edition, as they were answered at first. */
let published: readonly (readonly string[])[];

const publish = (id: string, asOf: string, headers = {}): Promise<HttpReply> =>
  service.post(EDITIONS, { id, asOf }, headers);

/** Asks again while the read models are being built. */
const answered = async (path: string, from = service): Promise<HttpReply> => {
  for (;;) {
    const reply = await from.get(path);
    if (reply.status !== 503) return reply;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
/** All pages, as they are answered. */
const pagesOf = async (id: string, from = service): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (let after = ''; ;) {
    const { status, text, body } = await answered(`${EDITIONS}/${id}?limit=150${after}`, from);
    expect(status).toBe(200);
    texts.push(text);
    if (body['next'] === null) return texts;
    after = `&after=${encodeURIComponent(String(body['next']))}`;
  }
};
const allPages = (from = service) => Promise.all(DAYS.map((day) => pagesOf(day, from)));
const wholeOf = (pages: readonly string[] | undefined): Loose => {
  const parsed = (pages ?? []).map((text) => JSON.parse(text) as Loose);
  return { ...parsed[0], members: parsed.flatMap(({ members }) => members as readonly Loose[]) };
};
const sum = (...numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const sumOf = (numbers: object): number => sum(...(Object.values(numbers) as number[]));
const isReconciled = ({ opening, revised, entered, left, moved, closing }: FlowNumbers): boolean =>
  opening + revised + entered - sumOf(left) + moved === closing;
const sha256 = (...parts: readonly Buffer[]): string =>
  createHash('sha256').update(Buffer.concat(parts)).digest('base64');

beforeAll(async () => {
  service = await Service.start({}, {}, async (data) => {
    await copyDemonstration(data);
    await new ProofFiles(data).makeKey('register.example/log');
    expect(await runCli(['checkpoint', '--data', data])).toMatchObject({ code: 0 });
  });
  for (const day of DAYS) expect((await publish(day, day)).status).toBe(201);
  await answered(`${EDITIONS}?limit=1`);
  published = await allPages();
});
afterAll(async () => {
  await removeInstances();
  await service.remove();
});

it('have the numbers that were published, and each leads on from the one before', () => {
  expect(DAYS).toHaveLength(10);
  published.map(wholeOf).forEach((edition, no) => {
    const { total, groups } = expected.editions[edition['id'] as string] ?? { total: -1, groups: {} };
    expect([edition['total'], edition['uncertain'], edition['members'].length]).toEqual([total, 0, total]);
    const shown = (edition['groups'] as Loose[]).filter((group) => group['total'] > 0);
    expect(Object.fromEntries(shown.map((group) => [group['category'], group['total']]))).toEqual(groups);
    if (no === 0) return expect([edition['flow'], edition['groups'][0].flow]).toEqual([null, null]);
    const before = wholeOf(published[no - 1]);
    expect(edition['flow']).toMatchObject({
      since: before['id'],
      opening: before['total'],
      revised: 0,
      closing: total,
    });
    for (const flow of [edition['flow'], ...(edition['groups'] as Loose[]).map((group) => group['flow'] as Loose)])
      expect([flow, isReconciled(flow as FlowNumbers)]).toEqual([flow, true]);
  });
  // Two editions say the numbers that the organisation published.
  expect(wholeOf(published[1])['flow']).toMatchObject({ entered: 34, moved: 0 });
  expect(sumOf(wholeOf(published[1])['flow'].left as object)).toBe(12);
});

it('have a hash that anybody can make from the lines, which name everybody', () => {
  for (const edition of published.map(wholeOf)) {
    const members = edition['members'] as Loose[];
    for (const { reproduced, salt, hash, ...line } of members) {
      const { case: id, category, name, reference } = line;
      const text = canonicalJson({ case: id, category, name, reference });
      expect([reproduced, sha256(Buffer.from(salt as string, 'base64'), Buffer.from(text))]).toEqual([
        'as-published',
        hash,
      ]);
    }
    expect(sha256(...members.map(({ hash }) => Buffer.from(hash as string, 'base64')))).toBe(edition['hash']);
    const references = members.map(({ reference }) => reference as string);
    expect(references).toEqual([...references].sort());
  }
});

it('are checked by an outsider, page by page, who sees what was changed or left out', async () => {
  const pages = published[9] ?? [];
  const files = pages.map((text, no) => {
    writeFileSync(join(service.data, `page-${no}`), text);
    return join(service.data, `page-${no}`);
  });
  const program = startOutsider();
  const verdict = async (...args: readonly string[]) => (await program.verify('--edition', ...args)).text.trim();
  expect(await verdict(...files)).toBe(
    'Yes: edition 2025-10-07 of union has 392 members, each as it was published, and its numbers add up.',
  );
  expect(await verdict(...files.slice(1))).toBe('No: the hash of the edition is not that of these lines.');
  const changed = async (from: RegExp, to: string): Promise<string> => {
    writeFileSync(join(service.data, 'changed'), (pages[0] ?? '').replace(from, to));
    return verdict(join(service.data, 'changed'), ...files.slice(1));
  };
  expect(await changed(/"name":"[^"]*"/, '"name":"Başqa"')).toBe('No: line 1: it is not what was published.');
  expect(await changed(/"name":"[^"]*"/, '"name":"[erased]"')).toMatch(/^Yes: .* Of 1 nobody can tell/);
  expect(await changed(/"entered":2,/, '"entered":3,')).toBe('No: the numbers of believers do not add up.');
  expect(await changed(/"id":"2025-10-07"/, '"id":"another"')).toBe('No: the pages are of two editions.');
  await program.stop();
});

it('are compared by their ids, any two of them, and the numbers add up', async () => {
  for (const [no, from] of DAYS.entries())
    for (const to of DAYS.slice(no + 1)) {
      const path = `/v1/lists/union/differences?from=edition:${from}&to=edition:${to}&limit=1`;
      const { opening, reopening, closing, totals, fromKnown, toKnown } = (await service.get(path)).body;
      const { learnedLate, happenedSince } = totals as Loose;
      expect([opening, closing]).toEqual([expected.editions[from]?.total, expected.editions[to]?.total]);
      expect([fromKnown, toKnown]).toEqual([from, to].map((id) => wholeOf(published[DAYS.indexOf(id)])['knownAt']));
      expect(sum(opening, learnedLate.entered, -learnedLate.left)).toBe(reopening);
      expect(sum(reopening, happenedSince.entered, -happenedSince.left)).toBe(closing);
    }
});

it('are covered by a checkpoint as soon as they are published', async () => {
  const { body } = await service.get(`${EDITIONS}/${DAYS.at(-1)}?limit=1`);
  const event = (await service.get(`/v1/events/${String(body['event'])}`)).body;
  const [, size] = (await service.get('/v1/log/checkpoint')).text.split('\n');
  expect(Number(size)).toBeGreaterThanOrEqual(event['position'] as number);
});

it('stay as they were after corrections, and the next one tells what was learned late', async () => {
  const late = await service.post('/v1/cases', { names: [latinName('Gec Bildirilən')], ...WITH_SOURCES });
  const path = String(late.headers.get('location'));
  const events = [
    { type: 'arrested', occurredOn: '2025-02' },
    { type: 'recognised', occurredOn: '2025-06-10', list: 'union', category: 'believers' },
  ];
  for (const event of events) await service.post(`${path}/events`, { ...event, ...WITH_SOURCES });
  const first = wholeOf(published[0])['members'][0] as Loose;
  const history = await service.get(`/v1/cases/${String(first['case'])}/history?limit=100`);
  const idOf = (type: string): string =>
    ((history.body['items'] as Loose[]).find((item) => item['event'].type === type) as Loose)['id'] as string;
  const corrections = [
    { type: 'corrected', event: idOf('opened'), data: { names: [latinName('Başqa Ad')] } },
    { type: 'retracted', event: idOf('recognised'), reason: 'another person' },
  ];
  for (const correction of corrections)
    expect(
      (await service.post(`/v1/cases/${String(first['case'])}/events`, { ...correction, ...WITH_SOURCES })).status,
    ).toBe(201);
  const next = await publish('next', '2025-10-07');
  expect(next.status).toBe(201);
  const { body } = await service.getAfter(next, `${EDITIONS}/next?limit=1`);
  expect(body['flow']).toEqual({
    since: '2025-10-07',
    opening: 392,
    revised: 0,
    entered: 0,
    left: {},
    moved: 0,
    closing: 392,
  });
  const revised = (body['groups'] as Loose[]).filter(({ flow }) => flow.revised !== 0);
  expect(revised.map(({ category, flow }) => [category, flow.revised])).toEqual([
    ['believers', 1],
    [first['category'], -1],
  ]);
  expect(await allPages()).toEqual(published);
});

it('are listed in order, as known then too, and in pages', async () => {
  const { body } = await service.get(EDITIONS);
  expect((body['items'] as Loose[]).map(({ id }) => id)).toEqual([...DAYS, 'next']);
  const { members: _, next: __, ...last } = wholeOf(published.at(-1));
  expect((body['items'] as Loose[])[9]).toEqual(last);
  const before = (body['items'] as Loose[])[2] as Loose;
  const known = await service.get(`${EDITIONS}?knownAt=${String(before['knownAt'])}`);
  expect((known.body['items'] as Loose[]).map(({ id }) => id)).toEqual(DAYS.slice(0, 2));
  expect((await service.get(`${EDITIONS}/${DAYS[2]}?knownAt=${String(before['knownAt'])}`)).body['code']).toBe(
    'EDITION.UNKNOWN',
  );
  const page = await service.get(`${EDITIONS}?limit=9`);
  const rest = await service.get(String(/<(.*)>/.exec(page.headers.get('link') ?? '')?.[1]));
  expect((rest.body['items'] as Loose[]).map(({ id }) => id)).toEqual([DAYS[9], 'next']);
  expect(rest.body['next']).toBeNull();
});

describe('bad input', () => {
  it.each([
    [{ id: 'x', asOf: '2026-01-06' }, 422, ['DATE.FUTURE']],
    [{ id: '2025-10-07', asOf: '2025-11-01' }, 422, ['EDITION.ID_TAKEN']],
    [{ id: 'X y', asOf: '2025-11-01' }, 400, ['TEXT.FORM']],
    [{ id: 'x', asOf: '2025-11' }, 400, ['DAY.INVALID']],
    [{ id: 'x', asOf: '2025-11-01', total: 400 }, 400, ['FIELD.UNKNOWN']],
    [{ asOf: '2025-11-01' }, 400, ['FIELD.MISSING']],
  ])('%j is refused, and nothing is recorded', async (body, status, codes) => {
    const { status: answer, body: problem } = await service.post(EDITIONS, body);
    const said = (problem['errors'] ?? problem['findings']) as readonly Loose[];
    expect([answer, said.map(({ code }) => code as string)]).toEqual([status, codes]);
    expect((await service.get(EDITIONS)).body['items']).toHaveLength(11);
  });

  it('is refused with more members than an edition may have, and says how many there are', async () => {
    const limit = jest.replaceProperty<{ editionMembers: number }, 'editionMembers'>(LIMITS, 'editionMembers', 391);
    const { status, body } = await publish('x', '2025-10-07');
    limit.restore();
    expect([status, body['findings']]).toEqual([
      422,
      [
        expect.objectContaining({
          code: 'EDITION.TOO_LARGE',
          expected: 'a list of fewer members than the 392 of that day',
        }),
      ],
    ]);
  });

  it('names what is not there', async () => {
    expect((await service.post('/v1/lists/none/editions', { id: 'x', asOf: '2025-11-01' })).body['code']).toBe(
      'SUBJECT.UNKNOWN',
    );
    expect((await service.get('/v1/lists/none/editions')).body['code']).toBe('SUBJECT.UNKNOWN');
    expect((await service.get(`${EDITIONS}/none`)).body['code']).toBe('EDITION.UNKNOWN');
    const differences = '/v1/lists/union/differences';
    const errorsOf = async (query: string) =>
      ((await service.get(`${differences}?${query}`)).body['errors'] as Loose[]).map(
        ({ parameter, code }) => [parameter, code] as const,
      );
    expect(await errorsOf('from=edition:none&to=2025-11-01')).toEqual([['from', 'EDITION.NOT_PUBLISHED']]);
    expect(await errorsOf('from=edition:2025-10-07&to=edition:2025-06-10')).toEqual([['to', 'PARAMETER.NEEDS']]);
    expect(await errorsOf('from=edition:2025-06-10&fromKnown=2026-01-05&to=2026-01-01')).toEqual([
      ['fromKnown', 'PARAMETER.NEEDS'],
    ]);
    expect(await errorsOf('from=edition:X&to=2026-01-01')).toEqual([['from', 'DAY.INVALID']]);
  });

  it('is not recorded as an event of a client, corrected or retracted', async () => {
    const { body } = await service.get(`${EDITIONS}/next?limit=1`);
    const record = (event: object) => service.post('/v1/lists/union/events', { ...event, ...WITH_SOURCES });
    expect((await record({ type: 'edition-published', edition: 'x' })).body['errors'][0].code).toBe('TYPE.UNKNOWN');
    const corrected = await record({ type: 'corrected', event: body['event'], data: { total: 400 } });
    expect(corrected.body['errors'][0].code).toBe('CORRECTION.FIXED_FIELD');
    const retracted = await record({ type: 'retracted', event: body['event'], reason: 'a mistake' });
    expect(retracted.body['findings'][0].code).toBe('CORRECTION.NOT_RETRACTABLE');
  });
});

it('a repeated request publishes nothing, and answers as the first did, also where both come at once', async () => {
  const key = { 'idempotency-key': 'edition-1' };
  const [one, other] = await Promise.all([publish('keyed', '2025-11-01', key), publish('keyed', '2025-11-01', key)]);
  expect([one.status, other.status, one.text]).toEqual([201, 201, other.text]);
  expect((await publish('keyed', '2025-11-01', key)).text).toBe(one.text);
  expect((await publish('keyed', '2025-11-02', key)).body['code']).toBe('KEY.REUSED');
  // Two editions at once: the later one begins with the other.
  const both = await Promise.all([publish('one', '2025-12-01'), publish('two', '2025-12-02')]);
  expect(both.map(({ status }) => status)).toEqual([201, 201]);
});

it('are the same bytes after a rebuild, and on a copy in the other store', async () => {
  await service.stop();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(service.data, `read-models.sqlite${suffix}`), { force: true });
  await service.restart();
  expect(await allPages()).toEqual(published);
  await service.stop();
  const double = await startDouble();
  try {
    const copied = await runCli(['copy', '--from', `sqlite:${service.data}`, '--to', 'esdb'], undefined, undefined, {
      ESDB_URL: double.url,
    });
    expect(copied).toMatchObject({ code: 0 });
    expect(await allPages(await startInstance(double.url))).toEqual(published);
  } finally {
    await removeInstances();
    await double.stop();
  }
});
