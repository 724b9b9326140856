/**
 * Writes what runs in service to `dist/bundle`: the compiled entry points, with the modules and libraries that they need, in a few
 * files. A start then opens some fifty files instead of 2,500.
 */
import { build } from 'esbuild';

/** Found by their own paths: native code, and files that are read at run time. */
const WITH_FILES_OF_THEIR_OWN = ['better-sqlite3', 'better-sqlite3-12', '@eventstore/db-client'];

/** Nest asks for these and does without: they are not installed. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer/storage',
];

/** What CommonJS libraries expect, and modules do not have. */
const COMMONJS_GLOBALS = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  "import { fileURLToPath as pathOfBundle } from 'node:url';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = pathOfBundle(import.meta.url);',
  "const __dirname = pathOfBundle(new globalThis.URL('.', import.meta.url));",
].join('\n');

await build({
  entryPoints: ['dist/cli.js', 'dist/projection-worker.js'],
  // All in one folder: an entry point is found from a file beside it.
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  external: [...WITH_FILES_OF_THEIR_OWN, ...NOT_INSTALLED],
  banner: { js: COMMONJS_GLOBALS },
  // OpenAPI and messages have names of classes.
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
});
