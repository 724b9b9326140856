import fc from 'fast-check';
import { BatchHeaders, CommandHeaders, RequestOptionsWithId, RowOptions } from '../../src/http/commands/parameters.js';
import { PeoplePageQueryParameters } from '../../src/http/parameters.js';
import { eventExamples } from '../../src/schema/examples.js';
import { fieldsOf, type Constructor, type Field } from '../../src/schema/field.js';
import { isValid } from '../../src/schema/is-valid.js';
import { buildInstance, validationErrorsOf } from '../../src/schema/read.js';
import { eventClasses } from '../../src/schema/read-event.js';
import { effort } from '../support/effort.js';
import { assertProperty } from '../support/property.js';

type Fields = Readonly<Record<string, unknown>>;

const withoutType = ({ type: _, ...fields }: Fields): Fields => fields;
const events = Object.values(eventClasses).flatMap((classes) =>
  Object.entries(classes as Readonly<Record<string, Constructor>>).map(
    ([type, eventClass]) =>
      [eventClass, withoutType((eventExamples as unknown as Record<string, Fields>)[type]!)] as const,
  ),
);
/** Classes with a valid value of each. */
const CLASSES: readonly (readonly [Constructor, Fields])[] = [
  ...events,
  [CommandHeaders, { 'x-actor': 'person:a', 'idempotency-key': 'k', 'if-match': '"1"' }],
  [BatchHeaders, { 'x-actor': 'person:a' }],
  [RequestOptionsWithId, { id: 'union', acknowledge: ['CASE.ALREADY_HELD'] }],
  [RowOptions, { acknowledge: [], case: { list: 'union', reference: 'AZ-1' }, ifMatch: 3 }],
  [PeoplePageQueryParameters, { limit: 10 }],
];

/** Values that are right somewhere, or nearly so. */
const texts = [
  '',
  ' ',
  'x',
  'a\u0000',
  'ə\u0301',
  'union',
  'P1Y',
  'P0D',
  'unknown',
  '234',
  '4.1',
  'AZ-CC',
  'az',
  'Latn',
  '2025-02-29',
];
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0, 1, 366, 1.5, -1, [], {}, [{}], [[]], ['x', 'x'], [null]),
  fc.constantFrom<unknown>(
    ...texts,
    'x'.repeat(5_000),
    'https://x.example/',
    'imprisonment',
    'term-reduced',
    'replaced',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

const allowed = ({ valueType }: Field): readonly unknown[] => {
  const { enum: words, examples: shown, type } = valueType.schema;
  return [
    ...((words ?? []) as unknown[]),
    ...((shown ?? []) as unknown[]),
    ...(type === 'boolean' ? [true, false] : []),
  ];
};

/** An object with some of its fields, at any depth, replaced or taken away. */
const changed = (type: Constructor, object: Fields): fc.Arbitrary<Fields> =>
  fc
    .tuple(
      ...fieldsOf(type).map((field): fc.Arbitrary<readonly [string, unknown][]> => {
        const { name, valueType } = field;
        const now = object[name];
        const nested = valueType.nestedClass;
        const within = (inner: unknown): fc.Arbitrary<unknown> =>
          nested !== undefined && typeof inner === 'object' && inner !== null
            ? changed(nested, inner as Fields)
            : fc.constant(inner);
        const inside: fc.Arbitrary<unknown> = Array.isArray(now)
          ? fc
              .tuple(...now.map(within))
              .chain((items) => fc.constantFrom<unknown>(items, items, [...items, ...items], []))
          : within(now);
        const one = (any: fc.Arbitrary<unknown>) => any.map((v): readonly [string, unknown][] => [[name, v]]);
        return fc.oneof(
          { weight: 12, arbitrary: one(inside) },
          { weight: 1, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: one(value) },
          ...(allowed(field).length > 0 ? [{ weight: 2, arbitrary: one(fc.constantFrom(...allowed(field))) }] : []),
        );
      }),
    )
    .map((fields) => Object.fromEntries(fields.flat()));

describe('a class', () => {
  it('is valid exactly where class-validator finds no error', () => {
    const counts = { valid: 0, invalid: 0 };
    assertProperty(
      fc.property(
        fc.constantFrom(...CLASSES).chain(([type, object]) => changed(type, object).map((input) => ({ type, input }))),
        ({ type, input }) => {
          const built = buildInstance(type, input, '', []);
          const valid = isValid(type, built);
          counts[valid ? 'valid' : 'invalid'] += 1;
          expect({ valid, errors: validationErrorsOf(built) }).toEqual({
            valid,
            errors: valid ? [] : expect.arrayContaining([expect.anything()]),
          });
        },
      ),
      effort(2_000, 100_000),
    );
    // Valid and invalid values are each at least a tenth of those tried.
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan((counts.valid + counts.invalid) / 10);
  });

  it.each(CLASSES.map(([type, object]) => [type.name, type, object] as const))(
    '%s: its example is valid, so that it does not go through class-validator',
    (_, type, object) => expect(isValid(type, buildInstance(type, object, '', []))).toBe(true),
  );
});
