import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import { orderOf } from '../../../src/domain/case/order.js';
import { findingsOf, timelineOf } from '../../../src/domain/case/timeline.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { parseEdtf } from '../../../src/domain/time.js';
import { arbitraryCaseEvents } from '../../support/arbitraries.js';
import { assertProperty } from '../../support/property.js';
import { ARTICLE, REFERENCE_DATA, withIds, THREE_YEARS, type CaseEventFields } from '../../support/events.js';

const order = (...events: CaseEventFields): string =>
  orderOf(withIds(...events))
    .datedEvents.map(({ id }) => id)
    .join(' ');
const codes = (...events: CaseEventFields): readonly string[] =>
  orderOf(withIds(...events)).findings.map(({ code, events: ids }) => [code, ...ids].join(' '));

const allOf = (events: readonly EventWithId<CaseEvent>[]): object => {
  const { order, courses } = timelineOf(events);
  return { order: order.datedEvents, findings: findingsOf(order, REFERENCE_DATA), courses };
};

const on = (type: CaseEventFields[number]['type'], occurredOn: string, more: object = {}): CaseEventFields[number] => ({
  type,
  occurredOn,
  ...(type === 'charged' ? { articles: [ARTICLE] } : {}),
  ...(type === 'remanded' ? { measure: 'detention' } : {}),
  ...(type === 'convicted' ? { articles: [ARTICLE], sentence: THREE_YEARS } : {}),
  ...(type === 'released' ? { reason: 'bail' } : {}),
  ...(type === 'recognised' ? { list: 'union', category: 'believers' } : {}),
  ...more,
});

describe('the order of events', () => {
  test('is that of their days', () => {
    expect(order(on('released', '2024-03-01'), on('arrested', '2024-01-01'), on('charged', '2024-02-01'))).toBe(
      'f2 f3 f1',
    );
  });

  test('leaves out events about the dossier', () => {
    expect(order({ type: 'opened', names: [] }, on('arrested', '2024-01-01'), { type: 'named', name: {} })).toBe('f2');
  });

  test('on one day is that of the table of events', () => {
    const day = '2024-01-01';
    expect(
      order(on('recognised', day), on('convicted', day), on('remanded', day), on('charged', day), on('arrested', day)),
    ).toBe('f5 f4 f3 f2 f1');
    expect(
      order(on('arrested', day), on('charged', day), on('remanded', day), on('convicted', day), on('recognised', day)),
    ).toBe('f1 f2 f3 f4 f5');
  });

  test('prefers the course with the fewest to refuse, then to ask, then to warn of', () => {
    // Released before the arrest would be asked about, and so comes after it although the day leaves it free.
    expect(order(on('released', '2024-01-01'), on('arrested', '2024-01'))).toBe('f2 f1');
    // After a death a charge is refused, whatever the table says; a recognition is only warned of.
    expect(order(on('died', '2024-01-01'), on('charged', '2024-01-05'), on('recognised', '2024-01-05'))).toBe(
      'f1 f3 f2',
    );
    // Recognised while not held would be warned of.
    expect(order(on('recognised', '2024-01-01'), on('wanted', '2024-01-01'))).toBe('f2 f1');
    expect(order(on('recognised', '2024-01-01', { id: 'r' }), on('remanded', '2024-01', { id: 'x' }))).toBe('r x');
    expect(order(on('recognised', '2024-01-01', { id: 'r' }), on('arrested', '2024-01', { id: 'x' }))).toBe('x r');
  });

  test('puts a death last among what is free', () => {
    expect(order(on('died', '2024-01-01'), on('recognised', '2024-01'), on('arrested', '2024-01'))).toBe('f3 f2 f1');
    // Even where the other is refused, asked and warned of all the same.
    expect(order(on('died', '2024-01-05'), on('released', '2024-01-05'))).toBe('f2 f1');
  });

  test('falls back on the id', () => {
    expect(order(on('tried', '2024-01-01', { id: 'b' }), on('tried', '2024-01-01', { id: 'a' }))).toBe('a b');
  });

  test('of days that only touch is not certain, of days that part is', () => {
    expect(order(on('released', '2024-01-01/2024-01-02'), on('arrested', '2024-01-02/2024-01-03'))).toBe('f2 f1');
    expect(order(on('released', '2024-01-01/2024-01-02'), on('arrested', '2024-01-03'))).toBe('f1 f2');
  });
});

