#!/usr/bin/env node
/**
 * The command line. Other modules are imported only after the check of the Node version, since an older Node could not parse them,
 * and after the handlers for Ctrl-C are set, since importing takes a while.
 */
import { processContext } from './cli/context.js';

const OLDEST_NODE = [20, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(`Habeas needs Node ${OLDEST_NODE.join('.')} or later; this is Node ${process.versions.node}.`);
  process.exit(2);
}

const context = processContext();
const { run } = await import('./cli/program.js');
process.exitCode = await run(process.argv.slice(2), context);
