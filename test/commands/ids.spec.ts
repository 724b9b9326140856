import { expect, it } from '@jest/globals';
import { eventIds, keyedEventId, newCaseId } from '../../src/commands/ids.js';
import { ANNA, BORIS } from './support.js';

const identity = { actor: ANNA, stream: 'case-c', key: 'key-1' };

it('makes the same ids from the same key in every version: with others a repeat would be recorded twice', () => {
  expect(keyedEventId(identity, 'key-1', 0)).toBe('9558b2da-2caf-5c11-9a83-72addd7d0b75');
  expect(newCaseId(ANNA, 'key-1')).toBe('acbe7b63-3ee3-5060-a1ee-eb9d43b7e37a');
});

it('makes other ids for another actor, stream, key and index', () => {
  const ids = [
    keyedEventId(identity, 'key-1', 0),
    keyedEventId({ ...identity, actor: BORIS }, 'key-1', 0),
    keyedEventId({ ...identity, actor: { ...ANNA, kind: 'import' } }, 'key-1', 0),
    keyedEventId({ ...identity, stream: 'case-d' }, 'key-1', 0),
    keyedEventId(identity, 'key-2', 0),
    keyedEventId(identity, 'key-1', 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

it('ignores whether the actor is verified, so that repeats are still found once actors are', () => {
  expect(newCaseId({ ...ANNA, asserted: false }, 'key-1')).toBe(newCaseId(ANNA, 'key-1'));
});

it('makes one id an event, random without a key', () => {
  expect(eventIds(identity, 2)).toEqual([keyedEventId(identity, 'key-1', 0), keyedEventId(identity, 'key-1', 1)]);
  const { key: _, ...keyless } = identity;
  expect(new Set([...eventIds(keyless, 2), ...eventIds(keyless, 2)]).size).toBe(4);
});
