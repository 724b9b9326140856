import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventDescriptions } from '../../src/domain/events.js';
import { schemaNameOf } from '../../src/http/api-properties.js';
import { eventExamples } from '../../src/schema/examples.js';
import { declaredClasses } from '../../src/schema/field.js';
import { eventClasses } from '../../src/schema/read-event.js';
import { Service, type Loose } from '../support/service.js';

let service: Service;
let document: Loose;
beforeAll(async () => {
  service = await Service.start();
  document = (await service.get('/v1/openapi.json')).body;
});
afterAll(() => service.remove());

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const operations = () =>
  Object.entries(document['paths'] as Record<string, Loose>).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ path, method, operation: operation as Loose })),
  );

/** Every `$ref` in a value. */
const refsIn = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) =>
        key === '$ref' && typeof inner === 'string' ? [inner] : refsIn(inner),
      );

it('is an OpenAPI 3.1 document: every operation has what the specification demands', () => {
  expect(document['openapi']).toBe('3.1.0');
  expect(document['info']).toMatchObject({ title: 'Habeas', version: expect.any(String) });
  for (const { path, operation } of operations()) {
    expect(Object.keys(operation['responses']).length).toBeGreaterThan(1);
    for (const response of Object.values(operation['responses'] as Loose))
      expect(typeof response.description).toBe('string');
    const inPath = ((operation['parameters'] ?? []) as Loose[]).filter((p) => p['in'] === 'path');
    expect(inPath.map((p) => [`{${String(p['name'])}}`, p['required']])).toEqual(
      (path.match(/\{[^}]+\}/g) ?? []).map((name) => [name, true]),
    );
    for (const parameter of (operation['parameters'] ?? []) as Loose[]) {
      expect(parameter).toMatchObject({ name: expect.any(String), schema: expect.any(Object) });
    }
  }
  const ids = operations().map(({ operation }) => operation['operationId'] as string);
  expect(new Set(ids).size).toBe(ids.length);
});

it('has every schema that it refers to, and no other', () => {
  const names = Object.keys(document['components'].schemas as Loose).map((name) => `#/components/schemas/${name}`);
  expect([...new Set(refsIn(document))].sort()).toEqual(names.sort());
});

it('has schemas of one class each: a second of the same name would replace the first', () => {
  const schemas = document['components'].schemas as Loose;
  const names = declaredClasses()
    .map(([type]) => schemaNameOf(type))
    .filter((name) => name in schemas);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('has schemas that a validator accepts', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: document['components'] });
  for (const name of Object.keys(document['components'].schemas as Loose)) {
    expect(() => ajv.compile({ $ref: `openapi#/components/schemas/${name}` })).not.toThrow();
  }
});

it('lists exactly the routes', () => {
  const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  expect(described.sort()).toEqual(
    [
      'GET /v1/cases',
      'GET /v1/cases/{id}',
      'GET /v1/cases/{id}/history',
      'GET /v1/counts',
      'GET /v1/duplicates',
      'GET /v1/events',
      'GET /v1/events/{id}',
      'GET /v1/feed',
      'GET /v1/claims',
      'GET /v1/claims/{id}',
      'GET /v1/history',
      'GET /v1/instruments',
      'GET /v1/instruments/{id}',
      'GET /v1/instruments/{id}/eligibility',
      'GET /v1/instruments/{id}/eligibility.csv',
      'DELETE /v1/jobs/{id}',
      'GET /v1/jobs',
      'GET /v1/jobs/{id}',
      'POST /v1/jobs/{id}/runs',
      'GET /v1/statistics/{name}',
      'GET /v1/statistics/{name}/table.csv',
      'GET /v1/lists',
      'GET /v1/lists/{id}',
      'GET /v1/lists/{id}/differences',
      'GET /v1/lists/{id}/editions',
      'GET /v1/lists/{id}/editions/{edition}',
      'GET /v1/lists/{id}/members',
      'GET /v1/lists/{id}/members.csv',
      'GET /v1/lists/{id}/members.xlsx',
      'GET /v1/lists/{id}/movements',
      'GET /v1/log/checkpoint',
      'GET /v1/log/proof/consistency',
      'GET /v1/log/proof/inclusion',
      'GET /v1/log/tile/{path}',
      'POST /v1/cases',
      'POST /v1/events',
      'POST /v1/cases/{id}/events',
      'POST /v1/claims',
      'POST /v1/duplicates',
      'POST /v1/claims/{id}/events',
      'POST /v1/instruments',
      'POST /v1/instruments/{id}/applications',
      'POST /v1/instruments/{id}/events',
      'POST /v1/lists',
      'POST /v1/lists/{id}/editions',
      'POST /v1/lists/{id}/events',
    ].sort(),
  );
});

it('has every type of event as a schema of its own, told apart by its type, with an example that fits', () => {
  const { schemas } = document['components'] as { schemas: Record<string, Loose> };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: document['components'] });
  const mapping = schemas['Event']!['discriminator'].mapping as Record<string, string>;
  expect(Object.keys(mapping).sort()).toEqual(Object.keys(eventDescriptions).sort());
  for (const [name, kind] of [
    ['CaseEvent', 'case'],
    ['ListEvent', 'list'],
    ['InstrumentEvent', 'instrument'],
    ['ClaimEvent', 'claim'],
  ] as const) {
    const types = Object.keys(eventClasses[kind]).filter((type) => type !== 'opened');
    expect(Object.keys(schemas[name]!['discriminator'].mapping as Loose).sort()).toEqual(types.sort());
    const fits = ajv.compile({ $ref: `openapi#/components/schemas/${name}` });
    for (const type of types) {
      const example = (eventExamples as unknown as Record<string, object>)[type]!;
      expect([type, fits(example), fits.errors]).toEqual([type, true, null]);
      expect(fits({ ...example, wat: 1 })).toBe(false);
      expect(fits({ ...example, sources: [] })).toBe(false);
    }
  }
  for (const name of ['OpenCase', 'DefineList', 'RegisterInstrument', 'MakeClaim']) {
    const fits = ajv.compile({ $ref: `openapi#/components/schemas/${name}` });
    expect([name, fits(schemas[name]!['examples'][0]), fits.errors]).toEqual([name, true, null]);
  }
});

it('lists the problems of every operation', () => {
  for (const { method, operation } of operations()) {
    const statuses = Object.keys(operation['responses'] as Loose).filter((status) => Number(status) >= 400);
    const expected = ['400', '401', '403', '404', '408', '410', '414', '429', '431', '500', '503'];
    const added: Readonly<Record<string, readonly string[]>> = {
      post: ['409', '412', '413', '415', '422'],
      // An interruption has no body that could be wrong, only one that is refused.
      delete: ['413', '415'],
    };
    expect(statuses.sort()).toEqual([...expected, ...(added[method] ?? [])].sort());
    for (const status of statuses) {
      const { content } = operation['responses'][status] as Loose;
      expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
    }
  }
});

it('has a page that loads nothing from other hosts', async () => {
  const page = await service.get('/v1/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] as string);
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) {
    expect(link).toMatch(/^\.\//);
    expect((await service.get(`/v1/${link.slice(2)}`)).status).toBe(200);
  }
});

it('accepts its own examples of bodies', async () => {
  const { schemas } = document['components'] as { schemas: Record<string, Loose> };
  for (const [name, path] of [
    ['DefineList', '/v1/lists'],
    ['RegisterInstrument', '/v1/instruments'],
  ] as const) {
    expect((await service.post(path, schemas[name]!['examples'][0])).status).toBe(201);
  }
});
