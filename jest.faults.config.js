// Faults that need a mounted file system or another user (`npm run test:faults`, as root on Linux).
import { base } from './jest.config.js';

// On a disk: a file in memory that is open can be written, also once it is immutable.
if (process.env.TMPDIR === '/dev/shm') delete process.env.TMPDIR;

export default { ...base, testMatch: ['<rootDir>/test/faults/**/*.fault.ts'] };
