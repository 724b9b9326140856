import fc from 'fast-check';
import { eventsAsTheyStand, standingEventsOf, withFields } from '../../src/domain/corrections.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import { orderOf } from '../../src/domain/case/order.js';
import type { EventWithId } from '../../src/domain/event.js';
import { arbitraryCaseEvents } from '../support/arbitraries.js';
import { assertProperty } from '../support/property.js';
import { withIds, type CaseEventFields } from '../support/events.js';

const arrested = { type: 'arrested', occurredOn: '2025-01-10', place: 'Baku' } as const;
const released = { type: 'released', occurredOn: '2025-02-01', reason: 'bail' } as const;
const corrected = (event: string, data: object) =>
  ({ type: 'corrected', event, correctedType: 'arrested', data }) as const;
const retracted = (event: string) => ({ type: 'retracted', event, reason: 'an error' }) as const;

/** What stands of events with the ids `f1`, `f2` …, without the fields that a spec does not name. */
const standing = (...events: CaseEventFields) =>
  eventsAsTheyStand(withIds(...events)).map(({ id, event }) => {
    const { sources: _, reliability: __, ...fields } = event;
    return { id, ...fields };
  });

describe('events as they stand', () => {
  test('without amendments they are those recorded, in the same array', () => {
    const recorded = withIds(arrested, released);
    expect(eventsAsTheyStand(recorded)).toBe(recorded);
  });

  test('corrected fields are in place, others stay, the correction itself is left out', () => {
    expect(standing(arrested, released, corrected('f1', { occurredOn: '2025-01-12' }))).toEqual([
      { id: 'f1', ...arrested, occurredOn: '2025-01-12' },
      { id: 'f2', ...released },
    ]);
  });

  test('null clears an optional field; a field that the event lacked is added', () => {
    expect(standing(arrested, corrected('f1', { place: null, authority: 'police' }))).toEqual([
      { id: 'f1', type: 'arrested', occurredOn: '2025-01-10', authority: 'police' },
    ]);
  });

  test('the type stays, whatever a correction says', () => {
    expect(standing(arrested, corrected('f1', { type: 'released' }))).toEqual([{ id: 'f1', ...arrested }]);
  });

  test('a null of the event itself stays', () => {
    const described = { type: 'described', occupation: null, region: 'Baku' } as const;
    const correction = { ...corrected('f1', { region: 'Sheki' }), correctedType: 'described' };
    expect(standing(described, correction)).toEqual([{ id: 'f1', ...described, region: 'Sheki' }]);
  });

  test('of two corrections of one field the later stands', () => {
    const events = [
      arrested,
      corrected('f1', { occurredOn: '2025-01-12', place: 'Sheki' }),
      corrected('f1', { occurredOn: '2025-01-13' }),
    ];
    expect(standing(...events)).toEqual([{ id: 'f1', ...arrested, occurredOn: '2025-01-13', place: 'Sheki' }]);
  });

  test('a corrected correction keeps its place: a later correction of the event wins over it', () => {
    const events = [
      arrested,
      corrected('f1', { occurredOn: '2025-01-12' }),
      corrected('f1', { occurredOn: '2025-01-13' }),
      corrected('f2', { occurredOn: '2025-01-14', place: 'Sheki' }),
    ];
    expect(standing(...events)).toEqual([{ id: 'f1', ...arrested, occurredOn: '2025-01-13', place: 'Sheki' }]);
  });

  test('retracting a correction lets the fields before it stand again', () => {
    const events = [arrested, corrected('f1', { place: null }), corrected('f2', { place: 'Sheki' }), retracted('f3')];
    expect(standing(...events)).toEqual([{ id: 'f1', type: 'arrested', occurredOn: '2025-01-10' }]);
    expect(standing(...events, retracted('f2'))).toEqual([{ id: 'f1', ...arrested }]);
  });

  test('a retracted event is left out; retracting the retraction lets it stand again, corrected as before', () => {
    const events = [arrested, corrected('f1', { place: 'Sheki' }), retracted('f1')];
    expect(standing(...events)).toEqual([]);
    expect(standing(...events, retracted('f3'))).toEqual([{ id: 'f1', ...arrested, place: 'Sheki' }]);
    expect(standing(...events, retracted('f3'), retracted('f4'))).toEqual([]);
  });

  test('an amendment of an event that was not recorded before it has no effect', () => {
    expect(standing(corrected('f2', { place: 'Sheki' }), arrested, retracted('no-such'))).toEqual([
      { id: 'f2', ...arrested },
    ]);
  });

  test('what was retracted is told, amendments included', () => {
    const recorded = withIds(arrested, corrected('f1', { place: null }), retracted('f2'), released, retracted('f4'));
    expect([...standingEventsOf(recorded).retractedIds].sort()).toEqual(['f2', 'f4']);
  });
});

