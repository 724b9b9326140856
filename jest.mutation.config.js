import { base } from './jest.config.js';

// Mutation testing runs only the unit tests of the pure code: a mutant must be killed by a unit test, not by an end-to-end test.
export default { ...base, testTimeout: 20_000, testMatch: ['<rootDir>/test/pure-parts.ts'] };
