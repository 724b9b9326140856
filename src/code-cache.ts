/**
 * Runs a bundled script with its code cache: what V8 compiled of it when the bundle was made (`tools/bundle.mjs`), so that a start does
 * not compile it again.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

export const codeCacheFile = (file: string): string => `${file}.cache`;

/**
 * Compiles a script with its code cache. Compiles it anew if there is no cache, or one of another version of Node: the script's
 * `cachedDataRejected` is then true or undefined. `file` has ASCII characters only. Throws errors of the file system.
 */
export const compileScript = (file: string): Script => {
  const cache = codeCacheFile(file);
  return new Script(readFileSync(file, 'latin1'), {
    filename: file,
    ...(existsSync(cache) && { cachedData: readFileSync(cache) }),
  });
};

/** The exports of a CommonJS script whose value is the function around its module. Throws what the script throws. */
export const exportsOf = (script: Script, file: string): unknown => {
  const module = { exports: {} };
  const evaluate = script.runInThisContext() as (...parts: readonly unknown[]) => void;
  evaluate(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports;
};
