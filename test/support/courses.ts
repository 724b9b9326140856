/** The possible courses of a case, one by one: what periods and eligibility are held against. */
import type { OrderedEvent } from '../../src/domain/case/order.js';
import { shareAxis } from '../../src/domain/case/rules.js';
import type { Day } from '../../src/domain/time.js';

/** Every way to give each event a day of its interval that keeps the order of events that share an axis. */
export const courses = (order: readonly OrderedEvent[]): readonly (readonly Day[])[] => {
  let ways: (readonly Day[])[] = [[]];
  order.forEach((event, place) => {
    ways = ways.flatMap((days) =>
      Array.from({ length: event.when.latest - event.when.earliest + 1 }, (_, step) => event.when.earliest + step)
        .filter((at) =>
          order.slice(0, place).every((other, index) => {
            const kept = event.after === other.id || shareAxis(other.axes, event.axes);
            return !kept || (days[index] ?? 0) <= at;
          }),
        )
        .map((at) => [...days, at]),
    );
  });
  return ways;
};
