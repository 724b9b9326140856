// The tests that need a real EventStoreDB server: npm run test:esdb, with its address in ESDB_URL.
import { base } from './jest.config.js';

// One after the other: one of them kills the server.
export default { ...base, maxWorkers: 1, testMatch: ['<rootDir>/test/esdb/**/*.spec.ts'], testTimeout: 120_000 };
