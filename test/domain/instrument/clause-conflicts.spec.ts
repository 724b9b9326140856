import { expect, test } from '@jest/globals';
import { canBeMet } from '../../../src/domain/instrument/clause-conflicts.js';
import type { Condition } from '../../../src/domain/instrument/events.js';

const rolling = { measured: 'rolling' } as const;
const inForce = { measured: 'at-in-force' } as const;
const list = 'union';

test.each<[string, readonly Condition[], boolean]>([
  ['nothing', [], true],
  ['one category', [{ category: { list, in: ['a'] } }], true],
  ['a category both in and not in', [{ category: { list, in: ['a'], notIn: ['a'] } }], false],
  ['one of two categories is left', [{ category: { list, in: ['a', 'b'], notIn: ['a'] } }], true],
  ['categories that do not meet', [{ category: { list, in: ['a'] } }, { category: { list, in: ['b'] } }], false],
  ['categories excluded only', [{ category: { list, notIn: ['a'] } }, { category: { list, notIn: ['b'] } }], true],
  ['categories of two lists', [{ category: { list, in: ['a'] } }, { category: { list: 'other', in: ['b'] } }], true],
  ['an article with its part excluded', [{ articles: { anyOf: ['234'], noneOf: ['234.4'] } }], true],
  ['a part with its article excluded', [{ articles: { anyOf: ['234.4'] } }, { articles: { noneOf: ['234'] } }], false],
  ['an attempt with its article excluded', [{ articles: { anyOf: ['28/220.1'], noneOf: ['220'] } }], false],
  ['an article with its attempt excluded', [{ articles: { anyOf: ['220'], noneOf: ['28/220'] } }], true],
  ['another code of laws', [{ articles: { anyOf: ['AZ-OCC 234'], noneOf: ['234'] } }], true],
  ['one of two articles is left', [{ articles: { anyOf: ['234', '178'], noneOf: ['234'] } }], true],
  ['gravity in a range', [{ gravity: { atLeast: 'minor', atMost: 'serious' } }], true],
  ['gravity out of range', [{ gravity: { atLeast: 'serious' } }, { gravity: { atMost: 'minor' } }], false],
  ['a term in a range', [{ remaining: { atLeast: 'P3M', lessThan: 'P6M', ...rolling } }], true],
  ['a term out of range', [{ remaining: { atLeast: 'P6M', lessThan: 'P6M', ...rolling } }], false],
  [
    'a month against 30 days, which February allows',
    [{ remaining: { atLeast: 'P1M', lessThan: 'P30D', ...rolling } }],
    true,
  ],
  ['a month against 28 days', [{ remaining: { atLeast: 'P1M', lessThan: 'P28D', ...rolling } }], false],
  [
    'terms measured on two days',
    [{ remaining: { atLeast: 'P6M', ...inForce } }, { remaining: { lessThan: 'P6M', ...rolling } }],
    true,
  ],
  ['one age', [{ age: { atLeast: 60, atMost: 60, ...rolling } }], true],
  ['no age', [{ age: { atLeast: 61, ...rolling } }, { age: { atMost: 60, ...rolling } }], false],
  ['no sex', [{ sex: { in: ['f'] } }, { sex: { in: ['m', 'other'] } }], false],
  ['no custody', [{ custody: { in: ['remand'] } }, { custody: { in: ['imprisoned'] } }], false],
  [
    'articles of a conviction, of people who await judgment',
    [{ articles: { anyOf: ['234'] } }, { stage: { in: ['awaiting-judgment'] } }],
    false,
  ],
  [
    'articles that must not be, of people who await judgment',
    [{ articles: { noneOf: ['234'] } }, { stage: { in: ['awaiting-judgment'] } }],
    true,
  ],
  [
    'gravity of a conviction, of people who await judgment',
    [{ gravity: { atMost: 'minor' } }, { stage: { in: ['awaiting-judgment'] } }],
    false,
  ],
  [
    'a served term, of people who await another judgment',
    [{ served: { atLeast: 'P1Y', ...rolling } }, { stage: { in: ['awaiting-judgment'] } }],
    true,
  ],
])('whether anybody can meet: %s', (_, conditions, expected) => {
  expect(canBeMet(conditions)).toBe(expected);
});
