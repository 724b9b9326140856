/** Entry point of a child process: runs one variant of one item and prints its figure as JSON. */
import { comparisons } from './comparisons.js';
import type { RunContext } from './item.js';
import { series } from './series.js';

const [kind, name, variant, context] = process.argv.slice(2) as ['comparison' | 'series', string, string, string];
const measured = kind === 'comparison' ? comparisons : series;
const run = measured.find((one) => one.name === name)?.item[variant];
if (run === undefined) throw new Error(`no ${variant} of ${name}`);
console.log(JSON.stringify(await run(JSON.parse(context) as RunContext)));
// A handler of evtstore looks for new events for ever.
process.exit();
