/** Entry point of a child process: runs one variant of one item and prints its figure as JSON. */
import { comparisons } from './comparisons.js';
import type { RunContext } from './item.js';

const [kind, name, variant, context] = process.argv.slice(2) as ['comparison' | 'series', string, string, string];
const isNamed = (measured: { readonly name: string }): boolean => measured.name === name;
const item =
  kind === 'comparison'
    ? await comparisons.find(isNamed)?.item()
    : (await import('./series.js')).series.find(isNamed)?.item;
const run = item?.[variant];
if (run === undefined) throw new Error(`no ${variant} of ${name}`);
console.log(JSON.stringify(await run(JSON.parse(context) as RunContext)));
// A handler of evtstore looks for new events for ever.
process.exit();
