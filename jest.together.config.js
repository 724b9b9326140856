// Everything that needs neither a server nor root, in few test files that share what they load (`npm test`).
import { base } from './jest.config.js';

export default {
  ...base,
  testSequencer: './test/support/slowest-first.cjs',
  testMatch: ['<rootDir>/test/together/*.ts'],
};
