import { timelineOf } from '../../../src/domain/case/timeline.js';
import type { ListDefinition } from '../../../src/domain/list/list.js';
import { rangeInCourses } from '../../../src/read-models/counts/possible-movements.js';
import { day, withIds, type CaseEventFields } from '../../support/events.js';

const list: ListDefinition = { id: 'union', name: { en: 'Union' }, categories: new Map(), policies: [], editions: [] };
const EVENTS: CaseEventFields = [
  { type: 'arrested', occurredOn: '2023-02-01' },
  { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2023-10-01' },
];
const recognisedElsewhere = (count: number): CaseEventFields =>
  Array.from({ length: count }, (_, no) => ({
    ...({ type: 'recognised', category: 'all', occurredOn: '2024-05' } as const),
    list: `list-${no}`,
  }));
const released = { type: 'released', occurredOn: '2024-05', reason: 'health' } as const;

const leftBetween = (from: string, to: string, ...events: CaseEventFields) => {
  const asked = { list, kind: 'left', reason: undefined, categories: undefined, from: day(from), to: day(to) } as const;
  return rangeInCourses(asked, timelineOf(withIds(...EVENTS, ...events)));
};

it('counts a release of a month as certain over the month, as possible over a part of it', () => {
  expect(leftBetween('2024-04-30', '2024-05-31', released)).toEqual({ least: 1, most: 1 });
  expect(leftBetween('2024-04-30', '2024-05-30', released)).toEqual({ least: 0, most: 1 });
  expect(leftBetween('2024-05-10', '2024-05-11', released)).toEqual({ least: 0, most: 1 });
  expect(leftBetween('2024-05-31', '2024-06-30', released)).toEqual({ least: 0, most: 0 });
});

it('counts a person twice who may have come back in between', () => {
  const back: CaseEventFields = [
    { type: 'arrested', occurredOn: '2024-05-10' },
    { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2024-05-10' },
    { type: 'released', occurredOn: '2024-06', reason: 'bail' },
  ];
  const first = { ...released, occurredOn: '2024-05-01/2024-05-09' };
  expect(leftBetween('2024-04-30', '2024-06-30', first, ...back)).toEqual({ least: 2, most: 2 });
  expect(leftBetween('2024-04-30', '2024-06-15', first, ...back)).toEqual({ least: 1, most: 2 });
  expect(leftBetween('2024-05-04', '2024-06-15', first, ...back)).toEqual({ least: 0, most: 2 });
});

it('walks through the courses where many events are undecided, and bounds the number by them where these are too many', () => {
  expect(leftBetween('2024-04-30', '2024-05-15', ...recognisedElsewhere(7), released)).toEqual({ least: 0, most: 1 });
  expect(leftBetween('2024-04-30', '2024-05-15', ...recognisedElsewhere(16), released)).toEqual({ least: 0, most: 17 });
});
