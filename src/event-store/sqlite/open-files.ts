/**
 * Whether the paths of a log still lead to the files that its connection has open. A file that was removed or replaced goes on
 * taking commits, which are gone when it is closed; SQLite does not look in its write-ahead mode.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { StoreDamaged, StoreUnavailable } from '../port.js';

/** What SQLite has open of a log; the first holds the events, the second the latest of them. */
const SUFFIXES = ['', '-wal', '-shm'] as const;

export class OpenFiles {
  /** Device and inode at opening. While a file is open, no other gets its inode. */
  readonly #opened = new Map<string, string>();
  readonly #paths: readonly string[];

  /** To be made when the connection has its files open. */
  constructor(file: string) {
    this.#paths = SUFFIXES.map((suffix) => `${file}${suffix}`);
    for (const path of this.#paths) this.#note(path, fileIdentity(path));
  }

  /** Throws StoreDamaged where a path leads nowhere, or to another file. */
  check(): void {
    for (const path of this.#paths) {
      const identity = fileIdentity(path);
      // A file that could only be read at opening has no write-ahead log until the first commit.
      if (!this.#opened.has(path)) this.#note(path, identity);
      else if (this.#opened.get(path) !== identity) throw new StoreDamaged(describeChange(path, identity === null));
    }
  }

  #note(path: string, identity: string | null): void {
    if (identity !== null) this.#opened.set(path, identity);
  }
}

const fileIdentity = (path: string): string | null => {
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
  } catch (error) {
    throw new StoreUnavailable(`${basename(path)} cannot be looked at`, { cause: error });
  }
};

const describeChange = (path: string, removed: boolean): string =>
  `${basename(path)} was ${removed ? 'removed' : 'replaced'} while it was in use; save what the running service still reads`;
