import { expect, it } from '@jest/globals';
import { eventIds, keyedId, newCaseId } from '../../src/commands/ids.js';
import { ANNA, BORIS } from './support.js';

const asked = { actor: ANNA, stream: 'case-c', key: 'key-1' };

it('makes the same ids from the same key for ever: others would let a repeat be recorded twice', () => {
  expect(keyedId(asked, 'key-1', 0)).toBe('9558b2da-2caf-5c11-9a83-72addd7d0b75');
  expect(newCaseId(ANNA, 'key-1')).toBe('acbe7b63-3ee3-5060-a1ee-eb9d43b7e37a');
});

it('makes other ids for another actor, stream, key and index', () => {
  const ids = [
    keyedId(asked, 'key-1', 0),
    keyedId({ ...asked, actor: BORIS }, 'key-1', 0),
    keyedId({ ...asked, actor: { ...ANNA, kind: 'import' } }, 'key-1', 0),
    keyedId({ ...asked, stream: 'case-d' }, 'key-1', 0),
    keyedId(asked, 'key-2', 0),
    keyedId(asked, 'key-1', 1),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

it('asks not whether somebody is who they say: that may be checked one day, and repeats still found', () => {
  expect(newCaseId({ ...ANNA, asserted: false }, 'key-1')).toBe(newCaseId(ANNA, 'key-1'));
});

it('gives a batch one id an event, unforeseeable without a key', () => {
  expect(eventIds(asked, 2)).toEqual([keyedId(asked, 'key-1', 0), keyedId(asked, 'key-1', 1)]);
  const { key: _, ...keyless } = asked;
  expect(new Set([...eventIds(keyless, 2), ...eventIds(keyless, 2)]).size).toBe(4);
});
