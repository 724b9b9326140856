import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Clock, randomness and I/O come into the domain as data, so that a replay tomorrow gives today's state. */
const pureDomain = {
  'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Today comes in as data.' },
    { object: 'Math', property: 'random', message: 'Randomness comes in as data.' },
    { object: 'crypto', property: 'randomUUID', message: 'Ids come in as data.' },
    { object: 'Temporal', property: 'Now', message: 'Today comes in as data.' },
  ],
  'no-restricted-imports': [
    'error',
    { paths: [{ name: 'uuid', importNames: ['v1', 'v4', 'v6', 'v7'], message: 'Only ids made from what is given.' }] },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Today comes in as data.' },
    { selector: 'CallExpression[callee.name="Date"]', message: 'Today comes in as data.' },
  ],
};

export default defineConfig(
  {
    ignores: ['dist/', 'dist-bench/', 'node_modules/', 'coverage/', 'reports/', '.stryker-tmp/', 'data/', 'data-demo/'],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts', 'tools/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    // One program for everything: test/tsconfig.json includes src.
    languageOptions: { parserOptions: { project: ['./test/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // What passes of a value (numbers, ids) may be written into text without ceremony.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nest's options are classes and are told as objects, as its documentation does.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Nest's modules are classes with nothing but a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // Arrow functions in one line read best without braces, also where they answer nothing.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // An async method turns what is thrown into a rejection, also where it waits for nothing.
      '@typescript-eslint/require-await': 'off',
      // A type parameter that only names the answer still says what comes back.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A text spreads into its characters, which is what folding names wants.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/domain/**/*.ts'], rules: pureDomain },
  // A program for the terminal talks through it.
  {
    files: ['src/cli.ts', 'src/cli/**/*.ts', 'src/main.ts', 'bench/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Answers read from JSON, rows from SQLite: a test that trusts a wrong shape fails by itself.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-require-imports': ['error', { allow: ['/tools/rooms\\.cjs$'] }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
);
