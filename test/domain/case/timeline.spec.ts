import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import { decide, eventsNeedingReferenceData } from '../../../src/domain/case/decide.js';
import { listAndInstrumentIdsIn } from '../../../src/domain/case/reference-data.js';
import { refuseImpossibleAmendments } from '../../../src/domain/decide-amendments.js';
import { decideByFindings } from '../../../src/domain/decide.js';
import { extendTimeline, timelineOf, unfoundedReleases, type Timeline } from '../../../src/domain/case/timeline.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { parseEdtf } from '../../../src/domain/time.js';
import { arbitraryCaseEvents } from '../../support/arbitraries.js';
import { effort } from '../../support/effort.js';
import { ARTICLE, REFERENCE_DATA, withIds, type CaseEventFields } from '../../support/events.js';
import { assertProperty } from '../../support/property.js';
import { findingsIn } from '../../support/timeline.js';

type Events = readonly EventWithId<CaseEvent>[];

/** The events in the order in which they happened: most of them come last when they are recorded. */
const inOrder = (events: Events): Events => {
  const firstDay = ({ event }: EventWithId<CaseEvent>): number => parseEdtf(event.occurredOn ?? '')?.earliest ?? 0;
  return [...events].sort((a, b) => firstDay(a) - firstDay(b));
};

/** Names, corrections and retractions of dated events, and a retraction of the correction. */
const UNDATED = withIds(
  { id: 'w', type: 'named', name: { text: 'w' } },
  { id: 'x', type: 'corrected', event: 'a', data: { occurredOn: '2024-02-02' } },
  { id: 'y', type: 'retracted', event: 'b', reason: 'a mistake' },
  { id: 'z', type: 'retracted', event: 'x', reason: 'a mistake' },
);

/** Random events in a random order of recording or in that of their days, among them some without a day. */
const recorded = arbitraryCaseEvents(8).chain((events) =>
  fc.record({ isInOrder: fc.boolean(), undated: fc.subarray([...UNDATED]), at: fc.nat(8) }).map((drawn) => {
    const dated = drawn.isInOrder ? inOrder(events) : events;
    return [...dated.slice(0, drawn.at), ...drawn.undated, ...dated.slice(drawn.at)];
  }),
);

const FINDINGS_OF_EVENTS = ['CASE.NOT_HELD', 'CASE.ALREADY_HELD', 'CASE.NOT_CONVICTED', 'NAME.MIXED_SCRIPT'];

const ARRESTED = { type: 'arrested' as const, occurredOn: '2024-01-10' };
const CHARGED = { type: 'charged' as const, articles: [ARTICLE], occurredOn: '2024-01-12' };
const TRIED = { type: 'tried' as const, occurredOn: '2024-05/2024-06' };
const MOVED = { type: 'transferred' as const, facility: 'x', occurredOn: '2024-07-01' };

/** The timeline of all events but the last, and the one that the last extends it to. */
const beforeAndAfter = (...fields: CaseEventFields): readonly [Timeline, Timeline] => {
  const events = withIds(...fields);
  const before = timelineOf(events.slice(0, -1));
  return [before, events.slice(-1).reduce(extendTimeline, before)];
};

describe('extending a timeline', () => {
  test('event by event leads to the timeline of the whole', () => {
    assertProperty(
      fc.property(recorded, (events) => {
        let timeline = timelineOf([]);
        events.forEach((event, index) => {
          timeline = extendTimeline(timeline, event);
          const whole = timelineOf(events.slice(0, index + 1));
          expect(timeline.order).toEqual(whole.order);
          expect(timeline.courses.periods).toEqual(whole.courses.periods);
          expect(unfoundedReleases(timeline)).toEqual(unfoundedReleases(whole));
        });
      }),
      effort(120, 10_000),
    );
  });

  test('decides as the findings of the whole history decide', () => {
    assertProperty(
      fc.property(recorded, fc.nat(12), fc.subarray(FINDINGS_OF_EVENTS), (events, split, codes) => {
        const [history, newEvents] = [events.slice(0, split), events.slice(split)];
        const { lists, instruments } = REFERENCE_DATA;
        const named = listAndInstrumentIdsIn(eventsNeedingReferenceData(history, newEvents));
        const referenceData = {
          ...REFERENCE_DATA,
          lists: new Map([...lists].filter(([id]) => named.lists.has(id))),
          instruments: new Map([...instruments].filter(([id]) => named.instruments.has(id))),
        };
        expect(decide(history, newEvents, referenceData, codes)).toEqual(
          refuseImpossibleAmendments(history, newEvents) ??
            decideByFindings(findingsIn(history, REFERENCE_DATA), findingsIn(events, REFERENCE_DATA), codes),
        );
      }),
      effort(300, 10_000),
    );
  });

  test('by an event that comes last leaves what was computed before it alone', () => {
    const [before, after] = beforeAndAfter(ARRESTED, CHARGED, TRIED, MOVED);
    expect(
      after.order.datedEvents.slice(0, -1).every((event, index) => event === before.order.datedEvents[index]),
    ).toBe(true);
    expect(after.courses.periods.filter((period) => before.courses.periods.includes(period))).toEqual(
      before.courses.periods.slice(0, -1),
    );
  });

  test.each<[string, CaseEventFields]>([
    ['that is said to follow the last', [ARRESTED, { ...CHARGED, occurredOn: '2024-01-10', after: 'f1' }]],
    ['without a day', [ARRESTED, CHARGED, { type: 'named', name: { text: 'x' } }]],
  ])('by an event %s appends it', (_, events) => {
    const [before, after] = beforeAndAfter(...events);
    expect(after.order.datedEvents[0]).toBe(before.order.datedEvents[0]);
  });

  test.each<[string, CaseEventFields, string]>([
    ['an earlier day', [CHARGED, ARRESTED], 'f2 f1'],
    [
      'a day that others may share',
      [TRIED, { ...MOVED, occurredOn: '2024-05-10' }, { ...ARRESTED, occurredOn: '2024-05-01' }],
      'f3 f1 f2',
    ],
    [
      'a day, named as the earlier one by another',
      [
        { ...CHARGED, after: 'f2' },
        { ...ARRESTED, occurredOn: '2024-01-12' },
      ],
      'f2 f1',
    ],
  ])('by an event of %s puts it in its place', (_, events, order) => {
    const [, after] = beforeAndAfter(...events);
    expect(after.order.datedEvents.map(({ id }) => id).join(' ')).toBe(order);
  });
});
