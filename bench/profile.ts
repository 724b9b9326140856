/** Where the time of a run went: own time by function, from the profiles that Node wrote. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** The functions with the most own time in that profile of a folder in which the most of our code ran. */
export const topFunctions = (folder: string, most: number): readonly Share[] => {
  const all = readdirSync(folder).map((file) =>
    ownTimes(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile),
  );
  const ours = (times: ReadonlyMap<string, number>): number =>
    [...times].reduce((sum, [of, time]) => (of.includes('src/') ? sum + time : sum), 0);
  const [times] = all.sort((a, b) => ours(b) - ours(a));
  const total = [...(times ?? [])].reduce((sum, [, time]) => sum + time, 0);
  return [...(times ?? [])]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([of, time]) => ({ of, percent: (100 * time) / total }));
};

const ownTimes = ({ nodes, samples, timeDeltas }: Profile): ReadonlyMap<string, number> => {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, at) => {
    const name = names.get(id) ?? '';
    if (name !== '(idle)') times.set(name, (times.get(name) ?? 0) + (timeDeltas[at] ?? 0));
  });
  return times;
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const nameOf = ({ functionName, url }: { readonly functionName: string; readonly url: string }): string => {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (!url.startsWith('file:')) return url === '' ? name : `${name} (${url})`;
  const file = relative(ROOT, fileURLToPath(url));
  return `${name} (${file.replace(/^.*node_modules\//, '')})`;
};
