/** Generates requests to the operations of an OpenAPI document; a quarter of them are made invalid. */
import fc from 'fast-check';
import type { Loose } from '../support/service.js';
import { KnownId, knownId, mutated, SchemaValues, wild } from './values.js';

export interface FuzzRequest {
  readonly method: string;
  /** Path template of the document; `inPath` fills it. */
  readonly path: string;
  readonly inPath: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON value, values for NDJSON, or arbitrary text. */
  readonly body: { readonly json: unknown } | { readonly lines: readonly unknown[] } | { readonly text: string } | null;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export const operationsOf = (document: Loose) =>
  Object.entries(document['paths'] as Record<string, Record<string, Loose>>).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

/** One request to any operation. */
export const requests = (document: Loose): fc.Arbitrary<FuzzRequest> => {
  const schemaValues = new SchemaValues(document);
  const kinds = operationsOf(document).map(({ method, path, operation }) => ({
    // Writes have more ways to fail than reads.
    weight: method === 'GET' ? 1 : 3,
    arbitrary: requestTo(method, path, operation, schemaValues),
  }));
  return fc.oneof(...kinds);
};

const requestTo = (
  method: string,
  path: string,
  operation: Loose,
  schemaValues: SchemaValues,
): fc.Arbitrary<FuzzRequest> => {
  const parameters = (operation['parameters'] ?? []) as Loose[];
  const within = (place: string) => parameters.filter((parameter) => parameter['in'] === place);
  const whole = fc.record({
    method: fc.constant(method),
    path: fc.constant(path),
    inPath: fc.record(
      Object.fromEntries(within('path').map((p) => [String(p['name']), idOf(kindIn(path, String(p['name'])))])),
    ),
    query: queryOf(within('query'), schemaValues),
    headers: headersOf(within('header'), operation, schemaValues),
    body: bodyOf(operation, schemaValues),
  });
  return fc.oneof(
    { weight: 3, arbitrary: whole },
    { weight: 1, arbitrary: whole.chain((request) => mutatedRequest(request)) },
  );
};

/** The kind of the known ids that stand for a parameter of a path. An edition is one of its own list's. */
const kindIn = (path: string, parameter: string): string => {
  if (!path.includes('{edition}')) return path.split('/')[2] as string;
  return parameter === 'edition' ? 'editions' : 'lists with editions';
};

/** Mostly a known id of the kind, sometimes an unknown or arbitrary one. */
const idOf = (kind: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 18, arbitrary: knownId(kind) },
    { weight: 1, arbitrary: fc.constantFrom('nobody', '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b') },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 120, unit: 'grapheme' }) },
  );

/** The kind of known ids that a query parameter takes, by its name. */
const KNOWN_BY_PARAMETER: Readonly<Record<string, string>> = { atLeast: 'tokens', event: 'events' };

const queryOf = (
  parameters: readonly Loose[],
  schemaValues: SchemaValues,
): fc.Arbitrary<readonly (readonly [string, unknown])[]> =>
  fc
    .tuple(
      ...parameters.map(({ name, required, schema }) => {
        const kind = KNOWN_BY_PARAMETER[String(name)];
        const value = kind === undefined ? schemaValues.of(schema as Loose) : knownId(kind);
        return fc
          .option(value, { freq: required === true ? 20 : 1, nil: undefined })
          .map((v) => [String(name), v] as const);
      }),
    )
    .map((pairs) =>
      pairs.flatMap(([name, value]) =>
        value === undefined ? [] : [value].flat().map((single: unknown) => [name, single] as const),
      ),
    );

const headersOf = (
  parameters: readonly Loose[],
  operation: Loose,
  schemaValues: SchemaValues,
): fc.Arbitrary<Record<string, string>> => {
  const declared = parameters.map(
    ({ name, required, schema }) =>
      [
        String(name),
        fc.option(schemaValues.of(schema as Loose).map(String), { freq: required === true ? 30 : 1, nil: undefined }),
      ] as const,
  );
  const answers = Object.values(operation['responses'] as Record<string, Loose>).flatMap((r) =>
    Object.keys((r['content'] ?? {}) as object),
  );
  const accept = fc.option(fc.constantFrom('*/*', 'nonsense', ...answers), { freq: 1, nil: undefined });
  return fc
    .record({ ...Object.fromEntries(declared), Accept: accept })
    .map(
      (headers) =>
        Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
          string,
          string
        >,
    );
};

