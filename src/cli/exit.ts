/** Exit codes and error messages of the commands. */
import { CopyRefused } from '../event-store/copy.js';
import { DataFolderInUse } from '../event-store/data-folder.js';
import { ExportedLogUnreadable } from '../event-store/log-file.js';
import { NotPrivate } from '../event-store/private-file.js';
import { StoreDamaged, StoreUnavailable } from '../event-store/port.js';
import { BackupRefused } from '../event-store/sqlite/backup.js';
import { BadGravityFile } from '../read-models/eligibility/bad-gravity-file.js';
import { LogDiffers } from '../read-models/log-fingerprint.js';
import { InvalidKnownAt, InvalidParameter } from '../read-models/query-errors.js';
import { InvalidNote } from '../proof/checkpoint.js';
import { BadSettings } from '../settings.js';
import { optionNameOf } from './option-name.js';
import { ClockBehind } from '../watching/log-time.js';

/** Documented in the help text. */
export const EXIT = { ok: 0, refused: 1, couldNotRun: 2, damaged: 3, differ: 4, stopped: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For a log that lacks events that the read models have seen. */
export const ACCEPT_LOG_HINT =
  'Restore a later backup, or go on with the log as it is by `habeas rebuild --accept-log --by person:<id>`.';

const CLOCK_HINT = 'Set the clock right; where it is, see HABEAS_ACCEPT_CLOCK in docs/operations.md.';

/** An error that the user can fix; its message is printed as it is. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** Whether an error was thrown because the signal aborted. */
export const isAbort = (error: unknown): boolean =>
  (error as { readonly name?: unknown } | null)?.name === 'AbortError';

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof StoreDamaged ? EXIT.damaged : EXIT.couldNotRun;

/** The message to print for an error, without its stack. Unknown errors are faults of the program. */
export const describeError = (error: unknown): string => {
  if (error instanceof InvalidKnownAt || error instanceof InvalidParameter)
    return `${optionNameOf(error.parameter)}: expected ${error.expected}`;
  if (error instanceof CannotRun || error instanceof BackupRefused || error instanceof NotPrivate) return error.message;
  if (error instanceof InvalidNote) return `The key or checkpoint cannot be used: ${error.message}`;
  if (error instanceof ExportedLogUnreadable) return `The file is no log that can be imported: ${error.message}`;
  if (error instanceof CopyRefused) return `The log cannot be copied there: ${error.message}`;
  if (error instanceof BadGravityFile) return `HABEAS_GRAVITY: the file cannot be used: ${error.message}`;
  if (error instanceof BadSettings) return error.problems.join('\n');
  if (error instanceof DataFolderInUse) return `${error.message}; stop it first, or name another folder by --data`;
  if (error instanceof LogDiffers) return `STORE_DAMAGED: ${error.message}.\n${ACCEPT_LOG_HINT}`;
  if (error instanceof StoreDamaged) return `STORE_DAMAGED: the log cannot be read: ${error.message}`;
  if (error instanceof ClockBehind)
    return `REGISTER.CLOCK_BEHIND: nothing is recorded: ${error.message}. ${CLOCK_HINT}`;
  if (error instanceof StoreUnavailable) return `The log cannot be opened or written: ${error.message}${hintOf(error)}`;
  return systemErrorMessage(error) ?? `A fault of Habeas: ${errorName(error)}. HABEAS_LOG_LEVEL=debug shows where.`;
};

/** SQLite needs files beside a log that it only reads. */
const hintOf = ({ cause }: StoreUnavailable): string =>
  (cause as { readonly code?: unknown } | undefined)?.code === 'SQLITE_CANTOPEN'
    ? '. Where the folder can only be read, copy it to one that can be written, and name that by --data'
    : '';

/** The stack of a fault of the program; empty for errors that `describeError` explains. */
export const stackOf = (error: unknown): string =>
  error instanceof Error && describeError(error).startsWith('A fault of Habeas') ? (error.stack ?? '') : '';

/** The name only: the message may contain names of people or paths. */
const errorName = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
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

const systemErrorMessage = (error: unknown): string | null => {
  const { code, path, address, port } = error as Readonly<Record<string, string | number | undefined>>;
  if (typeof code !== 'string') return null;
  const prefix = Object.keys(SYSTEM_ERRORS).find((name) => code === name || code.startsWith(`${name}_`));
  const reason = prefix === undefined ? defaultReason(code) : SYSTEM_ERRORS[prefix];
  if (reason === undefined) return null;
  const location = typeof path === 'string' ? path : port === undefined ? '' : `${address ?? ''}:${port}`;
  return location === '' ? `${reason} (${code})` : `${location}: ${reason} (${code})`;
};

/** For error codes of the operating system and of SQLite that SYSTEM_ERRORS lacks: they are no faults of the program either. */
const defaultReason = (code: string): string | undefined =>
  /^(E[A-Z0-9]+|SQLITE_[A-Z_]+)$/.test(code) ? 'the system refuses that' : undefined;
