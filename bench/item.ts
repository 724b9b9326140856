/** Types of bench items, whose variants each run in their own process and return a figure, and helpers to time them. */
import { isProfiled, profiled } from './profile.js';

/** Numbers of cases, events and repetitions. */
export interface Sizes {
  /** Cases of eight events in the log that is loaded, replayed and verified. */
  readonly cases: number;
  /** Cases of three events on the list whose pages are read after writes, and which is exported. */
  readonly listed: number;
  /** Cases on the varied list. */
  readonly people: number;
  /** How often each case of a varied list stands in it: projecting every case of a million would take hours. */
  readonly copies: number;
  /** Cases of eight events in the log that is opened. */
  readonly huge: number;
  /** Cases of eight events in the log that is rebuilt, and of a smaller list to compare with. */
  readonly few: number;
  readonly appends: number;
  readonly inFlight: number;
  readonly bulk: number;
  /** Rows that a service imports. */
  readonly imported: number;
  readonly loads: number;
  readonly pages: number;
  /** Names that are searched, and searches. */
  readonly names: number;
  readonly searches: number;
  /** For how many seconds requests are sent over HTTP, after those in which the server compiles its code. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

export const FULL: Sizes = {
  cases: 125_000,
  listed: 100_000,
  people: 1_000_000,
  copies: 50,
  huge: 1_250_000,
  few: 12_500,
  appends: 4_000,
  inFlight: 32_000,
  bulk: 100_000,
  imported: 20_000,
  loads: 20_000,
  pages: 100,
  names: 1_000_000,
  searches: 400,
  seconds: 6,
  warmUpSeconds: 8,
};

export const QUICK: Sizes = {
  cases: 250,
  listed: 600,
  people: 600,
  copies: 1,
  huge: 1_000,
  few: 60,
  appends: 100,
  inFlight: 1_000,
  bulk: 2_000,
  imported: 200,
  loads: 200,
  pages: 5,
  names: 600,
  searches: 20,
  seconds: 1,
  warmUpSeconds: 1,
};

export interface RunContext {
  readonly sizes: Sizes;
  /** Folder of the data sets, read-only. */
  readonly data: string;
  /** Empty folder for this process. */
  readonly work: string;
}

/** `value`: per second or in milliseconds, as the comparison says. `seen`: other measurements by name. */
export interface Figure {
  readonly value: number;
  readonly seen?: Readonly<Record<string, number>>;
}

/** The name of the other measurement of an event loop: milliseconds. */
export const LONGEST_TURN = 'ms, the longest turn of the event loop';

export type Variant = (context: RunContext) => Promise<Figure>;
export type Item = Readonly<Record<string, Variant>>;

/** An item whose module is loaded only by the process that runs it: with little data, loading all of them took most of the time. */
export type LazyItem = () => Promise<Item>;

/** Runs and returns the rate of `count` per second. */
export const rate = (count: number, run: () => Promise<void> | void): Promise<number> =>
  profiled(async () => {
    const startedAt = performance.now();
    await run();
    return (count / (performance.now() - startedAt)) * 1_000;
  });

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN];
  return (low + high) / 2;
};

/** Median duration in milliseconds of `times` runs. `prepare` is not timed and returns the function to time. */
export const milliseconds = async (
  times: number,
  prepare: (index: number) => Promise<() => Promise<unknown>>,
): Promise<number> => {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const timed = await prepare(index);
    const startedAt = performance.now();
    await timed();
    durations.push(performance.now() - startedAt);
    if (isProfiled) await profiled(async () => repeat(timed, PROFILED_REPETITIONS));
  }
  return median(durations);
};

/** Repeats short functions so that the sampling profiler sees them. */
const PROFILED_REPETITIONS = 20;

const repeat = async (run: () => Promise<unknown>, times: number): Promise<void> => {
  for (let count = 0; count < times; count += 1) await run();
};
