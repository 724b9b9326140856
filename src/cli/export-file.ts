/** Writes an export to a file or to standard output. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newPartPath } from '../event-store/private-file.js';
import type { Context } from './context.js';

/**
 * A file appears under its name only once it is complete; `beforeReplacing` is called just before. Without a file, writes to standard output.
 */
export const writeExport = async (
  file: string | undefined,
  content: Readable,
  { out, signal }: Context,
  beforeReplacing: (file: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> => {
  if (file === undefined) {
    await pipeline(content, out, { signal, end: false });
    return;
  }
  const part = newPartPath(file);
  try {
    await pipeline(content, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }), { signal });
    await beforeReplacing(file);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};
