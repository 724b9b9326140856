import { describe, expect, it } from '@jest/globals';
import { hasReference, referencesOf, referenceStreamName } from '../../../src/domain/reference/reference.js';
import { caseEvent } from '../../support/events.js';

const A1 = { list: 'a', reference: '1' };

describe('referenceStream', () => {
  it('is the same for ever: a change of this name would lose every claim', () => {
    expect(referenceStreamName({ list: 'union', reference: 'AZ-0137' })).toBe(
      'reference-109ba650-3985-5224-99db-b431d1b96c84',
    );
  });

  it('tells lists and references apart, also where they read alike one after the other', () => {
    const names = [A1, { list: 'a', reference: '2' }, { list: 'b', reference: '1' }, { list: 'a1', reference: '' }];
    expect(new Set(names.map(referenceStreamName)).size).toBe(names.length);
  });

  it('does not show the reference', () => {
    expect(referenceStreamName({ list: 'union', reference: 'AZ-0137' })).not.toContain('0137-');
  });
});

describe('referencesOf', () => {
  it('knows the references that a case is opened with, those added later, and no others', () => {
    const references = [A1, { list: 'b', reference: '2' }];
    expect(referencesOf(caseEvent({ type: 'opened', names: [], references }))).toEqual(references);
    expect(referencesOf(caseEvent({ type: 'opened', names: [] }))).toEqual([]);
    expect(referencesOf(caseEvent({ type: 'referenced', ...A1 }))).toEqual([A1]);
    expect(referencesOf(caseEvent({ type: 'proposed', occurredOn: '2025-01-02', list: 'a' }))).toEqual([]);
  });
});

describe('hasReference', () => {
  const events = [caseEvent({ type: 'opened', names: [] }), caseEvent({ type: 'referenced', ...A1 })];

  it('compares list and reference', () => {
    expect(hasReference(events, A1)).toBe(true);
    expect(hasReference(events, { ...A1, list: 'b' })).toBe(false);
    expect(hasReference(events, { ...A1, reference: '2' })).toBe(false);
    expect(hasReference([], A1)).toBe(false);
  });
});
