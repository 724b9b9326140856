import { closeSync, openSync, statSync, writeSync } from 'node:fs';

/** Simulates a failing disk: overwrites the file with garbage between two fractions (0 to 1) of its length. */
export const overwrite = (file: string, from: number, to: number): void => {
  const { size } = statSync(file);
  const start = Math.floor(size * from);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(Math.floor(size * to) - start, 0xa5), 0, undefined, start);
  closeSync(descriptor);
};
