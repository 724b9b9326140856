import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeCacheFile, compileScript, exportsOf } from '../src/code-cache.js';
import { temporaryFolder, type TemporaryFolder } from './support/temporary-folder.js';

const BUNDLE = join(__dirname, '../dist/bundle/program.cjs');

let folder: TemporaryFolder;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder.path, 'script.cjs');
});
afterEach(() => folder.remove());

/** V8 remembers what a process has compiled, so that the scripts of two tests differ. */
const writeScript = (text: string): void =>
  writeFileSync(
    file,
    `(function (exports, require, module, __filename, __dirname) {
      exports.answer = () => [${JSON.stringify(text)}, require('node:path').basename(__filename), __dirname];
    })`,
  );
const answer = (): unknown => (exportsOf(compileScript(file), file) as { answer: () => unknown }).answer();

it('takes the code cache of a script', () => {
  writeScript('one');
  writeFileSync(codeCacheFile(file), compileScript(file).createCachedData());
  expect(compileScript(file).cachedDataRejected).toBe(false);
  expect(answer()).toEqual(['one', 'script.cjs', folder.path]);
});

it('compiles a script whose code cache is damaged', () => {
  writeScript('two');
  writeFileSync(codeCacheFile(file), Buffer.alloc(1_000));
  expect(compileScript(file).cachedDataRejected).toBe(true);
  expect(answer()).toEqual(['two', 'script.cjs', folder.path]);
});

it('compiles a script without a code cache', () => {
  writeScript('three');
  expect(compileScript(file).cachedDataRejected).toBeUndefined();
  expect(answer()).toEqual(['three', 'script.cjs', folder.path]);
});

it('finds the program of the bundle in ASCII, which other characters would not survive', () => {
  expect(/[^\0-\x7f]/.exec(readFileSync(BUNDLE, 'utf8'))).toBeNull();
});

it('finds that Node takes the code cache of the bundle', () => {
  expect(existsSync(codeCacheFile(BUNDLE))).toBe(true);
  const script = `import { compileScript } from './dist/code-cache.js';
    console.log(compileScript(process.argv[1]).cachedDataRejected);`;
  const options = { cwd: join(__dirname, '..'), encoding: 'utf8' } as const;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', script, BUNDLE], options)).toBe('false\n');
});