describe('withFields', () => {
  test('returns the event itself where nothing is corrected', () => {
    const event = withIds(arrested)[0]?.event as CaseEvent;
    expect(withFields(event, undefined)).toBe(event);
  });
});

/** Amends the events recorded so far, one of them after the other, by their places. */
const amendments = fc.array(
  fc.record({
    target: fc.nat(30),
    data: fc.option(
      fc.record(
        { place: fc.constantFrom('Sheki', null), authority: fc.constantFrom('police', null) },
        { requiredKeys: [] },
      ),
    ),
  }),
  { maxLength: 12 },
);

const recordedWith = (
  amending: readonly { target: number; data: object | null }[],
): readonly EventWithId<CaseEvent>[] => {
  const events: (Record<string, unknown> & { type: CaseEvent['type'] })[] = [arrested, { ...arrested, place: 'Ganja' }];
  for (const { target, data } of amending) {
    const id = `f${String((target % events.length) + 1)}`;
    events.push(data === null ? retracted(id) : corrected(id, data));
  }
  return withIds(...events);
};

/** The events after the first `count`, which are undone by retracting each, the last first. */
const undone = (recorded: readonly EventWithId<CaseEvent>[], count: number): readonly EventWithId<CaseEvent>[] => {
  const later = recorded.slice(count).reverse();
  const retractions = withIds(...later.map(({ id }, index) => ({ ...retracted(id), id: `r${String(index)}` })));
  return [...recorded, ...retractions];
};

test('amendments followed by their retractions leave the events as they were', () => {
  assertProperty(
    fc.property(amendments, fc.nat(12), (amending, kept) => {
      const recorded = recordedWith(amending);
      const count = Math.min(2 + kept, recorded.length);
      expect(eventsAsTheyStand(undone(recorded, count))).toEqual(eventsAsTheyStand(recorded.slice(0, count)));
    }),
  );
});

test('what stands follows from a slow model: amend one after the other, from the first', () => {
  assertProperty(
    fc.property(amendments, (amending) => {
      const recorded = recordedWith(amending);
      expect(eventsAsTheyStand(recorded)).toEqual(slowly(recorded));
    }),
  );
});

/** Asks of every event whether a retraction of it stands, and applies its standing corrections in order of recording. */
const slowly = (recorded: readonly EventWithId<CaseEvent>[]): readonly EventWithId<CaseEvent>[] => {
  const amending = (id: string, type: 'corrected' | 'retracted') =>
    recorded.filter(
      (other, index) =>
        other.event.type === type && other.event.event === id && index > recorded.findIndex((e) => e.id === id),
    );
  const stands = (id: string): boolean => amending(id, 'retracted').every((retraction) => !stands(retraction.id));
  const fieldsOf = (id: string): object =>
    Object.assign(
      {},
      ...amending(id, 'corrected').map(({ id: by, event }) =>
        stands(by) && event.type === 'corrected' ? { ...event.data, ...fieldsOf(by) } : {},
      ),
    ) as object;
  return recorded.flatMap(({ id, event }) => {
    if (event.type === 'corrected' || event.type === 'retracted' || !stands(id)) return [];
    const fields = { ...event, ...fieldsOf(id) };
    return [{ id, event: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as never }];
  });
};

test('corrections followed by their retractions give the same timeline', () => {
  const corrections = fc.array(
    fc.record({
      target: fc.nat(20),
      data: fc.record({ occurredOn: fc.constantFrom('2024-01-20', '2024-01-29/2024-02-02', '2024-02') }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  assertProperty(
    fc.property(arbitraryCaseEvents(6), corrections, (history, corrected) => {
      if (history.length === 0) return;
      const amending = corrected.map(({ target, data }, index) => {
        const { id = '', event } = history[target % history.length] ?? {};
        return { type: 'corrected' as const, id: `c${String(index)}`, event: id, correctedType: event?.type, data };
      });
      const retracting = amending.map(({ id }) => ({ ...retracted(id), id: `r${id}` }));
      const order = orderOf([...history, ...withIds(...amending, ...retracting)]);
      const { recorded: _, ...before } = orderOf(history);
      expect(order).toMatchObject(before);
    }),
    50,
  );
});
