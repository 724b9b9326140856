/** What came out, as Markdown. */
import type { Aim, Comparison } from './comparisons.js';
import { median } from './item.js';
import type { Share } from './profile.js';

/** What one comparison gave in all its rounds. */
export interface Outcome {
  readonly comparison: Comparison;
  /** Figures of a round stand at the same place. */
  readonly of: readonly number[];
  readonly to: readonly number[];
  readonly seen: Readonly<Record<string, readonly number[]>>;
  /** Where an aim is missed. */
  readonly profile?: readonly Share[];
}

const ratios = ({ of, to }: Outcome): readonly number[] => of.map((figure, at) => figure / (to[at] ?? NaN));

/** Null where there is no aim. */
export const isReached = (outcome: Outcome): boolean | null => {
  const { aim } = outcome.comparison;
  const ratio = median(ratios(outcome));
  if (aim === null) return null;
  return 'atLeast' in aim ? ratio >= aim.atLeast : ratio <= aim.atMost;
};

export const tableOf = (outcomes: readonly Outcome[]): string =>
  [
    '| what | unit | measured | beside it | ratio, median [min–max] | aim | reached |',
    '| --- | --- | --: | --: | --: | --: | --- |',
    ...outcomes.map(row),
  ].join('\n');

const row = (outcome: Outcome): string => {
  const { comparison, of, to } = outcome;
  const all = ratios(outcome);
  const spread = `${short(median(all))} [${short(Math.min(...all))}–${short(Math.max(...all))}]`;
  const reached = { true: 'yes', false: '**no**', null: '–' }[String(isReached(outcome)) as 'true' | 'false' | 'null'];
  const named = (name: string, figures: readonly number[]): string =>
    `${name === 'habeas' ? '' : `${name}: `}${short(median(figures))}`;
  return `| ${[
    comparison.what,
    comparison.unit,
    named(comparison.of, of),
    named(comparison.to, to),
    spread,
    aimText(comparison.aim),
    reached,
  ].join(' | ')} |`;
};

const aimText = (aim: Aim | null): string =>
  aim === null ? '–' : 'atLeast' in aim ? `≥ ${short(aim.atLeast)}` : `≤ ${short(aim.atMost)}`;

/** Three figures are more than such measurements can tell. */
const short = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

/** What else was seen, and why aims were missed. */
export const notesOf = (outcomes: readonly Outcome[]): string =>
  outcomes
    .flatMap(({ comparison, seen, profile }) => [
      ...Object.entries(seen).map(([what, figures]) => `- ${comparison.what}: ${short(median(figures))} ${what}.`),
      ...(profile === undefined
        ? []
        : [
            `- ${comparison.what}, where the time goes (own time): ${profile
              .map(({ of, percent }) => `\`${of}\` ${short(percent)} %`)
              .join(', ')}.`,
          ]),
    ])
    .join('\n');