const bodyOf = (operation: Loose, schemaValues: SchemaValues): fc.Arbitrary<FuzzRequest['body']> => {
  const content = (operation['requestBody']?.content ?? {}) as Record<string, Loose>;
  const bodies = Object.entries(content).map(([type, { schema }]): fc.Arbitrary<FuzzRequest['body']> =>
    type.includes('ndjson')
      ? fc.array(schemaValues.of(schema as Loose), { maxLength: 5 }).map((lines) => ({ lines }))
      : schemaValues.of(schema as Loose).map((json) => ({ json })),
  );
  return bodies.length === 0 ? fc.constant(null) : fc.oneof(...bodies);
};

/** The request with one invalid change. */
const mutatedRequest = (request: FuzzRequest): fc.Arbitrary<FuzzRequest> => {
  const { body, query, headers } = request;
  const names = [...Object.keys(headers), 'If-None-Match', 'Content-Type', 'X-Request-Id', 'Last-Event-ID', 'Origin'];
  const changes: fc.Arbitrary<FuzzRequest>[] = [
    fc
      .tuple(fc.string({ maxLength: 12 }), wild)
      .map(([name, value]) => ({ ...request, query: [...query, [name, value] as const] })),
    fc
      .tuple(fc.constantFrom(...names), fc.string({ unit: 'grapheme-ascii', maxLength: 80 }))
      .map(([name, value]) => ({ ...request, headers: { ...headers, [name]: value } })),
    fc.constantFrom(...names).map((name) => ({ ...request, headers: without(headers, name) })),
  ];
  const first = query[0];
  if (first !== undefined) {
    changes.push(
      wild.map((value) => ({ ...request, query: [[first[0], value] as const, ...query.slice(1)] })),
      fc.constant({ ...request, query: [first, ...query] }),
    );
  }
  if (body !== null && 'json' in body) {
    const mutatedBody = mutated(body.json).map((json) => ({ ...request, body: { json } }));
    changes.push(mutatedBody, mutatedBody, mutatedBody);
  }
  if (body !== null && 'lines' in body)
    changes.push(mutated(body.lines).map((l) => ({ ...request, body: { lines: [l].flat() } })));
  if (body !== null)
    changes.push(
      fc
        .oneof(fc.constantFrom('', '{', '\ufeff{}', '[]', '"x"', '{"a":1}{"b":2}'), fc.string({ unit: 'binary' }))
        .map((text) => ({
          ...request,
          body: { text },
        })),
    );
  return fc.oneof(...changes);
};

const without = (headers: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

/** A request with its known ids resolved, as it is sent. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

export const toSend = (
  { method, path, inPath, query, headers, body }: FuzzRequest,
  resolve: (known: KnownId) => string,
): Sent => {
  const plain = (value: unknown): string =>
    value instanceof KnownId ? resolve(value) : typeof value === 'string' ? value : JSON.stringify(value);
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const segment = encoded(plain(inPath[name]));
    // The path of a tile has slashes, which are sent as they are.
    return name === 'path' ? segment.replaceAll('%2F', '/') : segment;
  });
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(plain(value))}`).join('&');
  const type = body !== null && 'lines' in body ? 'application/x-ndjson' : 'application/json';
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    headers: { ...(body === null ? {} : { 'Content-Type': type }), ...headers },
    body: textOf(body),
  };
};

const textOf = (body: FuzzRequest['body']): string | null => {
  if (body === null) return null;
  if ('text' in body) return body.text;
  return 'json' in body ? JSON.stringify(body.json) : body.lines.map((line) => JSON.stringify(line)).join('\n');
};

/** `encodeURIComponent` throws on lone surrogates. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd');
const encoded = (text: string): string => encodeURIComponent(wellFormed(text));
