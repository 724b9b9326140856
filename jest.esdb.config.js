// The tests that need a real EventStoreDB server: npm run test:esdb, with its address in ESDB_URL.
import { base } from './jest.config.js';

export default { ...base, testMatch: ['<rootDir>/test/esdb/**/*.spec.ts'], testTimeout: 120_000 };
