/** What an event changed: the difference of two timelines, axis by axis, on the days where they differ. */
import { formatDay, MAX_DAY, type Day } from '../time.js';
import type { Period, Standing } from './period.js';

/** On days [from, to), the values that were possible before and are possible after. */
export interface AxisChange {
  readonly axis: string;
  readonly from: Day;
  readonly to: Day;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Sorted by axis and day. The value `undecided` stands where too much is undecided to tell. */
export const changesBetween = (before: readonly Period[], after: readonly Period[]): readonly AxisChange[] => {
  const was = before.map(valued);
  const is = after.map(valued);
  const days = [...new Set([...before, ...after].flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const axes = new Set([...was, ...is].flatMap(({ values }) => Object.keys(values ?? {})));
  return [...axes].sort().flatMap((axis) => differences(axis, days, was, is));
};

interface Valued {
  readonly from: Day;
  readonly to: Day;
  /** By axis; null where too much is undecided. */
  readonly values: Readonly<Record<string, string>> | null;
}

/** What an axis that a standing does not name holds: a list that has said nothing. */
const NOT_JUDGED = 'none';

const valued = ({ from, to, standing }: Period): Valued => ({
  from,
  to,
  values: standing && valuesOf(standing),
});

const valuesOf = (standing: Standing): Readonly<Record<string, string>> => ({
  custody: standing.custody,
  proceedings: standing.proceedings,
  sentence: standing.sentence,
  sentenceEnd: endText(standing),
  articles: standing.articles.join(' ') || NOT_JUDGED,
  facility: standing.facility ?? NOT_JUDGED,
  incident: standing.incident ?? NOT_JUDGED,
  ...Object.fromEntries(
    standing.lists.flatMap(({ list, recognition, category }) => [
      [`recognition:${list}`, recognition],
      [`category:${list}`, category ?? NOT_JUDGED],
    ]),
  ),
});

const endText = ({ sentenceEnd, life }: Standing): string => {
  if (life) return 'life';
  if (sentenceEnd === null) return NOT_JUDGED;
  const { earliest, latest } = sentenceEnd;
  if (latest >= MAX_DAY) return `${formatDay(earliest)}/..`;
  return earliest === latest ? formatDay(earliest) : `${formatDay(earliest)}/${formatDay(latest)}`;
};

const differences = (
  axis: string,
  days: readonly Day[],
  was: readonly Valued[],
  is: readonly Valued[],
): readonly AxisChange[] => {
  const changes: AxisChange[] = [];
  days.slice(0, -1).forEach((from, index) => {
    const to = days[index + 1] ?? MAX_DAY;
    const [before, after] = [valuesOn(axis, from, was), valuesOn(axis, from, is)];
    if (same(before, after)) return;
    const last = changes.at(-1);
    if (last !== undefined && last.to === from && same(last.before, before) && same(last.after, after))
      changes[changes.length - 1] = { ...last, to };
    else changes.push({ axis, from, to, before, after });
  });
  return changes;
};

const valuesOn = (axis: string, day: Day, valued: readonly Valued[]): readonly string[] =>
  [
    ...new Set(
      valued
        .filter(({ from, to }) => from <= day && day < to)
        .map(({ values }) => (values === null ? 'undecided' : (values[axis] ?? NOT_JUDGED))),
    ),
  ].sort();

const same = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);
