import { base } from './jest.config.js';

// Mutation testing runs the tests of the pure parts alone: a mutant is worth what a unit test says of it.
export default {
  ...base,
  testTimeout: 20_000,
  testMatch: ['<rootDir>/test/domain/**/*.spec.ts', '<rootDir>/test/read-models/**/rows*.spec.ts'],
};
