/** docs/benchmarks.json, and what is generated from it: the tables and plots of docs/benchmarks.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { comparisons, sectionOf, type Section } from './comparisons.js';
import { runText, type Run } from './machine.js';
import { peersTable } from './peers/table.js';
import { growthTable, plotLinks, series, seriesOf, type Growth, type Series } from './series.js';
import { comparisonOf, notesOf, tableOf, type Outcome } from './table.js';

/** What docs/benchmarks.json has. */
export interface Figures {
  readonly runs: readonly Run[];
  readonly outcomes: readonly Outcome[];
  readonly growth: readonly Growth[];
}

/** The sections of the page by their markers, without those of which there are no figures. */
const sectionsOf = ({ runs, outcomes, growth }: Figures): ReadonlyMap<string, string> => {
  const sections = new Map<string, string>();
  const measuredIn = (of: readonly { readonly run: string }[]): string =>
    runs
      .filter(({ at }) => of.some(({ run }) => run === at))
      .map((run) => `Measured ${runText(run)}`)
      .join('\n\n');
  const of = (section: Section): readonly Outcome[] =>
    outcomes.filter((outcome) => sectionOf(comparisonOf(outcome)) === section);
  for (const section of ['figures', 'event-loop'] as const) {
    const some = of(section);
    if (some.length > 0) sections.set(section, [tableOf(some), notesOf(some), measuredIn(some)].join('\n\n'));
  }
  const ofPeers = of('peers');
  if (ofPeers.length > 0) sections.set('peers', `${peersTable(ofPeers, runs)}\n\n${measuredIn(ofPeers)}`);
  for (const [marker, of] of Object.entries(GROWTH)) {
    const [first, ...others] = growth.filter((one) => seriesOf(one).of === of);
    if (first === undefined) continue;
    const parts = [growthTable([first, ...others]), plotLinks(growth, of), measuredIn([first, ...others])];
    sections.set(marker, parts.join('\n\n'));
  }
  return sections;
};
const GROWTH: Readonly<Record<string, Series['of']>> = { growth: 'the log', 'case-growth': 'the case' };

export const pageOf = (figures: Figures): string => [...sectionsOf(figures).values()].join('\n\n');

/** New figures, and earlier ones of what was not measured. */
const merged = (figures: Figures, earlier: Figures): Figures => {
  const latest = <T extends { readonly name: string }>(
    measured: readonly { readonly name: string }[],
    of: (figures: Figures) => readonly T[],
  ): readonly T[] =>
    measured.flatMap(({ name }) => [...of(figures), ...of(earlier)].find((one) => one.name === name) ?? []);
  const outcomes = latest(comparisons, (of) => of.outcomes);
  const growth = latest(series, (of) => of.growth);
  const runs = [...earlier.runs, ...figures.runs].filter(({ at }) =>
    [...outcomes, ...growth].some(({ run }) => run === at),
  );
  return { runs, outcomes, growth };
};

const docs = (file: string): string => fileURLToPath(new URL(`../../docs/${file}`, import.meta.url));

/** Puts figures into docs/benchmarks.json, and writes the tables and plots of docs/benchmarks.md from all that it has. */
export const writePage = async (newFigures: Figures): Promise<void> => {
  const figures = merged(newFigures, JSON.parse(readFileSync(docs('benchmarks.json'), 'utf8')) as Figures);
  writeFileSync(docs('benchmarks.json'), `${JSON.stringify(figures, null, 2)}\n`);
  // Loaded here only: it takes as long as a small run.
  const { plotsOf } = await import('./plots.js');
  mkdirSync(docs('benchmarks'), { recursive: true });
  for (const [file, svg] of plotsOf(figures.growth)) writeFileSync(docs(`benchmarks/${file}`), svg);
  let page = readFileSync(docs('benchmarks.md'), 'utf8');
  for (const [marker, text] of sectionsOf(figures)) {
    const [start, end] = [`<!-- ${marker} -->\n`, `<!-- /${marker} -->\n`];
    const [before, rest] = page.split(start);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`docs/benchmarks.md has no place for ${marker}`);
    page = `${before}${start}${text}\n${end}${after}`;
  }
  writeFileSync(docs('benchmarks.md'), page);
};
