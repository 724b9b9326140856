import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The domain gets time, ids and randomness as arguments, so that replaying events always gives the same state. */
const pureDomain = {
  'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Pass the time as an argument.' },
    { object: 'Math', property: 'random', message: 'Pass random values as an argument.' },
    { object: 'crypto', property: 'randomUUID', message: 'Pass ids as an argument.' },
    { object: 'Temporal', property: 'Now', message: 'Pass the time as an argument.' },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: [
        {
          name: 'uuid',
          importNames: ['v1', 'v4', 'v6', 'v7'],
          message: 'Only name-based ids (v5), which replays reproduce.',
        },
      ],
    },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Pass the time as an argument.' },
    { selector: 'CallExpression[callee.name="Date"]', message: 'Pass the time as an argument.' },
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
    // test/tsconfig.json includes all sources, so one TypeScript program serves them all.
    languageOptions: { parserOptions: { project: ['./test/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // Numbers in template literals are safe; of a value without a type nobody knows what text it becomes.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowAny: false }],
      // Nest declares option types as classes, but takes object literals.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Nest modules are empty classes with a decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // One-line arrow functions may return the void of their expression.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `async` without `await` turns a thrown error into a rejection.
      '@typescript-eslint/require-await': 'off',
      // A type parameter used only in the return type documents the result.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Spreading a string into code points is intended where names are folded.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['src/domain/**/*.ts'], rules: pureDomain },
  // Terminal programs write to the console.
  {
    files: ['src/cli.ts', 'src/cli/**/*.ts', 'src/main.ts', 'bench/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // JSON and SQL rows are untyped here: a test that assumes a wrong shape fails anyway.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-require-imports': ['error', { allow: ['/tools/rooms\\.cjs$'] }],
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
);
