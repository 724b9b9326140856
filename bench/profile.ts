/** CPU profiles of the timed parts, taken where an environment variable names a folder for them, and own time by function. */
import { Session } from 'node:inspector/promises';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The environment variable with the folder for profiles. */
export const PROFILE_TO = 'BENCH_PROFILE_TO';
const folder = process.env[PROFILE_TO];
export const isProfiled = folder !== undefined;

/** Arguments of Node to profile a whole child process, if this process is profiled. */
export const profileArguments = (): readonly string[] =>
  folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];

let profiles = 0;

export const profiled = async <T>(run: () => Promise<T>): Promise<T> => {
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
  /** The percentage of the time that was not idle. */
  readonly percent: number;
}

/** The functions with the most own time in the profiles of a folder. */
export const topFunctions = (folder: string, limit: number): readonly Share[] => {
  const times = new Map<string, number>();
  for (const file of readdirSync(folder))
    addOwnTimes(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile, times);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, limit)
    .map(([name, time]) => ({ of: name, percent: (100 * time) / total }));
};

const addOwnTimes = ({ nodes, samples, timeDeltas }: Profile, times: Map<string, number>): void => {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    if (!EXCLUDED.has(name)) times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
};

/** Idle time and the profiler itself. */
const EXCLUDED: ReadonlySet<string> = new Set(['(idle)', 'dispatch']);

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const nameOf = ({ functionName, url }: { readonly functionName: string; readonly url: string }): string => {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (!url.startsWith('file:')) return url === '' ? name : `${name} (${url})`;
  const file = relative(ROOT, fileURLToPath(url));
  return `${name} (${file.replace(/^.*node_modules\//, '').replace(/^\.\.\/dist\//, 'src/')})`;
};
