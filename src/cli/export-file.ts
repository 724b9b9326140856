/** Where an export goes: a file, or the standard output. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from './context.js';
import type { Gauge } from './terminal.js';

/** Writes to a file, which stands there when it is whole and not before, or to the standard output. */
export const into = async (
  file: string | undefined,
  content: Readable,
  { out, signal }: Context,
  shown: Gauge,
): Promise<void> => {
  try {
    if (file === undefined) await pipeline(content, out, { signal, end: false });
    else await intoFile(file, content, signal);
  } finally {
    shown.end();
  }
};

const intoFile = async (file: string, content: Readable, signal: AbortSignal): Promise<void> => {
  const part = `${file}.part`;
  try {
    // What an earlier one left there keeps its mode.
    await rm(part, { force: true });
    await pipeline(content, createWriteStream(part, { mode: 0o600, flush: true }), { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};
