import { base } from './jest.config.js';

// Mutation testing runs the tests of the pure parts alone: a mutant is worth what a unit test says of it. They come as one
// file, since loading what they share costs more than running them.
export default { ...base, testTimeout: 20_000, testMatch: ['<rootDir>/test/pure-parts.ts'] };
