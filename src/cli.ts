#!/usr/bin/env node
/**
 * The command line. Other modules are imported only after the check of the Node version, since an older Node could not parse them,
 * and after the handlers for Ctrl-C are set, since importing takes a while.
 */
import { contextOfProcess } from './cli/context.js';

const MIN_NODE_VERSION = [20, 19] as const;
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MIN_NODE_VERSION[0] || (major === MIN_NODE_VERSION[0] && minor < MIN_NODE_VERSION[1])) {
  console.error(`Habeas needs Node ${MIN_NODE_VERSION.join('.')} or later; this is Node ${process.versions.node}.`);
  process.exit(2);
}

const context = contextOfProcess();
const { run } = await import('./cli/program.js');
process.exitCode = await run(process.argv.slice(2), context);
