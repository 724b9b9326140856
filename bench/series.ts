/** What is measured at several sizes, to see how it grows. */
import type { Aim } from './comparisons.js';
import type { DataSet } from './data-sets.js';
import type { Item } from './item.js';
import { CASE_LENGTHS, oneMoreEvent, PARTS } from './items/case-lengths.js';
import { appends, loads, LOG_LENGTHS, MEMORY_AT_REST, pages, PEAK_MEMORY, rebuilds, starts } from './items/growth.js';
import { median } from './item.js';
import { aimText, reachedText, short, spread } from './table.js';

export interface Series {
  readonly name: string;
  readonly what: string;
  readonly unit: 'a second' | 'ms' | 'MiB';
  /** Has a variant named by each size. */
  readonly item: Item;
  /** The other measurement of the item that is taken instead of its value. */
  readonly measurement?: string;
  readonly sizes: readonly number[];
  readonly of: 'the log' | 'the case';
  /** The aim for the figure of the last size: for what it is divided by that of the first size (`ratio`), or for the figure itself. */
  readonly aim: { readonly ratio: Aim } | { readonly last: Aim } | null;
  readonly on: readonly DataSet[];
  /** Takes so long that it is measured once. */
  readonly once?: true;
}

const ofLog = { sizes: LOG_LENGTHS, of: 'the log', on: ['signed logs'] } as const;
const ofCase = { unit: 'ms', item: oneMoreEvent, sizes: CASE_LENGTHS, of: 'the case', on: [] } as const;

/** In the order in which they run: the first makes the read models that others read. */
export const series: readonly Series[] = [
  {
    ...ofLog,
    name: 'rebuild',
    what: 'events rebuilt into list and history',
    unit: 'a second',
    item: rebuilds,
    aim: null,
    once: true,
  },
  {
    ...ofLog,
    name: 'rebuild-memory',
    what: 'memory at most, while rebuilding',
    unit: 'MiB',
    item: rebuilds,
    measurement: PEAK_MEMORY,
    aim: { last: { atMost: 600 } },
    once: true,
  },
  {
    ...ofLog,
    name: 'append',
    what: 'appends, one after the other',
    unit: 'a second',
    item: appends,
    aim: { ratio: { atLeast: 0.95 } },
  },
  { ...ofLog, name: 'load', what: 'cases of eight events loaded and folded', unit: 'a second', item: loads, aim: null },
  {
    ...ofLog,
    name: 'page',
    what: 'the first page of a list',
    unit: 'ms',
    item: pages,
    aim: { ratio: { atMost: 1.1 } },
  },
  {
    ...ofLog,
    name: 'start',
    what: 'start until a case is shown, read models there',
    unit: 'ms',
    item: starts,
    aim: { last: { atMost: 1_000 } },
  },
  {
    ...ofLog,
    name: 'rest-memory',
    what: 'memory of a service at rest',
    unit: 'MiB',
    item: starts,
    measurement: MEMORY_AT_REST,
    aim: null,
  },
  { ...ofCase, name: 'case', what: 'one more event of a case, in all', aim: { ratio: { atMost: 1.2 } } },
  ...Object.entries(PARTS).map(([part, measurement]) => ({
    ...ofCase,
    name: `case-${part}`,
    what: `of which to ${part}`,
    measurement,
    aim: null,
  })),
];

/** The figures of one series: of each size those of all rounds; equal indices are the same round. */
export interface Growth {
  readonly name: string;
  readonly run: string;
  readonly figures: readonly (readonly number[])[];
}

export const seriesOf = ({ name }: Growth): Series => {
  const found = series.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no series ${name}`);
  return found;
};

export interface Plot {
  readonly file: string;
  readonly title: string;
  /** The label of each line, by the name of its series. All have the same unit and the same sizes. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The plots of docs/benchmarks.md, in their order on the page. */
export const PLOTS: readonly Plot[] = [
  { file: 'append', title: 'Appends a second, one after the other', labels: { append: 'appends' } },
  { file: 'load', title: 'Cases of eight events loaded and folded a second', labels: { load: 'cases' } },
  { file: 'page', title: 'Milliseconds for the first page of a list', labels: { page: 'a page' } },
  { file: 'start', title: 'Milliseconds until a started service shows a case', labels: { start: 'start' } },
  { file: 'rebuild', title: 'Events rebuilt into read models a second', labels: { rebuild: 'events' } },
  {
    file: 'memory',
    title: 'Memory of a service in MiB',
    labels: { 'rebuild-memory': 'at most, while rebuilding', 'rest-memory': 'at rest' },
  },
  {
    file: 'case',
    title: 'Milliseconds for one more event of a case',
    labels: { 'case-load': 'load', 'case-decide': 'decide', 'case-append': 'append', 'case-project': 'project' },
  },
];

/** Markdown that shows the plots of one kind of size. */
export const plotLinks = (growth: readonly Growth[], of: string): string =>
  PLOTS.filter(({ labels }) => growth.some((one) => one.name in labels && seriesOf(one).of === of))
    .map(({ file, title }) => `![${title}](benchmarks/${file}.svg)`)
    .join('\n');

/** A table of series of the same sizes. */
export const growthTable = (all: readonly [Growth, ...Growth[]]): string => {
  const { of, sizes } = seriesOf(all[0]);
  return [
    `| events in ${of}: | unit | ${sizes.map(short).join(' | ')} | last ÷ first, median [min–max] | aim | reached |`,
    `| --- | --- | ${sizes.map(() => '--:').join(' | ')} | --: | --: | --- |`,
    ...all.map(row),
  ].join('\n');
};

const row = (growth: Growth): string => {
  const { what, unit, aim } = seriesOf(growth);
  // The last size has none where a run ended with a smaller one.
  const [first, last] = [growth.figures[0] ?? [], growth.figures.at(-1) ?? []];
  const ratios = last.map((figure, round) => figure / (first[round] ?? NaN));
  const [wanted, figure] =
    aim === null ? [null, NaN] : 'ratio' in aim ? [aim.ratio, median(ratios)] : [aim.last, median(last)];
  const medians = growth.figures.map((rounds) => short(median(rounds)));
  return `| ${[what, unit, ...medians, spread(ratios), `${aim !== null && 'last' in aim ? 'last ' : ''}${aimText(wanted)}`, reachedText(wanted, figure)].join(' | ')} |`;
};
