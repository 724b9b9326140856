/** The results as Markdown. */
import { comparisons, type Aim, type Comparison } from './comparisons.js';
import { median } from './item.js';
import type { Share } from './profile.js';

/** The figures of one comparison over all rounds, as stored in docs/benchmarks.json. */
export interface Outcome {
  readonly name: string;
  /** The run that it is of. */
  readonly run: string;
  /** Figures of the measured variant and of the baseline; equal indices are the same round. Without a baseline, it has none. */
  readonly of: readonly number[];
  readonly to: readonly number[];
  readonly seen: Readonly<Record<string, readonly number[]>>;
  /** If the aim was missed. */
  readonly profile?: readonly Share[];
}

export const comparisonOf = ({ name }: Outcome): Comparison => {
  const comparison = comparisons.find((candidate) => candidate.name === name);
  if (comparison === undefined) throw new Error(`no comparison ${name}`);
  return comparison;
};

export const ratios = ({ of, to }: Pick<Outcome, 'of' | 'to'>): readonly number[] =>
  of.map((figure, index) => figure / (to[index] ?? NaN));

/** Whether the aim is reached; null where there is none. */
export const isReached = (outcome: Outcome): boolean | null => {
  const { aim, baseline } = comparisonOf(outcome);
  return aim && isWithin(aim, median(baseline === null ? outcome.of : ratios(outcome)));
};

const isWithin = (aim: Aim, figure: number): boolean =>
  'atLeast' in aim ? figure >= aim.atLeast : figure <= aim.atMost;

/** What a table says of an aim and a figure; a dash where one is missing. */
export const reachedText = (aim: Aim | null, figure: number): string =>
  aim === null || Number.isNaN(figure) ? '–' : isWithin(aim, figure) ? 'yes' : '**no**';

export const tableOf = (outcomes: readonly Outcome[]): string =>
  [
    '| what | unit | measured | beside it | ratio, median [min–max] | aim | reached | rounds |',
    '| --- | --- | --: | --: | --: | --: | --- | --: |',
    ...outcomes.map(row),
  ].join('\n');

const row = (outcome: Outcome): string => {
  const comparison = comparisonOf(outcome);
  const { of, to } = outcome;
  const named = (name: string, figures: readonly number[]): string =>
    `${name === 'habeas' ? '' : `${name}: `}${short(median(figures))}`;
  return `| ${[
    comparison.what,
    comparison.unit,
    ...(comparison.baseline === null
      ? [spread(of), '–', '–']
      : [named(comparison.variant, of), named(comparison.baseline, to), spread(ratios(outcome))]),
    aimText(comparison.aim),
    reachedText(comparison.aim, median(comparison.baseline === null ? of : ratios(outcome))),
    of.length,
  ].join(' | ')} |`;
};

/** Median, minimum and maximum. */
export const spread = (all: readonly number[]): string =>
  all.length === 0 ? '–' : `${short(median(all))} [${short(Math.min(...all))}–${short(Math.max(...all))}]`;

export const aimText = (aim: Aim | null): string =>
  aim === null ? '–' : 'atLeast' in aim ? `≥ ${short(aim.atLeast)}` : `≤ ${short(aim.atMost)}`;

/** Three significant digits. */
export const short = (value: number): string =>
  Number.isNaN(value)
    ? '–'
    : value >= 1000
      ? Math.round(value).toLocaleString('en')
      : String(Number(value.toPrecision(3)));

/** Other measurements that have no row, and profiles of missed aims. */
export const notesOf = (outcomes: readonly Outcome[]): string => {
  const hasRow = new Set(outcomes.map((outcome) => comparisonOf(outcome).measurement));
  const notes = outcomes.flatMap((outcome) => {
    const { what } = comparisonOf(outcome);
    const others = Object.entries(outcome.seen).filter(([name]) => !hasRow.has(name));
    return others.map(([name, figures]) => `- ${what}: ${short(median(figures))} ${name}.`);
  });
  const profiles = outcomes.flatMap((outcome) => {
    const functions = outcome.profile?.map(({ of, percent }) => `\`${of}\` ${short(percent)} %`);
    return functions === undefined ? [] : [`- ${comparisonOf(outcome).what}: ${functions.join(', ')}.`];
  });
  const details =
    profiles.length === 0
      ? []
      : ['<details><summary>Own time by function of what missed its aim</summary>', '', ...profiles, '', '</details>'];
  return [...notes, '', ...details].join('\n').trim();
};
