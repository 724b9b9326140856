/**
 * The manifest of a backup (`.json`): a summary of its log, with which the next backup is compared. A truncated log is valid
 * in itself; only an earlier backup or the read models show that events were lost.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openLogFile, translateErrors } from './file.js';
import { formatUuid } from '../decode-text.js';

export interface LogSummary {
  readonly events: number;
  /** Ids of the first and the last event. */
  readonly first: string | null;
  readonly last: string | null;
  /** SHA-256 over all stored events, in order: two files may differ while their events do not. */
  readonly log: string;
}

export interface Manifest extends LogSummary {
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** When the backup was made, ISO 8601 in UTC. */
  readonly made: string;
  /** Messages about events that are known from elsewhere but were not in the log. */
  readonly lacks: readonly string[];
}

/** The summary of an earlier backup, with its file name. */
export interface PreviousBackup extends LogSummary {
  readonly name: string;
}

const MANIFEST_SUFFIX = '.json';
/** Larger files are not manifests. */
const MAX_MANIFEST_BYTES = 65_536;
/** Rows hashed per event-loop turn. */
const PAGE_SIZE = 1_000;

export const manifestPath = (backup: string): string => `${backup}${MANIFEST_SUFFIX}`;

export const writeManifest = (backup: string, manifest: Manifest): Promise<void> =>
  writeFile(manifestPath(backup), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });

/** The manifest of a backup; null if missing or invalid. */
export const readManifestOf = (backup: string): Promise<Manifest | null> => readBackupManifest(manifestPath(backup));

const readBackupManifest = async (path: string): Promise<Manifest | null> => {
  if (!existsSync(path) || (await stat(path)).size > MAX_MANIFEST_BYTES) return null;
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as unknown;
    return isManifest(value) ? value : null;
  } catch {
    return null;
  }
};

const isManifest = (value: unknown): value is Manifest => {
  const { events, first, last, log, sha256, made, lacks } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  const texts = [log, sha256, made].every((text) => typeof text === 'string');
  const ids = [first, last].every((id) => id === null || typeof id === 'string');
  return Number.isSafeInteger(events) && texts && ids && Array.isArray(lacks);
};

/**
 * Of the backups in a folder, the newest whose log begins with the event `first`, else the newest of all. Null if there is no
 * backup with events.
 */
export const findPreviousBackup = async (folder: string, first: string | null): Promise<PreviousBackup | null> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(MANIFEST_SUFFIX));
  const candidates: (PreviousBackup & Manifest)[] = [];
  for (const name of names) {
    const manifest = await readBackupManifest(join(folder, name));
    if (manifest !== null && manifest.events > 0)
      candidates.push({ ...manifest, name: name.slice(0, -MANIFEST_SUFFIX.length) });
  }
  candidates.sort((a, b) => (a.made < b.made ? -1 : 1));
  return candidates.findLast((candidate) => candidate.first === first) ?? candidates.at(-1) ?? null;
};

/** The summary of a backup, from its manifest, or computed for backups of earlier builds. Throws errors of `summarizeLog`. */
export const readPreviousBackup = async (backup: string): Promise<PreviousBackup> => ({
  ...((await readManifestOf(backup)) ?? (await summarizeLog(backup)).summary),
  name: basename(backup),
});

/**
 * Summarizes a log that is not being written to, and describes how it differs from an earlier backup, which
 * `choosePredecessor` finds by the id of the first event. Throws errors of the port, and the signal's reason if it aborts.
 */
export const summarizeLog = async (
  file: string,
  choosePredecessor: (first: string | null) => Promise<PreviousBackup | null> = () => Promise.resolve(null),
  signal?: AbortSignal,
): Promise<{ readonly summary: LogSummary; readonly difference: string | null }> => {
  const db = openLogFile(file, true);
  try {
    const hash = createHash('sha256');
    let [events, first, last, predecessor]: [number, string | null, string | null, PreviousBackup | null] = [
      0,
      null,
      null,
      null,
    ];
    let atPredecessor: LogSummary | null = null;
    const rows = translateErrors(() => db.prepare(ROWS_SQL).raw());
    for (;;) {
      const page = translateErrors(() => rows.all(events) as [number, string, ...unknown[]][]);
      if (events === 0) predecessor = await choosePredecessor(page[0] === undefined ? null : formatUuid(page[0][1]));
      for (const row of page) {
        hash.update(`${JSON.stringify(row)}\n`);
        events = row[0];
        last = formatUuid(row[1]);
        first ??= last;
        if (events === predecessor?.events) atPredecessor = { events, first, last, log: hash.copy().digest('hex') };
      }
      signal?.throwIfAborted();
      if (page.length < PAGE_SIZE) break;
      await turn();
    }
    const summary = { events, first, last, log: hash.digest('hex') };
    return { summary, difference: predecessor && describeDifference(summary, atPredecessor, predecessor) };
  } finally {
    db.close();
  }
};

/** The rows with the names of streams and types, since their numbers change in a copy. */
const ROWS_SQL = `SELECT position, lower(hex(id)), (SELECT name FROM streams WHERE number = stream), revision,
  (SELECT name FROM types WHERE number = type), recorded_at, payload
  FROM events WHERE position > ? ORDER BY position LIMIT ${PAGE_SIZE}`;

const describeDifference = (
  summary: LogSummary,
  atPredecessor: LogSummary | null,
  { name, ...predecessor }: PreviousBackup,
): string | null => {
  if (summary.events > 0 && summary.first !== predecessor.first)
    return `it is the log of another register than the backup ${name}`;
  if (summary.events < predecessor.events)
    return `it is shorter than the backup ${name}, which holds ${predecessor.events} events`;
  return atPredecessor?.log === predecessor.log
    ? null
    : `it holds other events up to position ${predecessor.events} than the backup ${name}`;
};
