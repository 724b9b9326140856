// Tests against a real EventStoreDB server (`npm run test:esdb`); ESDB_URL names it.
import { base } from './jest.config.js';

// One worker: one of the specs kills the server.
export default { ...base, maxWorkers: 1, testMatch: ['<rootDir>/test/esdb/**/*.spec.ts'], testTimeout: 120_000 };
