/** Entry point of `nest start`: the same as `habeas serve`. */
import { contextOfProcess } from './cli/context.js';
import { run } from './cli/program.js';

process.exitCode = await run(['serve'], contextOfProcess());
