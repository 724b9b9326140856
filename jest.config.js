// Tests run as CommonJS through swc (@nestjs/throttler-style packages that require() ESM ones fail in
// Jest's ESM mode on Node 20); packages that ship ESM only are listed here so that they are transformed too.
const esm = ['@nestjs', 'cookie', 'content-disposition', 'file-type', 'load-esm', 'uuid', 'edtf', 'temporal-polyfill', 'commander'];
const project = (name, timeoutHost) => ({
  displayName: name,
  testEnvironment: 'node',
  rootDir: '.',
  testMatch: [timeoutHost],
  transform: {
    '^.+\\.[tj]s$': [
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
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
});
export default { testTimeout: 60_000, projects: [project('habeas', '<rootDir>/test/**/*.spec.ts')] };
