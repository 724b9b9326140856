// Tests run as CommonJS through swc: Jest's ESM mode is experimental, and packages that require() ESM ones fail in it
// on Node 20. Packages that ship ESM only are named here, so that they are transformed too.
const esm = [
  '@nestjs',
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

/** What every run shares; a run says which tests it takes. */
export const base = {
  testEnvironment: 'node',
  testTimeout: 60_000,
  // Small machines have two cores, of which Jest would use one.
  maxWorkers: '100%',
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
  // Copies of the project.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/dist-bench/', '<rootDir>/.stryker-tmp/'],
  // `./x.js` is `./x.ts` in our sources and itself in packages.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
};

export default {
  ...base,
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  // These need a server (jest.esdb.config.js).
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/esdb/'],
};
