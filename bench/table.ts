/** The results as Markdown. */
import { comparisons, type Aim, type Comparison } from './comparisons.js';
import { median } from './item.js';
import { runText, type Run } from './machine.js';
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

const comparisonOf = ({ name }: Outcome): Comparison => {
  const comparison = comparisons.find((candidate) => candidate.name === name);
  if (comparison === undefined) throw new Error(`no comparison ${name}`);
  return comparison;
};

const ratios = ({ of, to }: Outcome): readonly number[] => of.map((figure, index) => figure / (to[index] ?? NaN));

/** Null where there is no aim. */
export const isReached = (outcome: Outcome): boolean | null => {
  const { aim, baseline } = comparisonOf(outcome);
  const measured = median(baseline === null ? outcome.of : ratios(outcome));
  if (aim === null) return null;
  return 'atLeast' in aim ? measured >= aim.atLeast : measured <= aim.atMost;
};

export const tableOf = (outcomes: readonly Outcome[]): string =>
  [
    '| what | unit | measured | beside it | ratio, median [min–max] | aim | reached | rounds |',
    '| --- | --- | --: | --: | --: | --: | --- | --: |',
    ...outcomes.map(row),
  ].join('\n');

const row = (outcome: Outcome): string => {
  const comparison = comparisonOf(outcome);
  const { of, to } = outcome;
  const reached = { true: 'yes', false: '**no**', null: '–' }[String(isReached(outcome)) as 'true' | 'false' | 'null'];
  const named = (name: string, figures: readonly number[]): string =>
    `${name === 'habeas' ? '' : `${name}: `}${short(median(figures))}`;
  return `| ${[
    comparison.what,
    comparison.unit,
    ...(comparison.baseline === null
      ? [spread(of), '–', '–']
      : [named(comparison.variant, of), named(comparison.baseline, to), spread(ratios(outcome))]),
    aimText(comparison.aim),
    reached,
    of.length,
  ].join(' | ')} |`;
};

/** Median, minimum and maximum. */
const spread = (all: readonly number[]): string =>
  `${short(median(all))} [${short(Math.min(...all))}–${short(Math.max(...all))}]`;

const aimText = (aim: Aim | null): string =>
  aim === null ? '–' : 'atLeast' in aim ? `≥ ${short(aim.atLeast)}` : `≤ ${short(aim.atMost)}`;

/** Three significant digits. */
const short = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

/** Other measurements, profiles of missed aims, and the machines. */
export const notesOf = (outcomes: readonly Outcome[], runs: readonly Run[]): string =>
  [
    ...outcomes.flatMap((outcome) => {
      const { what, measurement } = comparisonOf(outcome);
      // A row of its own has another measurement.
      const others = measurement === undefined ? Object.entries(outcome.seen) : [];
      const seen = others.map(([name, figures]) => `- ${what}: ${short(median(figures))} ${name}.`);
      const functions = outcome.profile?.map(({ of, percent }) => `\`${of}\` ${short(percent)} %`);
      return functions === undefined ? seen : [...seen, `- ${what}, own time by function: ${functions.join(', ')}.`];
    }),
    '',
    ...runs.map((run) => `Measured ${runText(run)}`),
  ].join('\n');
