import * as fc from 'fast-check';
import { parseJson, RepeatedKeyError } from '../../src/json/parse.js';
import { assertProperty } from '../support/property.js';

const pointerIn = (text: string): string | null => {
  try {
    parseJson(text);
    return null;
  } catch (error) {
    if (error instanceof RepeatedKeyError) return error.pointer;
    throw error;
  }
};

describe('a key that stands twice', () => {
  it.each([
    ['{"a":1,"a":2}', '/a'],
    ['{"a":1,"b":{"c":[0,{"d":1,"e":2,"d":1}]}}', '/b/c/1/d'],
    ['[{"a":1},{"a":1,\n\t"a" : 1}]', '/1/a'],
    [String.raw`{"a":1,"\u0061":2}`, '/a'],
    [String.raw`{"a\\":1,"a\\":2}`, '/a\\'],
    [String.raw`{"\"":1,"\"":2}`, '/"'],
    ['{"a/b~":1,"a/b~":1}', '/a~1b~0'],
    ['{"__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"":1,"":2}', '/'],
    ['{"a":"x","b":"a","a":1}', '/a'],
  ])('%s is found at %s', (text, pointer) => expect(pointerIn(text)).toBe(pointer));

  it.each([
    '{"a":"a","b":["a","a"]}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '"a"',
    '{"a":":\\"a\\":"}',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
  ])('%s has none', (text) => expect(parseJson(text)).toEqual(JSON.parse(text)));

  it('is found wherever it is put into any value, and nowhere else', () => {
    assertProperty(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.string(), fc.boolean(), (value, key, indented) => {
        const text = JSON.stringify(value, null, indented ? 2 : 0);
        expect(parseJson(text)).toEqual(JSON.parse(text));
        const twice = `{${JSON.stringify(key)}:${text},"x${key.length}":{${JSON.stringify(key)}:${text}},${JSON.stringify(key)}:0}`;
        expect(pointerIn(key === `x${key.length}` ? '{"a":1,"a":2}' : twice)).not.toBeNull();
      }),
      500,
    );
  });

  it('is looked for at any depth without running out of stack', () => {
    const deep = 200_000;
    expect(pointerIn(`${'['.repeat(deep)}{"a":1,"a":1}${']'.repeat(deep)}`)).toMatch(/^(\/0){200000}\/a$/);
  });
});

it.each(['', '{', '{"a":1,}', '{"a":1,"a":2', 'NaN', '\ufeff{}'])('%j is no JSON', (text) =>
  expect(() => parseJson(text)).toThrow(SyntaxError),
);
