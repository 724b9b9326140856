/**
 * Starts the longest groups first, so that one of them alone does not prolong the run. Jest orders the rest by the durations
 * of the last run, or by file size where there was none.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const SLOWEST = [
  'e2e.ts',
  'simulation.ts',
  'command-line.ts',
  'register-files.ts',
  'e2e-failures.ts',
  'outage.ts',
  'documents.ts',
  'read-models.ts',
  'eventstoredb.ts',
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
