/** Damages a file as a failing disk does. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs';

/** Overwrites a file with bytes that mean nothing, from one part of it to another (0 to 1). */
export const overwrite = (file: string, from: number, to: number): void => {
  const { size } = statSync(file);
  const start = Math.floor(size * from);
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(Math.floor(size * to) - start, 0xa5), 0, undefined, start);
  closeSync(handle);
};
