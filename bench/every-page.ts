/**
 * Measures a page of a list for each offered filter and sort, now, as of an earlier day, and as known earlier too, and a page of all
 * cases now; the first page and the hundredth. Each is compared with the same rows from a table with the index that it needs, read and made JSON in the same turn.
 * One person in twenty has a correction. `--write` stores all figures in docs/pages.json and the table in docs/benchmarks.md.
 *
 * Figures are the least of all samples on either side, so that other work of the machine counts little. `--copies` makes a larger
 * register of copies of the people.
 *
 *     npm run bench:pages -- [--people 20000] [--copies 1] [--samples 15] [--data FOLDER] [--filter NAME] [--write]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseDay } from '../src/domain/time.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import { FILTERS } from '../src/read-models/list/filters.js';
import { Cases, CasesHandler } from '../src/read-models/list/cases.query.js';
import { ListMembers, ListMembersHandler } from '../src/read-models/list/list-members.query.js';
import { SORTS, type Sort } from '../src/read-models/list/paging.js';
import type { PersonPage } from '../src/read-models/list/person.view.js';
import { ReadModels } from '../src/read-models/read-models.js';
import { Scope, UNRESTRICTED } from '../src/read-models/scope.js';
import { clock, halfCorrected, logFile, prepare, variedFolder, variedModelsFile } from './data-sets.js';
import { FULL, median } from './item.js';
import { makeRawPages, rawPages, type MeasuredFilter } from './raw-pages.js';
import { openRaw, type Db } from './raw.js';
import { EARLIER, LIST, VARIED_CASE } from './synthetic.js';

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '20000' },
    copies: { type: 'string', default: '1' },
    samples: { type: 'string', default: '15' },
    data: { type: 'string', default: join(tmpdir(), 'habeas-bench') },
    filter: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const people = Number(options.people);
const copies = Number(options.copies);
const samples = Number(options.samples);
const LIMIT = 50;
const FAR_PAGE = 100;
/** Pages of each question that are not timed: the first questions would else be of code that is not compiled yet. */
const WARM_UP = 30;

/** Common values of each filter, and rare ones. */
const VALUES: Readonly<Record<MeasuredFilter, readonly string[]>> = {
  category: ['category-3'],
  custody: ['remand', 'medical-custody'],
  proceedings: ['convicted', 'on-trial'],
  stage: ['convicted', 'awaiting-judgment'],
  article: ['234', '315'],
  facility: ['Penitentiary No. 1', 'Penitentiary No. 30'],
  incident: ['affair-0', 'affair-3', 'affair-1500'],
  certainty: ['yes', 'uncertain'],
};
type Filter = readonly [MeasuredFilter, string] | null;
const filters: readonly Filter[] = [
  null,
  ...(Object.keys(VALUES) as MeasuredFilter[]).flatMap((name) => VALUES[name].map((value) => [name, value] as const)),
].filter((filter) => options.filter === undefined || options.filter === (filter?.[0] ?? 'none'));

const MODES = {
  now: { aim: 3, asOf: null, known: null, isOfCases: false },
  'as of an earlier day': { aim: 3, asOf: EARLIER, known: null, isOfCases: false },
  'as known earlier too': { aim: 3, asOf: EARLIER, known: halfCorrected(people, VARIED_CASE), isOfCases: false },
  'all cases, now': { aim: 3, asOf: null, known: null, isOfCases: true },
} as const;
type Mode = keyof typeof MODES;

interface Measured {
  readonly mode: Mode;
  readonly filter: string;
  readonly sort: Sort;
  readonly page: number;
  readonly rows: number;
  readonly total: number;
  /** Milliseconds: of the register, of the raw tables, and of the first question, which counts the total. */
  readonly habeas: number;
  readonly raw: number;
  readonly uncounted: number;
  readonly ratio: number;
}

const timed = async <T>(run: () => Promise<T> | T): Promise<{ readonly ms: number; readonly result: T }> => {
  const startedAt = performance.now();
  const result = await run();
  return { ms: performance.now() - startedAt, result };
};

/** Filters by what a list says of people, or by what only a list leaves uncertain. */
const OF_LISTS: readonly MeasuredFilter[] = ['category', 'certainty'];

