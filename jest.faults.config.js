// Faults that need a file system of their own or another user: `npm run test:faults`, as root on Linux.
import { base } from './jest.config.js';

export default { ...base, testMatch: ['<rootDir>/test/faults/**/*.fault.ts'] };
