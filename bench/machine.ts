/** What a run was measured on. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import Database from '../src/sqlite/database.js';

/** A run as docs/benchmarks.json has it. */
export interface Run {
  /** When it began; names the run. */
  readonly at: string;
  /** Commit, processor, memory, and the versions of what matters most. */
  readonly summary: string;
  readonly packages: Readonly<Record<string, string>>;
  /** The load averages of the minute before and of the last minute; empty where they were not recorded. */
  readonly load: readonly number[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const load = (): number => Number((loadavg()[0] ?? NaN).toFixed(2));

const sqliteVersion = (): string => {
  const db = new Database(':memory:');
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  db.close();
  return version;
};

/** The commit, marked where files were changed since. */
const commit = (): string => {
  try {
    const describe = ['describe', '--always', '--abbrev=10', '--dirty', '--exclude', '*'];
    return execFileSync('git', describe, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown, without a repository';
  }
};

/** To be called before the run; the returned function after it. `others`: versions of what the project does not depend on. */
export const describeRun = (others: Run['packages']): (() => Run) => {
  const before = load();
  const { dependencies } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const parts = [
    `commit ${commit()}`,
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? ''})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${type()} ${release()}`,
    `Node ${process.versions.node}`,
    `SQLite ${sqliteVersion()}`,
  ];
  const run = { at: new Date().toISOString(), summary: parts.join(', '), packages: { ...dependencies, ...others } };
  return () => ({ ...run, load: [before, load()] });
};

/** A line about a run. */
export const runText = ({ at, summary, load }: Run): string =>
  `${at.slice(0, 16).replace('T', ' ')}: ${summary}${load.length === 0 ? '' : `; load ${load.join(' before, ')} after`}.`;