const measure = async (models: ReadModels, db: Db): Promise<readonly Measured[]> => {
  const found: Measured[] = [];
  const [members, cases] = [new ListMembersHandler(models), new CasesHandler(models)];
  for (const mode of Object.keys(MODES) as Mode[]) {
    const { asOf, known, isOfCases } = MODES[mode];
    for (const filter of filters.filter((one) => !isOfCases || one === null || !OF_LISTS.includes(one[0])))
      for (const sort of SORTS) {
        const scope = new Scope(UNRESTRICTED, {
          ...(asOf !== null && { asOf }),
          ...(known !== null && { knownAt: `position:${known}` }),
        });
        const value =
          filter && (FILTERS.find(({ name }) => name === filter[0])?.isRepeatable ? [filter[1]] : filter[1]);
        const chosen = filter === null ? {} : { [filter[0]]: value };
        const page = (after: string | null): Promise<PersonPage | null> => {
          const parameters = { filters: chosen, page: { sort, limit: LIMIT, ...(after !== null && { after }) } };
          return isOfCases
            ? cases.execute(new Cases(scope, parameters))
            : members.execute(new ListMembers(scope, LIST, parameters));
        };
        const raw = rawPages(db, { isOfCases, filter, sort, limit: LIMIT, asOf: asOf && parseDay(asOf), known });
        const first = await timed(() => page(null));
        for (let sample = 0; sample < WARM_UP; sample += 1) {
          await page(null);
          raw(null);
        }
        let [next, last] = [null as string | null, null as ReturnType<typeof raw>['last']];
        for (const number of [1, FAR_PAGE]) {
          for (let index = 1; index < number; index += 1) {
            const after = (await page(next))?.next ?? null;
            if (after === null) break;
            [next, last] = [after, raw(last).last ?? last];
          }
          if (number > 1 && next === null) continue;
          const [ours, theirs]: number[][] = [[], []];
          let rows = 0;
          for (let sample = 0; sample < samples; sample += 1) {
            const answered = await timed(async () => {
              const answer = await page(next);
              rows = answer?.items.length ?? 0;
              return JSON.stringify(answer);
            });
            ours?.push(answered.ms);
            theirs?.push((await timed(() => raw(last))).ms);
          }
          const [habeas, baseline] = [Math.min(...(ours ?? [])), Math.min(...(theirs ?? []))];
          const total = (first.result?.total.yes ?? 0) + (first.result?.total.uncertain ?? 0);
          const measured = { habeas, raw: baseline, uncounted: first.ms, ratio: habeas / baseline };
          found.push({ mode, filter: filter?.join(' ') ?? '', sort, page: number, rows, total, ...measured });
        }
      }
  }
  return found;
};

const ms = (value: number): string => value.toPrecision(3);
const ratioOf = (value: number): string => value.toPrecision(3);

const nameOf = ({ filter, sort, page }: Measured): string =>
  `${filter === '' ? 'no filter' : filter}, by ${sort}, page ${page}`;

const tableOf = (measured: readonly Measured[]): string => {
  const rows = (Object.keys(MODES) as Mode[]).map((mode) => {
    const of = measured.filter((one) => one.mode === mode).sort((a, b) => a.ratio - b.ratio);
    const [worst, middle] = [of.at(-1) as Measured, of[of.length >> 1] as Measured];
    const { aim } = MODES[mode];
    const within = of.filter(({ ratio }) => ratio <= aim).length;
    return `| ${mode} | ${of.length} | ${ms(middle.habeas)} / ${ms(middle.raw)} | ${ratioOf(middle.ratio)} | ${nameOf(worst)} | ${ms(worst.habeas)} / ${ms(worst.raw)} | ${ratioOf(worst.ratio)} | ≤ ${aim} | ${within} of ${of.length} |`;
  });
  const far = measured
    .filter(({ page }) => page === FAR_PAGE)
    .map((one) => {
      const first = measured.find(
        (other) =>
          other.page === 1 && ['mode', 'filter', 'sort'].every((key) => other[key as 'mode'] === one[key as 'mode']),
      );
      return one.habeas / (first?.habeas ?? NaN);
    });
  return [
    '| pages | questions | median, ms / raw | ratio | worst | ms / raw | ratio | aim | within |',
    '| --- | --: | --: | --: | --- | --: | --: | --: | --: |',
    ...rows,
    '',
    `Page ${FAR_PAGE} beside page 1: median ${ratioOf(median(far))}. ${(people * copies).toLocaleString('en')} people, the least of ${samples} samples each, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
  ].join('\n');
};

const docs = (file: string): string => fileURLToPath(new URL(`../../docs/${file}`, import.meta.url));

const write = (measured: readonly Measured[]): void => {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
  writeFileSync(docs('pages.json'), `[\n${measured.map((one) => JSON.stringify(one, rounded)).join(',\n')}\n]\n`);
  const [before, rest] = readFileSync(docs('benchmarks.md'), 'utf8').split('<!-- pages -->\n');
  const after = rest?.split('<!-- /pages -->\n')[1];
  if (before === undefined || after === undefined) throw new Error('docs/benchmarks.md has no place for pages');
  writeFileSync(docs('benchmarks.md'), `${before}<!-- pages -->\n${tableOf(measured)}\n<!-- /pages -->\n${after}`);
};

mkdirSync(options.data, { recursive: true });
const sizes = { ...FULL, people: people * copies, copies };
await prepare(options.data, sizes, new Set(['varied list']), console.error);
const folder = variedFolder({ data: options.data, sizes });
const modelsFile = variedModelsFile({ data: options.data, sizes });
const rawFile = join(folder, `raw-pages-x${copies}.sqlite`);
makeRawPages(rawFile, modelsFile);
const store = createSqliteStore({ file: logFile(folder) });
const models = ReadModels.open(modelsFile, store, clock);
await models.start();
const db = openRaw(rawFile);
const measured = await measure(models, db);
db.close();
await models.stop();
await store.close();
for (const one of [...measured].sort((a, b) => b.ratio - a.ratio).slice(0, 25))
  console.error(
    `${one.mode}: ${nameOf(one)}: ${ms(one.habeas)} / ${ms(one.raw)} ms = ${ratioOf(one.ratio)} (${one.rows} of ${one.total}, first ${ms(one.uncounted)})`,
  );
console.log(tableOf(measured));
if (options.write) write(measured);
