import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';

// Tests run as CommonJS through swc: Jest's ESM mode is experimental, and packages that require() ESM ones fail in it
// on Node 20. Packages that ship only ESM are listed here so that they are transformed too.
const esm = [
  '@nestjs',
  'canonicalize',
  'commander',
  'content-disposition',
  'cookie',
  'edtf',
  'file-type',
  'hucre',
  'load-esm',
  'p-limit',
  'temporal-polyfill',
  'temporal-utils',
  'uuid',
  'yocto-queue',
];

/**
 * The suite syncs SQLite files some ten thousand times, and a sync to a disk takes milliseconds. Temporary folders therefore go
 * into memory where there is room (containers often have 64 MB). No test cuts the power, so none needs a disk. TMPDIR overrides.
 */
const MEMORY = '/dev/shm';
const hasMemoryFolder = () => {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > 1024 ** 3;
  } catch {
    return false;
  }
};
if (hasMemoryFolder()) process.env.TMPDIR ??= MEMORY;

// Looking up a global in Jest's sandbox is slow: each module gets these as arguments. Not `Set` and `Buffer`,
// which edtf and hyperid declare themselves.
const FAST_GLOBALS = 'Array Error JSON Map Math Number Object Promise RegExp String Symbol'.split(' ');

/** Shared by all configurations, which add their `testMatch`. */
export const base = {
  testEnvironment: 'node',
  sandboxInjectedGlobals: FAST_GLOBALS,
  globalSetup: '<rootDir>/test/support/make-run-folder.mjs',
  globalTeardown: '<rootDir>/test/support/remove-run-folder.mjs',
  // Several times what the slowest needs on a quiet machine.
  testTimeout: 180_000,
  // Jest ends a worker by force after half a second and says that something leaks. On a busy machine it takes longer to unload native
  // modules; what really stays open is still told.
  workerGracefulExitTimeout: 10_000,
  // More than there are cores, since specs wait for processes, files and each other much of their time.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  transform: {
    '^.+\\.m?[tj]s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          keepClassNames: true,
        },
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join('|')})/)`],
  // Each is a copy of the sources.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/dist-bench/', '<rootDir>/.stryker-tmp/'],
  moduleNameMapper: {
    // `./x.js` means `./x.ts` in our sources, but `./x.js` in packages.
    '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'],
    // Its package.json names an entry for `import` alone.
    '^canonicalize$': '<rootDir>/node_modules/canonicalize/lib/canonicalize.js',
  },
};

export default {
  ...base,
  testSequencer: './test/support/slowest-first.cjs',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  // They need an EventStoreDB server (jest.esdb.config.js).
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/esdb/'],
};
