/** The service alone, as `nest start` runs it: `habeas serve`. */
import { processContext } from './cli/context.js';
import { run } from './cli/program.js';

process.exitCode = await run(['serve'], processContext());
