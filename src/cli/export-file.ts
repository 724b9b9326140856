/** Writes an export to a file or to standard output. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from './context.js';

/** A file appears under its name only once it is complete. Without a file, writes to standard output. */
export const writeExport = async (
  file: string | undefined,
  content: Readable,
  { out, signal }: Context,
): Promise<void> => {
  if (file === undefined) await pipeline(content, out, { signal, end: false });
  else await writeFileAtomically(file, content, signal);
};

const writeFileAtomically = async (file: string, content: Readable, signal: AbortSignal): Promise<void> => {
  const part = `${file}.part`;
  try {
    // A part file that was left behind would keep its mode, which may let others read it.
    await rm(part, { force: true });
    await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};
