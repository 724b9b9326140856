/** The difference between two timelines, by axis and range of days. */
import { formatDay, MAX_DAY, type Day } from '../time.js';
import type { Period, Standing } from './period.js';

/** The possible values of an axis on days [from, to) in the old and in the new timeline. */
export interface AxisChange {
  readonly axis: string;
  readonly from: Day;
  readonly to: Day;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Sorted by axis and day. The value `undecided` means a period without a standing. */
export const changesBetween = (before: readonly Period[], after: readonly Period[]): readonly AxisChange[] => {
  const oldPeriods = before.map(toAxisValues);
  const newPeriods = after.map(toAxisValues);
  const days = [...new Set([...before, ...after].flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const axes = new Set([...oldPeriods, ...newPeriods].flatMap(({ values }) => Object.keys(values ?? {})));
  return [...axes].sort().flatMap((axis) => changesOfAxis(axis, days, oldPeriods, newPeriods));
};

interface AxisValues {
  readonly from: Day;
  readonly to: Day;
  /** By axis; null if the period has no standing. */
  readonly values: Readonly<Record<string, string>> | null;
}

/** The value of an axis on which a standing has none, such as the recognition by a list without events of the case. */
const NO_VALUE = 'none';

const toAxisValues = ({ from, to, standing }: Period): AxisValues => ({
  from,
  to,
  values: standing && valuesOf(standing),
});

const valuesOf = (standing: Standing): Readonly<Record<string, string>> => ({
  custody: standing.custody,
  proceedings: standing.proceedings,
  sentence: standing.sentence,
  sentenceEnd: sentenceEndText(standing),
  articles: standing.articles.join(' ') || NO_VALUE,
  facility: standing.facility ?? NO_VALUE,
  incident: standing.incident ?? NO_VALUE,
  ...Object.fromEntries(
    standing.lists.flatMap(({ list, recognition, category }) => [
      [`recognition:${list}`, recognition],
      [`category:${list}`, category ?? NO_VALUE],
    ]),
  ),
});

const sentenceEndText = ({ sentenceEnd, isForLife }: Standing): string => {
  if (isForLife) return 'life';
  if (sentenceEnd === null) return NO_VALUE;
  const { earliest, latest } = sentenceEnd;
  if (latest >= MAX_DAY) return `${formatDay(earliest)}/..`;
  return earliest === latest ? formatDay(earliest) : `${formatDay(earliest)}/${formatDay(latest)}`;
};

const changesOfAxis = (
  axis: string,
  days: readonly Day[],
  oldPeriods: readonly AxisValues[],
  newPeriods: readonly AxisValues[],
): readonly AxisChange[] => {
  const changes: AxisChange[] = [];
  days.slice(0, -1).forEach((from, index) => {
    const to = days[index + 1] ?? MAX_DAY;
    const [before, after] = [valuesOn(axis, from, oldPeriods), valuesOn(axis, from, newPeriods)];
    if (areSameValues(before, after)) return;
    const last = changes.at(-1);
    if (
      last !== undefined &&
      last.to === from &&
      areSameValues(last.before, before) &&
      areSameValues(last.after, after)
    )
      changes[changes.length - 1] = { ...last, to };
    else changes.push({ axis, from, to, before, after });
  });
  return changes;
};

const valuesOn = (axis: string, day: Day, periods: readonly AxisValues[]): readonly string[] =>
  [
    ...new Set(
      periods
        .filter(({ from, to }) => from <= day && day < to)
        .map(({ values }) => (values === null ? 'undecided' : (values[axis] ?? NO_VALUE))),
    ),
  ].sort();

const areSameValues = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);
