/**
 * The courses of one standing in which a condition holds. Two days of a standing may be open: the day from which the
 * sentence counts, and the day of birth. A course is a point of the plane of these two days, and a condition holds in a
 * rectangle of it.
 */
import type { DayRange } from '../case/period.js';
import type { Day } from '../time.js';

/** The courses in which the sentence counts from a day of `starts` and the person was born on a day of `births`. */
export interface CourseExtent {
  readonly starts: DayRange;
  readonly births: DayRange;
  /**
   * False where a value that no course determines (an unknown sex, the gravity of an unknown article) may make the
   * condition fail.
   */
  readonly isCertain: boolean;
}

/** The courses that two extents share; null if there is none. */
export const intersection = (a: CourseExtent | null, b: CourseExtent | null): CourseExtent | null => {
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

/**
 * Whether the certain extents together cover all courses. Their edges divide the plane into a grid, each cell of which must lie in one
 * of them.
 */
export const covers = (extents: readonly CourseExtent[], all: CourseExtent): boolean => {
  if (extents.includes(all)) return true;
  const certain = extents.filter(({ isCertain }) => isCertain);
  return gridDays(certain, all, 'starts').every((start) =>
    gridDays(certain, all, 'births').every((birth) =>
      certain.some(({ starts, births }) => isWithin(start, starts) && isWithin(birth, births)),
    ),
  );
};

/**
 * The first day of each cell of the grid, on one of its two axes: the first day of all courses, the first day of each extent,
 * and the day after its last.
 */
const gridDays = (extents: readonly CourseExtent[], all: CourseExtent, side: 'starts' | 'births'): readonly Day[] => {
  const { earliest } = all[side];
  const days = extents.flatMap((extent) => [extent[side].earliest, extent[side].latest + 1]);
  return [...new Set([earliest, ...days])].filter((day) => isWithin(day, all[side]));
};

const isWithin = (day: Day, { earliest, latest }: DayRange): boolean => earliest <= day && day <= latest;

/**
 * The longest run of days from the start of the range for which `holds` is true; null if there is none. Once `holds` is
 * false for a day, it must be false for all later days.
 */
export const leadingDays = (range: DayRange, holds: (day: Day) => boolean): DayRange | null => {
  const count = countLeadingDays(range, holds);
  return count === 0 ? null : { earliest: range.earliest, latest: range.earliest + count - 1 };
};

/**
 * The longest run of days up to the end of the range for which `holds` is true; null if there is none. Once `holds` is
 * true for a day, it must be true for all later days.
 */
export const trailingDays = (range: DayRange, holds: (day: Day) => boolean): DayRange | null => {
  const earliest = range.earliest + countLeadingDays(range, (day) => !holds(day));
  return earliest > range.latest ? null : { earliest, latest: range.latest };
};

/** The number of days from the start of the range for which `holds` is true, by bisection. */
const countLeadingDays = ({ earliest, latest }: DayRange, holds: (day: Day) => boolean): number => {
  let [low, high] = [0, latest - earliest + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(earliest + middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
