import type { Readable } from 'node:stream';

/** An exported file, with the day and position that it shows. */
export interface ExportedFile {
  /** The last day that it is about. */
  readonly asOf: string;
  readonly knownAt: string;
  readonly position: number;
  readonly fileName: string;
  /** In words: the recorded data that the file omits. */
  readonly leavesOut: string;
  readonly content: Readable;
}
