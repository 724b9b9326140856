/** Where the time of a run went: own time by function. The parts that are timed are watched, where a folder is named for it. */
import { Session } from 'node:inspector/promises';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names the folder to a process that is to be watched. */
export const PROFILE_TO = 'BENCH_PROFILE_TO';
const folder = process.env[PROFILE_TO];
export const isWatched = folder !== undefined;

/** Arguments of a process of which all is to be watched, where this one is. */
export const profileArguments = (): readonly string[] =>
  folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];

let profiles = 0;

export const watched = async <T>(run: () => Promise<T>): Promise<T> => {
  if (folder === undefined) return run();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const result = await run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  profiles += 1;
  writeFileSync(join(folder, `${profiles}.cpuprofile`), JSON.stringify(profile));
  return result;
};

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly of: string;
  /** Of the time in which anything ran. */
  readonly percent: number;
}

/** The functions with the most own time in the profiles of a folder. */
export const topFunctions = (of: string, most: number): readonly Share[] => {
  const times = new Map<string, number>();
  for (const file of readdirSync(of)) addOwnTimes(JSON.parse(readFileSync(join(of, file), 'utf8')) as Profile, times);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, time]) => ({ of: name, percent: (100 * time) / total }));
};

const addOwnTimes = ({ nodes, samples, timeDeltas }: Profile, times: Map<string, number>): void => {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  samples.forEach((id, at) => {
    const name = names.get(id) ?? '';
    if (!ASIDE.has(name)) times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  });
};

/** Waiting, and the profiler itself. */
const ASIDE: ReadonlySet<string> = new Set(['(idle)', 'dispatch']);

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const nameOf = ({ functionName, url }: { readonly functionName: string; readonly url: string }): string => {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (!url.startsWith('file:')) return url === '' ? name : `${name} (${url})`;
  const file = relative(ROOT, fileURLToPath(url));
  return `${name} (${file.replace(/^.*node_modules\//, '')})`;
};
