/**
 * In which possible courses of a case something holds. Within one standing, two days are open where dates are partial: that from which
 * the sentence counts, and that of birth. A course is a point of this plane, and a condition holds in a rectangle of it.
 */
import type { DayRange } from '../case/period.js';
import type { Day } from '../time.js';

export interface Extent {
  readonly starts: DayRange;
  readonly births: DayRange;
  /** False where something that no course decides (an unknown sex, the gravity of an unknown article) may speak against it. */
  readonly isCertain: boolean;
}

/** The courses that two extents share; null if there is none. */
export const intersection = (a: Extent | null, b: Extent | null): Extent | null => {
  if (a === null || b === null) return null;
  if (a === b) return a;
  const starts = commonDays(a.starts, b.starts);
  const births = commonDays(a.births, b.births);
  return starts && births && { starts, births, isCertain: a.isCertain && b.isCertain };
};

export const commonDays = (a: DayRange, b: DayRange): DayRange | null => {
  const [earliest, latest] = [Math.max(a.earliest, b.earliest), Math.min(a.latest, b.latest)];
  return earliest <= latest ? { earliest, latest } : null;
};

/** Whether certain extents cover all courses together: whether they cover every field between their edges. */
export const covers = (extents: readonly Extent[], all: Extent): boolean => {
  if (extents.includes(all)) return true;
  const certain = extents.filter(({ isCertain }) => isCertain);
  return edges(certain, all, 'starts').every((start) =>
    edges(certain, all, 'births').every((birth) =>
      certain.some(({ starts, births }) => isWithin(start, starts) && isWithin(birth, births)),
    ),
  );
};

/** A day of each field: the first of all courses, and where an extent begins or the day after it ends. */
const edges = (extents: readonly Extent[], all: Extent, side: 'starts' | 'births'): readonly Day[] => {
  const { earliest } = all[side];
  const days = extents.flatMap((extent) => [extent[side].earliest, extent[side].latest + 1]);
  return [...new Set([earliest, ...days])].filter((day) => isWithin(day, all[side]));
};

const isWithin = (day: Day, { earliest, latest }: DayRange): boolean => earliest <= day && day <= latest;

/**
 * The first days of a range, for which something holds that, once it failed for a day, fails for all later ones. Null if it holds for none.
 */
export const leadingDays = (range: DayRange, holds: (day: Day) => boolean): DayRange | null => {
  const count = countLeading(range, holds);
  return count === 0 ? null : { earliest: range.earliest, latest: range.earliest + count - 1 };
};

/**
 * The last days of a range, for which something holds that, once it held for a day, holds for all later ones. Null if it holds for none.
 */
export const trailingDays = (range: DayRange, holds: (day: Day) => boolean): DayRange | null => {
  const earliest = range.earliest + countLeading(range, (day) => !holds(day));
  return earliest > range.latest ? null : { earliest, latest: range.latest };
};

/** How many days something holds for, from the first of a range on, by bisection. */
const countLeading = ({ earliest, latest }: DayRange, holds: (day: Day) => boolean): number => {
  let [low, high] = [0, latest - earliest + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(earliest + middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
