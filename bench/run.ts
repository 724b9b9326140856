/**
 * Compares the register with bare SQLite and bare Fastify: `npm run bench`. Rounds are interleaved, each variant runs in its own
 * process, and only figures of the same round are compared. `--write` puts the figures into docs/benchmarks.json, keeps those of
 * comparisons that did not run, and updates the table of docs/benchmarks.md from it. `--prepare` makes the data and ends.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { comparisons, type Comparison } from './comparisons.js';
import { prepare } from './data-sets.js';
import { describeRun, type Run } from './machine.js';
import { FULL, QUICK, type Figure, type Sizes } from './item.js';
import { PROFILE_TO, topFunctions } from './profile.js';
import { isReached, notesOf, tableOf, type Outcome } from './table.js';

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
  },
});
const usual: Sizes = values.quick ? QUICK : FULL;
const sizes: Sizes = {
  ...usual,
  names: Number(values.names ?? usual.names),
  people: Number(values.people ?? usual.people),
  copies: Number(values.copies ?? usual.copies),
};
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
/** Kept for later runs: making the data takes longer than the measurements. */
const data = values.data ?? join(tmpdir(), values.quick ? 'habeas-bench-quick' : 'habeas-bench');

const log = (text: string): void => console.error(text);

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

/** Runs one variant in a child process. */
const runChild = async (name: string, variant: string, environment: NodeJS.ProcessEnv = {}): Promise<Figure> => {
  const work = mkdtempSync(join(data, 'work-'));
  try {
    const child = spawn(process.execPath, [CHILD, name, variant, JSON.stringify({ sizes, data, work })], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`${name}, ${variant}: ended with ${String(code)}`);
    return JSON.parse(text) as Figure;
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

/** A variant that several comparisons share runs once per round. */
const measure = async (chosen: readonly Comparison[], run: string): Promise<readonly Outcome[]> => {
  const figures = new Map<string, Figure[]>();
  const keyOf = ({ item, slowDisk }: Comparison, variant: string): string =>
    `${comparisons.findIndex((other) => other.item === item)} ${String(slowDisk)} ${variant}`;
  for (let round = 1; round <= rounds; round += 1)
    for (const comparison of chosen) {
      const { name, variant: measuredVariant, baseline } = comparison;
      const variants = baseline === null ? [measuredVariant] : [measuredVariant, baseline];
      for (const variant of round % 2 === 1 ? variants : variants.reverse()) {
        const earlier = figures.get(keyOf(comparison, variant)) ?? [];
        if (earlier.length === round) continue;
        const figure = await runChild(name, variant, environmentOf(comparison));
        figures.set(keyOf(comparison, variant), [...earlier, figure]);
        log(`round ${round}: ${name}, ${variant}: ${figure.value.toPrecision(4)} ${comparison.unit}`);
      }
    }
  return chosen.map((comparison) => {
    const of = figures.get(keyOf(comparison, comparison.variant)) ?? [];
    const to = (comparison.baseline !== null && figures.get(keyOf(comparison, comparison.baseline))) || [];
    const valueOf = ({ value, seen }: Figure): number =>
      comparison.measurement === undefined ? value : (seen?.[comparison.measurement] ?? NaN);
    const names = Object.keys(of[0]?.seen ?? {});
    const seen = Object.fromEntries(names.map((name) => [name, of.map((figure) => figure.seen?.[name] ?? NaN)]));
    return {
      name: comparison.name,
      run,
      of: of.map(valueOf),
      to: to.map(valueOf),
      seen,
    };
  });
};

/** Runs once more with the profiler if the aim was missed. */
const profileIfMissed = async (outcome: Outcome): Promise<Outcome> => {
  if (isReached(outcome) !== false && !values.profile) return outcome;
  const folder = mkdtempSync(join(data, 'profiles-'));
  try {
    const comparison = chosen.find(({ name }) => name === outcome.name) as Comparison;
    await runChild(comparison.name, comparison.variant, { ...environmentOf(comparison), [PROFILE_TO]: folder });
    return { ...outcome, profile: topFunctions(folder, 8) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const pageOf = ({ runs, outcomes }: Figures): string => `${tableOf(outcomes)}\n\n${notesOf(outcomes, runs)}`;

const docs = (file: string): string => fileURLToPath(new URL(`../../docs/${file}`, import.meta.url));

/** What docs/benchmarks.json has. */
interface Figures {
  readonly runs: readonly Run[];
  readonly outcomes: readonly Outcome[];
}

/** New figures, and earlier ones of comparisons that have none. */
const merged = (figures: Figures, earlier: Figures): Figures => {
  const outcomes = comparisons.flatMap(
    ({ name }) => [...figures.outcomes, ...earlier.outcomes].find((outcome) => outcome.name === name) ?? [],
  );
  const runs = [...earlier.runs, ...figures.runs].filter(({ at }) => outcomes.some(({ run }) => run === at));
  return { runs, outcomes };
};

const write = (newFigures: Figures): void => {
  const figures = merged(newFigures, JSON.parse(readFileSync(docs('benchmarks.json'), 'utf8')) as Figures);
  writeFileSync(docs('benchmarks.json'), `${JSON.stringify(figures, null, 2)}\n`);
  const [before, rest] = readFileSync(docs('benchmarks.md'), 'utf8').split('<!-- figures -->\n');
  const after = rest?.split('<!-- /figures -->\n')[1];
  if (before === undefined || after === undefined) throw new Error('docs/benchmarks.md has no context for figures');
  const text = `<!-- figures -->\n${pageOf(figures)}\n<!-- /figures -->\n`;
  writeFileSync(docs('benchmarks.md'), `${before}${text}${after}`);
};

const chosen = comparisons.filter(({ name }) => values.only?.includes(name) ?? true);
mkdirSync(data, { recursive: true });
if (chosen.some(({ slowDisk }) => slowDisk)) compileSlowDisk();
await prepare(data, sizes, new Set(chosen.flatMap(({ on }) => on)), log);
if (!values.prepare) {
  const endRun = describeRun();
  const outcomes: Outcome[] = [];
  for (const outcome of await measure(chosen, endRun().at)) outcomes.push(await profileIfMissed(outcome));
  const figures: Figures = { runs: [endRun()], outcomes };
  console.log(pageOf(figures));
  if (values.write) write(figures);
}
