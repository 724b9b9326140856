/** Generates values that match a JSON Schema, and invalid values, for fuzzed requests. */
import fc from 'fast-check';
import { latinName, type Loose } from '../support/service.js';

/** Longer arrays and strings would only slow the run down. */
const FEW = 3;
const SHORT = 40;

/** Placeholder for the nth known id (modulo their number), resolved when the request is sent. */
export class KnownId {
  constructor(
    readonly kind: string,
    readonly nth: number,
  ) {}
}

export const knownId = (kind: string): fc.Arbitrary<KnownId> => fc.nat(1_000).map((nth) => new KnownId(kind, nth));

/** Ids that requests use, so that they refer to the same lists and instruments. */
const WORDS = ['union', 'rival', 'believers', 'journalists', 'amnesty-2025', 'pardon-2025', 'library-2025', '3.1'];

/** Values that match the schemas of an OpenAPI document. Knows only the schema keywords that the document uses; an unknown type throws. */
export class SchemaValues {
  readonly #made = new Map<string, fc.Arbitrary<unknown>>();

  constructor(private readonly document: Loose) {}

  of(schema: Loose): fc.Arbitrary<unknown> {
    const fitting = this.#plain(schema);
    const examples = schema['examples'] as unknown[] | undefined;
    return examples === undefined
      ? fitting
      : fc.oneof(
          { weight: 2, arbitrary: fc.constantFrom(...examples).chain(renewed) },
          { weight: 1, arbitrary: fitting },
        );
  }

  #plain(schema: Loose): fc.Arbitrary<unknown> {
    if (schema['$ref'] !== undefined) return this.#named(String(schema['$ref']));
    if ('const' in schema) return fc.constant(schema['const']);
    // A reference with a description of its own.
    const [all, ...others] = (schema['allOf'] ?? []) as Loose[];
    if (all !== undefined && others.length === 0) return this.of(all);
    const choices = (schema['oneOf'] ?? schema['anyOf']) as Loose[] | undefined;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => this.of(choice)));
    if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as unknown[]));
    switch (schema['type']) {
      case 'object':
        return this.#object(schema);
      case 'array':
        return this.#array(schema);
      case 'string':
        return text(schema);
      case 'integer':
      case 'number':
        return integer(schema);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        throw new Error(`no values for ${JSON.stringify(schema)}`);
    }
  }

  #named(ref: string): fc.Arbitrary<unknown> {
    const name = ref.split('/').at(-1) as string;
    let made = this.#made.get(name);
    if (made === undefined) {
      made = this.of((this.document['components'].schemas as Record<string, Loose>)[name] as Loose);
      this.#made.set(name, made);
    }
    return made;
  }

  #object({ properties = {}, required = [] }: Loose): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties as Record<string, Loose>).map(([name, schema]) => [
      name,
      usually(name, this.of(schema)),
    ]);
    return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: required as string[],
      noNullPrototype: true,
    });
  }

  #array({ items = {}, minItems = 0, maxItems = FEW, uniqueItems = false }: Loose): fc.Arbitrary<unknown> {
    const bounds = { minLength: Number(minItems), maxLength: Math.min(Number(maxItems), Number(minItems) + FEW) };
    const item = this.of(items as Loose);
    return uniqueItems
      ? fc.uniqueArray(item, { ...bounds, selector: (value) => JSON.stringify(value) })
      : fc.array(item, bounds);
  }
}

/**
 * Values that let a command succeed: ids that nobody has yet, and names of one script that resemble no other. Every request is the
 * first of a sample, where fast-check prefers small values: without that bias they differ.
 */
const ACCEPTABLE = {
  id: fc.noBias(fc.nat(1_000_000)).map((nth) => `new-${String(nth)}`),
  script: fc.constant('Latn'),
  text: fc.noBias(fc.stringMatching(/^[A-Z][a-z]{6,12} [A-Z][a-z]{6,12}$/)),
};

/** An example of something new is new once only: it gets another id, reference and name each time. */
const renewed = (example: unknown): fc.Arbitrary<unknown> => {
  if (typeof example !== 'object' || example === null) return fc.constant(example);
  return fc.record({ id: ACCEPTABLE.id, text: ACCEPTABLE.text }).map(({ id, text }) => ({
    ...example,
    ...('id' in example && { id }),
    ...('names' in example && { names: [latinName(text)] }),
    ...('references' in example && { references: [{ list: 'union', reference: id }] }),
  }));
};

const usually = (field: string, fitting: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
  const acceptable = (ACCEPTABLE as Readonly<Record<string, fc.Arbitrary<unknown>>>)[field];
  return acceptable === undefined
    ? fitting
    : fc.oneof({ weight: 4, arbitrary: acceptable }, { weight: 1, arbitrary: fitting });
};

const text = ({ pattern, format, minLength = 0, maxLength = SHORT }: Loose): fc.Arbitrary<unknown> => {
  if (pattern !== undefined) return matching(String(pattern));
  if (format === 'uri') return fc.webUrl();
  if (format === 'date') return day;
  const bounds = { minLength: Number(minLength), maxLength: Math.min(Number(maxLength), SHORT) };
  return fc.oneof(fc.constantFrom(...WORDS), fc.string({ ...bounds, unit: 'grapheme' }));
};

const day = fc
  .date({ min: new Date('2015-01-01'), max: new Date('2026-02-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

/** fast-check cannot generate lookaheads: they are removed, and values that fail them filtered out. */
const matching = (pattern: string): fc.Arbitrary<string> => {
  const whole = new RegExp(pattern);
  const fitting = [...WORDS, '2025-12-22', '2024-03', '2023', 'P3Y6M'].filter((word) => whole.test(word));
  const made = fc
    .stringMatching(new RegExp(pattern.replace(/\(\?[=!][^()]*\)/g, '').replaceAll('.{1,64}', '[ -~]{1,20}')))
    .filter((word) => whole.test(word));
  return fitting.length === 0
    ? made
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fitting) }, { weight: 1, arbitrary: made });
};

const integer = ({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Loose): fc.Arbitrary<number> => {
  const [min, max] = [Number(minimum), Number(maximum)];
  return fc.oneof(fc.integer({ min, max: Math.min(max, min + 100) }), fc.constantFrom(min, max));
};

/** Hostile or mistaken values. */
export const wild: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e308, '', ' ', '\u0000', '\ud800', '‮', '=1+1', '../..', '%00', "'--"),
  fc.constantFrom<unknown>('2024-02-30', '9999-99', '0000', '-2024', 'x'.repeat(5_000), '🏛'.repeat(300), [], {}, [
    [[]],
  ]),
  fc.json({ maxDepth: 3 }).map((json) => JSON.parse(json) as unknown),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** The value with one change: something removed, added or replaced. */
export const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  const places = placesIn(value);
  return fc
    .tuple(fc.nat(Math.max(0, places.length - 1)), fc.nat(3), fc.string({ maxLength: 12 }), wild)
    .map(([at, how, key, other]) => {
      const copy = structuredClone(value);
      const path = places[at] ?? [];
      if (path.length === 0) return how === 0 ? other : withKey(copy, key, other);
      const parent = path.slice(0, -1).reduce<unknown>((inner, step) => (inner as Loose)[step], copy) as Record<
        string,
        unknown
      >;
      const last = path.at(-1) as string;
      if (how === 0) Reflect.deleteProperty(parent, last);
      else if (how === 1) parent[last] = withKey(parent[last], key, other);
      else parent[last] = other;
      return copy;
    });
};

const withKey = (value: unknown, key: string, other: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, [key]: other } : other;

const placesIn = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value !== 'object' || value === null || value instanceof KnownId
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
