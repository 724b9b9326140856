/** How a command ends, and what it says when it cannot do what was asked. */
import { CopyRefused } from '../event-store/copy.js';
import { DataFolderInUse } from '../event-store/data-folder.js';
import { LogFileUnreadable } from '../event-store/log-file.js';
import { NotPrivate } from '../event-store/private-file.js';
import { StoreDamaged, StoreUnavailable } from '../event-store/port.js';
import { BackupRefused } from '../event-store/sqlite/backup.js';
import { LogDiffers } from '../read-models/log-fingerprint.js';
import { BadSettings } from '../settings.js';
import { ClockBehind } from '../watching/log-time.js';

/** The exit codes of `habeas`, as its help says them. */
export const EXIT = { fine: 0, refused: 1, couldNotRun: 2, damaged: 3, stopped: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What to do about a log that is not the one that the read models saw. */
export const ACCEPT = 'Restore a later backup, or go on with the log as it is by `habeas rebuild --accept-log`.';

const ACCEPT_CLOCK = 'Set the clock right; where it is, see HABEAS_ACCEPT_CLOCK in docs/operations.md.';

/** Something that the person at the terminal can put right, said in a sentence. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** What an aborted signal throws: the person at the terminal asked to stop. */
export const isStop = (error: unknown): boolean => (error as { readonly name?: unknown } | null)?.name === 'AbortError';

/** The code of a command that an error ended. */
export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof StoreDamaged ? EXIT.damaged : EXIT.couldNotRun;

/** An error in the words of the terminal, without its stack. What nobody expected is a fault of the program. */
export const explain = (error: unknown): string => {
  if (error instanceof CannotRun || error instanceof BackupRefused || error instanceof NotPrivate) return error.message;
  if (error instanceof LogFileUnreadable) return `The file is no log that can be imported: ${error.message}`;
  if (error instanceof CopyRefused) return `The log cannot be copied there: ${error.message}`;
  if (error instanceof BadSettings) return error.problems.join('\n');
  if (error instanceof DataFolderInUse) return `${error.message}; stop it first, or name another folder by --data`;
  if (error instanceof LogDiffers) return `STORE_DAMAGED: ${error.message}.\n${ACCEPT}`;
  if (error instanceof StoreDamaged) return `STORE_DAMAGED: the log cannot be read: ${error.message}`;
  if (error instanceof ClockBehind)
    return `REGISTER.CLOCK_BEHIND: nothing is recorded: ${error.message}. ${ACCEPT_CLOCK}`;
  if (error instanceof StoreUnavailable) return `The log cannot be opened or written: ${error.message}`;
  return ofTheSystem(error) ?? `A fault of Habeas: ${nameOf(error)}. HABEAS_LOG_LEVEL=debug shows where.`;
};

/** Where a fault happened, for who mends it; nothing for what `explain` says in a sentence. */
export const traceOf = (error: unknown): string =>
  error instanceof Error && explain(error).startsWith('A fault of Habeas') ? (error.stack ?? '') : '';

/** Its message may name people or paths. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const SYSTEM: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is taken; name another one by --port, or 0 for any that is free',
  EADDRNOTAVAIL: 'this machine has no such address; name another one by --host',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EROFS: 'the file system can only be read',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'a file stands where a folder is due',
  ENOENT: 'there is no such file or folder',
  ENOTFOUND: 'the host name is not known',
  SQLITE_FULL: 'the disk is full',
  SQLITE_CANTOPEN: 'the file cannot be opened',
  SQLITE_READONLY: 'the file can only be read',
  SQLITE_NOTADB: 'a file of the data folder is no register',
  SQLITE_CORRUPT: 'a file of the data folder is damaged',
  EISDIR: 'a folder stands where a file is due',
};

const ofTheSystem = (error: unknown): string | null => {
  const { code, path, address, port } = error as Readonly<Record<string, string | number | undefined>>;
  if (typeof code !== 'string') return null;
  const known = Object.keys(SYSTEM).find((name) => code === name || code.startsWith(`${name}_`));
  const reason = known === undefined ? otherReason(code) : SYSTEM[known];
  if (reason === undefined) return null;
  const at = typeof path === 'string' ? path : port === undefined ? '' : `${address ?? ''}:${port}`;
  return at === '' ? `${reason} (${code})` : `${at}: ${reason} (${code})`;
};

/** Every code of the file system and of SQLite speaks of a file, not of a fault of the program. */
const otherReason = (code: string): string | undefined =>
  /^(E[A-Z0-9]+|SQLITE_[A-Z_]+)$/.test(code) ? 'the system refuses that' : undefined;
