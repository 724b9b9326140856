/** Exports over HTTP: a list as a file, and the log as NDJSON that can be imported again. */
import { parse } from 'csv-parse/sync';
import { streamXlsxRows } from 'hucre/xlsx';
import { createListAndAct, latinName, openCase, WITH_SOURCES, Service } from '../support/service.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  let last;
  for (const [at, text] of ['=1+1', 'Elçin Nümunəvi', 'Aynur Sınaqova'].entries()) {
    const path = await openCase(service, {
      names: [latinName(text)],
      references: [{ list: 'union', reference: `AZ-${at}` }],
    });
    await service.post(`${path}/events`, { type: 'arrested', occurredOn: '2025-01-01', ...WITH_SOURCES });
    const recognised = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2025-02-01' };
    last = await service.post(`${path}/events`, { ...recognised, ...WITH_SOURCES });
  }
  if (last !== undefined) await service.getAfter(last, '/v1/cases');
});
afterAll(() => service.remove());

describe('the list as a file', () => {
  it('is CSV, with its filters, its order and what it leaves out', async () => {
    const reply = await service.get('/v1/lists/union/members.csv?asOf=2025-03-01&category=believers&sort=-reference');
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(reply.headers.get('content-disposition')).toBe('attachment; filename="union-2025-03-01.csv"');
    expect(Number(reply.headers.get('habeas-position'))).toBeGreaterThan(0);
    expect(reply.headers.get('habeas-leaves-out')).toContain('sources');
    const rows: string[][] = parse(reply.text, { bom: true });
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      ['ref', 'name', 'category', 'certainty'],
      ['AZ-2', 'Aynur Sınaqova', 'believers', 'yes'],
      ['AZ-1', 'Elçin Nümunəvi', 'believers', 'yes'],
      ['AZ-0', "'=1+1", 'believers', 'yes'],
    ]);
  });

  it('is a workbook', async () => {
    const response = await fetch(`${service.url}/v1/lists/union/members.xlsx`);
    expect(response.headers.get('content-type')).toBe(
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    );
    expect(response.headers.get('content-disposition')).toContain('union-2026-01-05.xlsx');
    const rows: unknown[][] = [];
    for await (const { values } of streamXlsxRows(await response.arrayBuffer())) rows.push(values);
    expect(rows).toHaveLength(4 + 3);
    expect(rows.flat()).toContain("'=1+1");
  });

  it('takes no pages, and is a problem document where it cannot be', async () => {
    const paged = await service.get('/v1/lists/union/members.csv?limit=2&asOf=2025-02-30');
    expect([paged.status, paged.body['code']]).toEqual([400, 'REQUEST.INVALID']);
    expect(paged.body['errors'].map((error: { parameter: string }) => error.parameter).sort()).toEqual([
      'asOf',
      'limit',
    ]);
    expect((await service.get('/v1/lists/nobody/members.xlsx')).body['code']).toBe('SUBJECT.UNKNOWN');
    expect((await service.post('/v1/lists/union/members.csv', {})).status).toBe(405);
  });
});

it('answers the log in lines that hold everything', async () => {
  const stored = await service.storedEvents();
  const { text } = await service.get('/v1/events');
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toEqual(stored.map(({ cursor: _, ...event }) => event));
});
