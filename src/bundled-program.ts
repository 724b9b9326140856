/** Stands for `cli/program.js` in the bundle. */
import { fileURLToPath } from 'node:url';
import type * as program from './cli/program.js';
import { compileScript, exportsOf } from './code-cache.js';

const FILE = fileURLToPath(new URL('./program.cjs', import.meta.url));

export const { run } = exportsOf(compileScript(FILE), FILE) as typeof program;
