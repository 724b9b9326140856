/**
 * Starts the longest groups first, so that one of them alone does not prolong the run. Jest orders the rest by the durations
 * of the last run, or by file size where there was none.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const SLOWEST = [
  'command-line.ts',
  'e2e.ts',
  'register-files.ts',
  'simulation.ts',
  'outage.ts',
  'eventstoredb.ts',
  'e2e-failures.ts',
  'documents.ts',
];
const rank = ({ path }) => {
  const index = SLOWEST.findIndex((name) => path.endsWith(name));
  return index < 0 ? SLOWEST.length : index;
};

module.exports = class extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
