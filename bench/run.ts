/**
 * Compares the register with bare SQLite and bare Fastify: `npm run bench`. Rounds are interleaved, each variant runs in its own
 * process, and only figures of the same round are compared. `--write` puts the figures into docs/benchmarks.json, keeps those of
 * comparisons that did not run, and updates the table of docs/benchmarks.md from it. `--prepare` makes the data and ends.
 * `--peers` measures other event stores in the same rounds, and installs them before; `--only peers` measures nothing else.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparisons, type Comparison } from './comparisons.js';
import { prepare } from './data-sets.js';
import { describeRun } from './machine.js';
import { FULL, QUICK, type Figure, type Sizes } from './item.js';
import { installPeers, PEERS, peerVersions } from './peers/peer.js';
import { startPostgres } from './peers/postgres.js';
import { PROFILE_TO, topFunctions } from './profile.js';
import { series, type Growth, type Series } from './series.js';
import { isReached, type Outcome } from './table.js';
import { pageOf, writePage, type Figures } from './page.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    names: { type: 'string' },
    people: { type: 'string' },
    copies: { type: 'string' },
    data: { type: 'string' },
    profile: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    prepare: { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    longest: { type: 'string', default: 'Infinity' },
  },
});
const usual: Sizes = values.quick ? QUICK : FULL;
const sizes: Sizes = {
  ...usual,
  names: Number(values.names ?? usual.names),
  people: Number(values.people ?? usual.people),
  copies: Number(values.copies ?? usual.copies),
};
const rounds = Number(values.rounds ?? (values.quick ? 1 : values.growth ? 3 : 5));
const longest = Number(values.longest);
/** Kept for later runs: making the data takes longer than the measurements. */
const data = values.data ?? join(tmpdir(), values.quick ? 'habeas-bench-quick' : 'habeas-bench');

const log = (text: string): void => console.error(text);

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

