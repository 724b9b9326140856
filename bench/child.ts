/** One variant of one item, in a process of its own: its figure as JSON on the standard output. */
import { comparisons } from './comparisons.js';
import type { Place } from './item.js';

const [name, variant, place] = process.argv.slice(2) as [string, string, string];
const run = comparisons.find((c) => c.name === name)?.item[variant];
if (run === undefined) throw new Error(`no ${variant} of ${name}`);
console.log(JSON.stringify(await run(JSON.parse(place) as Place)));
