/**
 * Writes what runs in service to `dist/bundle`: the compiled entry points, with the modules and libraries that they need, in a few
 * files. A start then opens a dozen files instead of 2,500. The largest, `program.cjs`, has a code cache beside it.
 */
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';

const FOLDER = 'dist/bundle';
const PROGRAM = resolve(FOLDER, 'program.cjs');

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

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  external: [...WITH_FILES_OF_THEIR_OWN, ...NOT_INSTALLED],
  // OpenAPI and messages have names of classes.
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
};

/** All that the command line does, as the function around a CommonJS module: a code cache is of one script. */
const bundleProgram = () =>
  build({
    ...common,
    entryPoints: ['dist/cli/program.js'],
    outfile: PROGRAM,
    format: 'cjs',
    // A script, other than a module, has no import().
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'urlOfBundle' },
    banner: {
      js: `(function (exports, require, module, __filename, __dirname) {
const urlOfBundle = require('node:url').pathToFileURL(__filename).href;`,
    },
    footer: { js: '})' },
  });

/**
 * Writes the rest of the program as ASCII, which V8 reads in half the time: esbuild escapes other characters everywhere but in regular
 * expressions, where an escape means the same, and in comments.
 */
const escapeProgram = () => {
  const text = readFileSync(PROGRAM, 'utf8');
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(PROGRAM, text.replace(/[^\0-\x7f]/g, escape));
};

/** The entry points. All in one folder: an entry point is found from a file beside it. */
const bundleEntryPoints = () =>
  build({
    ...common,
    entryPoints: ['dist/cli.js', 'dist/projection-worker.js'],
    outdir: FOLDER,
    splitting: true,
    format: 'esm',
    banner: { js: COMMONJS_GLOBALS },
    plugins: [{ name: 'bundled program', setup: useBundledProgram }],
  });

const useBundledProgram = ({ onResolve }) =>
  onResolve({ filter: /\/cli\/program\.js$/ }, () => ({ path: resolve('dist/bundled-program.js') }));

/** Writes the code cache of the program once a service has answered: it then has the functions that a start calls. */
const writeCodeCache = async () => {
  const { codeCacheFile, compileScript, exportsOf } = await import('../dist/code-cache.js');
  const script = compileScript(PROGRAM);
  const { run } = exportsOf(script, PROGRAM);
  const data = mkdtempSync(join(tmpdir(), 'habeas-build-'));
  const controller = new AbortController();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  let printed = '';
  const out = new Writable({
    write: (chunk, _encoding, done) => {
      printed += String(chunk);
      const url = /http:\/\/[\d.]+:\d+/.exec(printed)?.[0];
      if (url !== undefined)
        fetch(`${url}/v1/lists?limit=1`)
          .then((answer) => answer.text())
          .finally(() => controller.abort());
      done();
    },
  });
  const environment = { HABEAS_DATA: data, HABEAS_PORT: '0', HABEAS_LOG_LEVEL: 'silent' };
  const context = { environment, out, err: nowhere, signal: controller.signal, projection: 'worker' };
  try {
    const code = await run(['serve'], context);
    if (code !== 0) throw new Error(`the service of which the code cache is made ended with ${code}`);
    writeFileSync(codeCacheFile(PROGRAM), script.createCachedData());
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
};

await bundleProgram();
escapeProgram();
await bundleEntryPoints();
await writeCodeCache();
