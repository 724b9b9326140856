// Faults that need a mounted file system or another user (`npm run test:faults`, as root on Linux).
import { base } from './jest.config.js';

export default { ...base, testMatch: ['<rootDir>/test/faults/**/*.fault.ts'] };
