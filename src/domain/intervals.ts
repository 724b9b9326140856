/** Half-open intervals of days [from, to): merging, union, intersection. */
import type { Day } from './time.js';

export interface DaySpan {
  readonly from: Day;
  readonly to: Day;
}

const byStart = (a: DaySpan, b: DaySpan): number => a.from - b.from;

/**
 * Merges equal items whose intervals touch or overlap, and sorts by first day. Compares only items that touch, because it
 * runs after each event of each case.
 */
export const mergeEqual = <Item extends DaySpan>(
  items: readonly Item[],
  isEqual: (a: Item, b: Item) => boolean,
): readonly Item[] => {
  const merged: { item: Item; to: Day }[] = [];
  /** Merged items that later items may still touch. */
  let open: typeof merged = [];
  for (const item of [...items].sort(byStart)) {
    open = open.filter(({ to }) => to >= item.from);
    const equal = open.find((other) => isEqual(other.item, item));
    if (equal !== undefined) equal.to = Math.max(equal.to, item.to);
    else {
      const started = { item, to: item.to };
      open.push(started);
      merged.push(started);
    }
  }
  return merged.map(({ item, to }) => (item.to === to ? item : { ...item, to }));
};

/** The days of all intervals, as the fewest intervals, sorted. */
export const unionOf = (intervals: readonly DaySpan[]): readonly DaySpan[] =>
  mergeEqual(
    intervals.map(({ from, to }) => ({ from, to })),
    () => true,
  );

/** The days that are in two or more of the intervals, sorted. Does not compare each with each: a case may have thousands of periods on one day. */
export const daysOfSeveral = (intervals: readonly DaySpan[]): readonly DaySpan[] => {
  const steps = intervals.flatMap(({ from, to }) => [
    { day: from, change: 1 },
    { day: to, change: -1 },
  ]);
  steps.sort((a, b) => a.day - b.day || a.change - b.change);
  const shared: DaySpan[] = [];
  let [count, from] = [0, 0];
  for (const { day, change } of steps) {
    if (count === 1 && change === 1) from = day;
    if (count === 2 && change === -1 && from < day) shared.push({ from, to: day });
    count += change;
  }
  return shared;
};

/** The part of an item within an interval; null if they do not overlap. */
export const intersect = <Item extends DaySpan>(item: Item, { from, to }: DaySpan): Item | null => {
  const common = { from: Math.max(item.from, from), to: Math.min(item.to, to) };
  return common.from < common.to ? { ...item, ...common } : null;
};
