/** What an item of the bench is: something done by one variant in a process of its own, and a figure of how fast. */
import { isWatched, watched } from './profile.js';

/** How much there is of everything. */
export interface Sizes {
  /** Cases of eight events in the log that is loaded from, replayed and rebuilt. */
  readonly cases: number;
  /** Cases of three events on the list whose pages are read. */
  readonly people: number;
  /** A log and a list to compare with those, a hundredth of their size. */
  readonly few: number;
  readonly appends: number;
  readonly inFlight: number;
  readonly bulk: number;
  readonly loads: number;
  readonly pages: number;
  /** Seconds of requests over HTTP. */
  readonly seconds: number;
}

export const FULL: Sizes = {
  cases: 125_000,
  people: 1_000_000,
  few: 10_000,
  appends: 4_000,
  inFlight: 64_000,
  bulk: 100_000,
  loads: 20_000,
  pages: 200,
  seconds: 6,
};

export const QUICK: Sizes = {
  cases: 250,
  people: 600,
  few: 60,
  appends: 100,
  inFlight: 1_000,
  bulk: 2_000,
  loads: 200,
  pages: 5,
  seconds: 3,
};

export interface Place {
  readonly sizes: Sizes;
  /** Folder of the data sets, to be read alone. */
  readonly data: string;
  /** Folder of this process, empty at first. */
  readonly work: string;
}

/** `value`: so many a second, or milliseconds for one; what else was seen stands under `seen`. */
export interface Figure {
  readonly value: number;
  readonly seen?: Readonly<Record<string, number>>;
}

export type Variant = (place: Place) => Promise<Figure>;
export type Item = Readonly<Record<string, Variant>>;

/** How many of something a second. */
export const rate = (count: number, run: () => Promise<void> | void): Promise<number> =>
  watched(async () => {
    const begun = performance.now();
    await run();
    return (count / (performance.now() - begun)) * 1_000;
  });

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1] ?? NaN, sorted[sorted.length >> 1] ?? NaN];
  return (low + high) / 2;
};

/** Median of milliseconds that something takes, done so often; `run` prepares it and is not timed. */
export const milliseconds = async (
  times: number,
  run: (at: number) => Promise<() => Promise<unknown>>,
): Promise<number> => {
  const took: number[] = [];
  for (let at = 0; at < times; at += 1) {
    const timed = await run(at);
    const begun = performance.now();
    await timed();
    took.push(performance.now() - begun);
    if (isWatched) await watched(async () => repeat(timed, WATCHED_TIMES));
  }
  return median(took);
};

/** What takes less than a sampler can see is done again so often where it is watched. */
const WATCHED_TIMES = 20;

const repeat = async (run: () => Promise<unknown>, times: number): Promise<void> => {
  for (let at = 0; at < times; at += 1) await run();
};