/** Runs one variant of an item in a child process. */
const runChild = async (
  kind: 'comparison' | 'series',
  { name, unit }: Pick<Comparison, 'name' | 'unit'>,
  variant: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Figure> => {
  const work = mkdtempSync(join(data, 'work-'));
  try {
    const child = spawn(process.execPath, [CHILD, kind, name, variant, JSON.stringify({ sizes, data, work })], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`${name}, ${variant}: ended with ${String(code)}`);
    const figure = JSON.parse(text) as Figure;
    log(`${name}, ${variant}: ${figure.value.toPrecision(4)} ${unit}`);
    return figure;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const SLOW_DISK = join(data, 'slow-disk.so');
const compileSlowDisk = (): void => {
  const source = fileURLToPath(new URL('../../bench/slow-disk.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', SLOW_DISK, source, '-ldl']);
};

const environmentOf = ({ slowDisk }: Comparison): NodeJS.ProcessEnv =>
  slowDisk === undefined ? {} : { LD_PRELOAD: SLOW_DISK };

const figureOf = ({ measurement }: { readonly measurement?: string }, { value, seen }: Figure): number =>
  measurement === undefined ? value : (seen?.[measurement] ?? NaN);

/** Runs a variant; a peer that fails gave nothing in this round. */
const runVariant = async (comparison: Comparison, variant: string): Promise<Figure> => {
  try {
    return await runChild('comparison', comparison, variant, environmentOf(comparison));
  } catch (error) {
    if (!(variant in PEERS)) throw error;
    log(String(error));
    return { value: 0 };
  }
};

/** The place of the first comparison with the same item. */
const placeOf = ({ item }: Comparison): number => comparisons.findIndex((other) => other.item === item);

/** A variant that several comparisons share runs once per round. */
const measure = async (chosen: readonly Comparison[], run: string): Promise<readonly Outcome[]> => {
  const figures = new Map<string, Figure[]>();
  const keyOf = (comparison: Comparison, variant: string): string =>
    `${placeOf(comparison)} ${String(comparison.slowDisk)} ${variant}`;
  const byItem = [...chosen].sort((a, b) => placeOf(a) - placeOf(b));
  for (let round = 1; round <= rounds; round += 1)
    for (const comparison of round % 2 === 1 ? byItem : byItem.toReversed()) {
      const { variant: measuredVariant, baseline } = comparison;
      const variants = baseline === null ? [measuredVariant] : [measuredVariant, baseline];
      for (const variant of round % 2 === 1 ? variants : variants.reverse()) {
        const earlier = figures.get(keyOf(comparison, variant)) ?? [];
        if (earlier.length === round) continue;
        const figure = await runVariant(comparison, variant);
        figures.set(keyOf(comparison, variant), [...earlier, figure]);
      }
    }
  return chosen.map((comparison) => {
    const of = figures.get(keyOf(comparison, comparison.variant)) ?? [];
    const to = (comparison.baseline !== null && figures.get(keyOf(comparison, comparison.baseline))) || [];
    const names = Object.keys(of[0]?.seen ?? {});
    const seen = Object.fromEntries(names.map((name) => [name, of.map((figure) => figure.seen?.[name] ?? NaN)]));
    return {
      name: comparison.name,
      run,
      of: of.map((figure) => figureOf(comparison, figure)),
      to: to.map((figure) => figureOf(comparison, figure)),
      seen,
    };
  });
};

/** A variant that several series share runs once per round, each size after the other, in odd rounds the smallest first. */
const measureGrowth = async (chosen: readonly Series[], run: string): Promise<readonly Growth[]> => {
  const figures = new Map<string, Figure[]>();
  const of = ({ item }: Series, size: number): Figure[] => {
    const key = `${series.findIndex((other) => other.item === item)} ${size}`;
    return figures.get(key) ?? (figures.set(key, []).get(key) as Figure[]);
  };
  for (let round = 1; round <= rounds; round += 1)
    for (const one of chosen.filter(({ once }) => once === undefined || round === 1)) {
      const measured = one.sizes.filter((size) => size <= longest);
      for (const size of round % 2 === 1 ? measured : measured.reverse())
        if (of(one, size).length < round) of(one, size).push(await runChild('series', one, String(size)));
    }
  return chosen.map((one) => ({
    name: one.name,
    run,
    figures: one.sizes.map((size) => of(one, size).map((figure) => figureOf(one, figure))),
  }));
};

/** Runs once more with the profiler if the aim was missed; little data would show how a process starts. */
const profileIfMissed = async (outcome: Outcome): Promise<Outcome> => {
  if (!values.profile && (values.quick || isReached(outcome) !== false)) return outcome;
  const folder = mkdtempSync(join(data, 'profiles-'));
  try {
    const comparison = chosen.find(({ name }) => name === outcome.name) as Comparison;
    await runChild('comparison', comparison, comparison.variant, {
      ...environmentOf(comparison),
      [PROFILE_TO]: folder,
    });
    return { ...outcome, profile: topFunctions(folder, 8) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const isChosen = ({ name, isOfPeers }: { readonly name: string; readonly isOfPeers?: true }): boolean =>
  isOfPeers ? values.peers || values.only?.includes('peers') === true : (values.only?.includes(name) ?? true);
const candidates = values.growth ? [] : comparisons.filter(isChosen);
const chosenSeries = values.growth ? series.filter(isChosen) : [];
const hasPeers = candidates.some(({ isOfPeers }) => isOfPeers);
if (hasPeers) installPeers(log);
const cluster = hasPeers ? await startPostgres() : null;
if (hasPeers && cluster === null)
  log('PostgreSQL is not installed (apt-get install postgresql): the peers that need it are left out');
const chosen = candidates.filter(({ variant }) => cluster !== null || !PEERS[variant]?.needsPostgres);
try {
  Object.assign(process.env, cluster?.environment);
  mkdirSync(data, { recursive: true });
  if (chosen.some(({ slowDisk }) => slowDisk)) compileSlowDisk();
  await prepare(data, sizes, new Set([...chosen, ...chosenSeries].flatMap(({ on }) => on)), log, longest);
  if (!values.prepare) {
    const endRun = describeRun(hasPeers ? { ...peerVersions(), ...cluster?.versions } : {});
    const { at } = endRun();
    const outcomes: Outcome[] = [];
    for (const outcome of await measure(chosen, at)) outcomes.push(await profileIfMissed(outcome));
    const growth = await measureGrowth(chosenSeries, at);
    const figures: Figures = { runs: [endRun()], outcomes, growth };
    console.log(pageOf(figures));
    if (values.write) await writePage(figures);
  }
} finally {
  await cluster?.stop();
}