describe('after', () => {
  test('puts an event behind another', () => {
    expect(order(on('arrested', '2024-01-01', { after: 'f2' }), on('charged', '2024-01-01'))).toBe('f2 f1');
    expect(codes(on('arrested', '2024-01-01', { after: 'f2' }), on('charged', '2024-01-01'))).toEqual([]);
  });

  test.each<[string, CaseEventFields, readonly string[], string]>([
    ['nobody', [on('arrested', '2024-01-01', { after: 'z' })], ['CASE.AFTER_UNKNOWN f1'], 'f1'],
    [
      'an event about the dossier',
      [{ type: 'opened', names: [] }, on('arrested', '2024-01-01', { after: 'f1' })],
      ['CASE.AFTER_UNKNOWN f2'],
      'f2',
    ],
    ['itself', [on('arrested', '2024-01-01', { after: 'f1' })], ['CASE.ORDER_CONTRADICTS f1'], 'f1'],
    [
      'a later day',
      [on('arrested', '2024-01-01', { after: 'f2' }), on('charged', '2024-01-02')],
      ['CASE.ORDER_CONTRADICTS f1 f2'],
      'f1 f2',
    ],
    [
      'a circle',
      [on('arrested', '2024-01', { after: 'f2' }), on('charged', '2024-01', { after: 'f1' })],
      ['CASE.ORDER_CONTRADICTS f1 f2'],
      'f2 f1',
    ],
    [
      'a circle through the days of a third',
      [
        on('arrested', '2024-01-01/2024-01-20', { after: 'f2' }),
        on('charged', '2024-01-10/2024-01-31', { after: 'f3' }),
        on('tried', '2024-01-21/2024-01-25'),
      ],
      ['CASE.ORDER_CONTRADICTS f2 f3'],
      'f2 f1 f3',
    ],
  ])('naming %s', (_, events, findings, placed) => {
    expect(codes(...events)).toEqual(findings);
    expect(order(...events)).toBe(placed);
  });

  test('of an event about the dossier may name a dated one and changes no order', () => {
    const events: CaseEventFields = [{ type: 'named', name: {}, after: 'f2' }, on('arrested', '2024-01-01')];
    expect(codes(...events)).toEqual([]);
    expect(order(...events)).toBe('f2');
  });
});

describe('for any events', () => {
  test('the order and everything else depends on the set of events alone, not on how they arrive', () => {
    assertProperty(
      fc.property(
        arbitraryCaseEvents(8).chain((events) =>
          fc.tuple(fc.constant(events), fc.shuffledSubarray([...events], { minLength: events.length })),
        ),
        ([events, shuffled]) => {
          expect(allOf(shuffled)).toEqual(allOf(events));
        },
      ),
      400,
    );
  });

  test('every dated event has its place, and none stands before one that certainly came earlier', () => {
    assertProperty(
      fc.property(arbitraryCaseEvents(10), (events) => {
        const { datedEvents: placed, findings } = orderOf(events);
        expect(placed.map(({ id }) => id).sort()).toEqual(events.map(({ id }) => id).sort());
        placed.forEach((later, index) => {
          for (const earlier of placed.slice(0, index))
            expect(parseEdtf(later.event.occurredOn ?? '')?.latest).toBeGreaterThanOrEqual(earlier.when.earliest);
          const { after } = later.event;
          const contradicted = findings.some(
            ({ code, events: ids }) => code === 'CASE.ORDER_CONTRADICTS' && ids.includes(later.id),
          );
          if (after !== undefined && !contradicted) expect(placed.slice(0, index).map(({ id }) => id)).toContain(after);
        });
      }),
    );
  });
});
