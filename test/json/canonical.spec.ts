import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, exactCanonicalJson, hasLoneSurrogate } from '../../src/json/canonical.js';
import { effort } from '../support/effort.js';
import { assertProperty } from '../support/property.js';

/** Keys that sort otherwise as numbers, by code points or by locale, and those that mean something to JavaScript. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('10', '9', '01', '-1', 'Z', 'a', 'ä', 'ə', '\ue000', '\u{10000}', '', '__proto__', 'constructor'),
);
const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\0', '\n', '\u001f', '\u007f', '\u2028', '\ud83d', '\ude00', 'a', ' '),
  }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, true, false, null),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 6 })
      .map((fields) => JSON.parse(`{${fields.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`)),
  ),
}));

describe('canonical JSON', () => {
  it('is that of the library, whatever the value', () => {
    assertProperty(
      fc.property(value, (any) => {
        const expected = canonicalize(any);
        expect(canonicalJson(any)).toBe(expected);
        expect(exactCanonicalJson(any)).toBe(expected);
        // In its own order a value has the same text: what is stored canonically is found canonical when it is read.
        expect(canonicalJson(JSON.parse(expected as string))).toBe(expected);
      }),
      effort(2_000, 100_000),
    );
  });

  it('is what RFC 8785 shows', () => {
    const numbers = [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
    const value = {
      numbers,
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
    expect(Object.values(JSON.parse(canonicalJson(names)) as object)).toEqual([4, 2, 6, 7, 1, 5, 3]);
  });

  it('leaves undefined fields out, or refuses them', () => {
    expect(canonicalJson({ b: 1, a: undefined, c: [undefined] })).toBe('{"b":1,"c":[null]}');
    for (const inexact of [undefined, { a: undefined }, { a: { b: undefined } }, [undefined], new Array(1)])
      expect(() => exactCanonicalJson(inexact)).toThrow(TypeError);
  });

  const circle: unknown[] = [];
  circle.push({ again: circle });
  it.each([
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('secret')],
    ['a date', new Date(0)],
    ['a circle', circle],
    ['nesting without end', JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)],
  ])('does not hold %s', (_, bad) => {
    for (const text of [canonicalJson, exactCanonicalJson])
      for (const held of [bad, [bad], { a: { b: bad } }]) expect(() => text(held)).toThrow(TypeError);
    expect(() => canonicalJson(bad)).not.toThrow(/secret/);
  });

  it('shows where half a surrogate pair is', () => {
    assertProperty(
      fc.property(fc.stringMatching(/^[\\ud8a\ud800-\udfff]*$/), (text) => {
        expect(hasLoneSurrogate(canonicalJson([text]))).toBe(/\p{Surrogate}/u.test(text));
      }),
      effort(200, 10_000),
    );
  });
});
