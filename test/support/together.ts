/**
 * Runs many spec files in one Jest test file. Jest loads all modules anew for every test file, and loading Nest, Fastify and
 * the gRPC client takes longer than most specs run. Each spec stays a file that Jest can run alone, with its hooks to itself.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TEST = join(__dirname, '..');
/** Specs that need an EventStoreDB server (jest.esdb.config.js). */
const ELSEWHERE = 'esdb/';

/** A group's name is that of its file in `test/together/`, its values are paths below `test/`; the longest that fits a spec wins. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  commands: ['commands/'],
  'command-line': ['cli/'],
  documents: ['bench/', 'docs/', 'tools/'],
  double: ['support/'],
  e2e: ['e2e/'],
  'e2e-failures': ['e2e/beyond-log', 'e2e/faults', 'e2e/lost-log', 'e2e/instances', 'e2e/outage', 'e2e/proxy'],
  'event-store': ['event-store/', 'proof/'],
  eventstoredb: ['event-store/eventstoredb'],
  http: ['http/', 'watching/', 'fuzz/'],
  outage: ['simulation/outage'],
  // Also every spec in a folder that is not named here.
  pure: [''],
  'read-models': ['read-models/', 'jobs/'],
  'register-files': ['register-files/'],
  simulation: ['simulation/'],
};

/** All spec files below `test/` that need no EventStoreDB server, in a stable order. */
export const specFiles = (): readonly string[] =>
  readdirSync(TEST, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts') && !file.startsWith(ELSEWHERE))
    .sort();

export const groupNames: readonly string[] = Object.keys(GROUPS);

export const groupOf = (file: string): string =>
  Object.entries(GROUPS)
    .flatMap(([group, prefixes]) => prefixes.map((prefix) => ({ group, prefix })))
    .filter(({ prefix }) => file.startsWith(prefix))
    .reduce((one, other) => (other.prefix.length > one.prefix.length ? other : one)).group;

/** Defines the tests of the given spec files, each under its path. */
export const runTogether = (files: readonly string[]): void => {
  for (const file of files) describe(file, () => void jest.requireActual(join(TEST, file)));
};

/** Defines the tests of a group. */
export const runGroup = (group: string): void => runTogether(specFiles().filter((file) => groupOf(file) === group));
