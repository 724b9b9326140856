/**
 * Detects that files of an open log were removed or replaced. SQLite does not check this in WAL mode: it would go on
 * committing to the unlinked file, whose content is lost on close.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { StoreDamaged, StoreUnavailable } from '../port.js';

/** The files that SQLite keeps open for a log: database, write-ahead log, shared memory. */
const FILE_SUFFIXES = ['', '-wal', '-shm'] as const;

export class FileReplacementCheck {
  /** Device and inode at opening. An inode is not reused while its file is open. */
  readonly #opened = new Map<string, string>();
  readonly #paths: readonly string[];

  /** Construct only after the connection has opened its files. */
  constructor(file: string) {
    this.#paths = FILE_SUFFIXES.map((suffix) => `${file}${suffix}`);
    for (const path of this.#paths) this.#note(path, fileIdentity(path));
  }

  /** Throws StoreDamaged if a file was removed or replaced. */
  check(): void {
    for (const path of this.#paths) {
      const identity = fileIdentity(path);
      // A file that was read-only at opening has no write-ahead log until the first commit.
      if (!this.#opened.has(path)) this.#note(path, identity);
      else if (this.#opened.get(path) !== identity) throw new StoreDamaged(describeFileChange(path, identity === null));
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

const describeFileChange = (path: string, removed: boolean): string =>
  `${basename(path)} was ${removed ? 'removed' : 'replaced'} while it was in use; save what the running service still reads`;
