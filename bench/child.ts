/** Entry point of a child process: runs one variant of one item and prints its figure as JSON. */
import { comparisons } from './comparisons.js';
import type { RunContext } from './item.js';

const [name, variant, context] = process.argv.slice(2) as [string, string, string];
const run = comparisons.find((c) => c.name === name)?.item[variant];
if (run === undefined) throw new Error(`no ${variant} of ${name}`);
console.log(JSON.stringify(await run(JSON.parse(context) as RunContext)));
