import type { Readable } from 'node:stream';

/** A file that somebody asked for, with what it is about. */
export interface ExportedFile {
  /** The last day that it is about. */
  readonly asOf: string;
  readonly knownAt: string;
  readonly position: number;
  readonly fileName: string;
  /** What the register knows and the file does not say. */
  readonly leavesOut: string;
  readonly content: Readable;
}
