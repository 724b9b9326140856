/** Which texts the REST interface treats as equal, in references, names and filters. */
import { createListAndAct, latinName, openCase, WITH_SOURCES, Service, type HttpReply } from '../support/service.js';
import { until } from '../support/until.js';

const arrested = () => ({ type: 'arrested', occurredOn: '2025-01-10', ...WITH_SOURCES });

let service: Service;
let path: string;
beforeAll(async () => {
  service = await Service.start();
  await createListAndAct(service);
  path = await openCase(service, { references: [{ list: 'union', reference: 'AZ-9001' }] });
  await until(async () => ((await service.get('/v1/cases')).body['items'] as unknown[]).length > 0);
});
afterAll(() => service.remove());

const errorsOf = ({ status, body }: HttpReply) => [
  status,
  ...((body['errors'] ?? []) as Record<string, string>[]).map((e) => `${e['code']} ${e['pointer']}`),
];
const opening = (more: object) => service.post('/v1/cases', { names: [latinName('X')], ...WITH_SOURCES, ...more });
const caseId = (): string => path.split('/').at(-1)!;

describe('a text of one line with what cannot be seen', () => {
  it.each([
    '\u00ad',
    '\u200b',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u202e',
    '\u2066',
    '\u2028',
    '\u2029',
    '\u0085',
    '\u115f',
  ])('%j is refused where it stands', async (character) => {
    const text = `a${character}b`;
    const answer = await opening({
      names: [latinName(text)],
      references: [{ list: 'union', reference: text }],
      region: text,
      summary: 'two\nlines',
      sources: [{ kind: 'press', citation: text }],
    });
    expect(errorsOf(answer).sort()).toEqual(
      [
        400,
        ...['/names/0/text', '/references/0/reference', '/region', '/sources/0/citation'].map(
          (p) => `TEXT.CHARACTERS ${p}`,
        ),
      ].sort(),
    );
  });
});

describe('a reference in another spelling', () => {
  it.each(['az-9001', 'AZ–9001', 'AZ −9001', 'АZ-9001', 'ＡＺ-9001'])('%j is taken', async (reference) => {
    const answer = await opening({ references: [{ list: 'union', reference }] });
    expect([answer.status, answer.body['code'], answer.body['reference'].case]).toEqual([
      409,
      'REFERENCE.TAKEN',
      caseId(),
    ]);
  });

  it.each(['az-9001', 'AZ\u200b-9001', 'А Z-9001'])('%j finds its case, shown as first given', async (reference) => {
    const { body } = await service.get(`/v1/cases?reference=union:${encodeURIComponent(reference)}`);
    expect(body['items'].map((item: { caseId: string }) => item.caseId)).toEqual([caseId()]);
    expect(body['items'][0].references).toEqual([{ list: 'union', reference: 'AZ-9001' }]);
  });

  it('names the case of a row', async () => {
    const row = { case: { list: 'union', reference: 'az–9001' }, ...arrested(), place: 'Şəki'.normalize('NFD') };
    const opened = {
      type: 'opened',
      names: [latinName('Y')],
      references: [{ list: 'union', reference: 'az-9002' }],
      ...WITH_SOURCES,
    };
    const { body } = await service.post('/v1/events', [
      row,
      opened,
      { case: { list: 'union', reference: 'AZ-9002' }, ...arrested() },
    ]);
    expect(body['items'].map((item: { status: number }) => item.status)).toEqual([201, 201, 201]);
  });
});

describe('a text in NFD', () => {
  it('is kept in NFC, and a repeat in NFC is the same request', async () => {
    const body = { names: [latinName('Şəhla Göyçə')], region: 'Gəncə Şəhəri', ...WITH_SOURCES };
    const nfd = JSON.parse(JSON.stringify(body).normalize('NFD')) as object;
    const headers = { 'idempotency-key': 'nfd-1' };
    const first = await service.post('/v1/cases', nfd, headers);
    expect(first.status).toBe(201);
    expect((await service.post('/v1/cases', body, headers)).body).toEqual(first.body);
    const shown = await service.getAfter(first, `/v1/cases/${first.body['subject'].id}`);
    expect([shown.body['names'][0].text, shown.body['description'].region]).toEqual(['Şəhla Göyçə', 'Gəncə Şəhəri']);
  });

  it('is found by a filter in either form', async () => {
    const facility = 'Şəki Həbsxanası №2';
    const held = await openCase(service, { names: [latinName('Z')] });
    await service.post(`${held}/events`, arrested());
    const event = {
      type: 'transferred',
      occurredOn: '2025-02-01',
      facility: facility.normalize('NFD'),
      ...WITH_SOURCES,
    };
    const written = await service.post(`${held}/events`, event);
    expect(written.status).toBe(201);
    for (const form of ['NFC', 'NFD'] as const) {
      const { body } = await service.getAfter(
        written,
        `/v1/cases?facility=${encodeURIComponent(facility.normalize(form))}`,
      );
      expect(body['items']).toHaveLength(1);
    }
  });
});

describe('the script of a name', () => {
  it.each([
    ['Гасан', 'Latn'],
    ['Həsən', 'Cyrl'],
    ['გიორგი', 'Latn'],
  ])('%s in %s is contradicted by its letters', async (text, script) => {
    const answer = await opening({ names: [{ ...latinName(text), script }] });
    expect(errorsOf(answer)).toEqual([400, 'NAME.SCRIPT_CONTRADICTS /names/0/script']);
    const named = await service.post(`${path}/events`, {
      type: 'named',
      name: { ...latinName(text), script },
      ...WITH_SOURCES,
    });
    expect(errorsOf(named)).toEqual([400, 'NAME.SCRIPT_CONTRADICTS /name/script']);
  });

  it('that changes inside a word is asked about, and stays visible where somebody stands by it', async () => {
    const names = [{ ...latinName('Гаsан Сынагов'), script: 'Cyrl' }];
    const asked = await opening({ names });
    expect([asked.status, asked.body['code'], asked.body['findings'][0].code]).toEqual([
      422,
      'EVENT.UNACKNOWLEDGED',
      'NAME.MIXED_SCRIPT',
    ]);
    const opened = await opening({ names, acknowledge: ['NAME.MIXED_SCRIPT'] });
    expect(opened.status).toBe(201);
    const { body } = await service.getAfter(opened, `/v1/cases/${opened.body['subject'].id}`);
    expect(body['findings'].map((f: { code: string }) => f.code)).toEqual(['NAME.MIXED_SCRIPT']);
  });
});
