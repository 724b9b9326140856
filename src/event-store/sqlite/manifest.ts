/**
 * What stands beside a backup, in a file of its own: what it holds, so that the next one can be compared with it. A log that
 * lost its end is whole as far as it goes; only its predecessor and the read models know that there was more.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openFile, translated } from './file.js';
import { uuidOf } from './log.js';

export interface LogContent {
  readonly events: number;
  /** Ids of the first and the last event. */
  readonly first: string | null;
  readonly last: string | null;
  /** SHA-256 over every event as it is stored, in their order. */
  readonly log: string;
}

export interface Manifest extends LogContent {
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly made: string;
  /** Sentences on what was known to have been there and is not in it. */
  readonly lacks: readonly string[];
}

/** A manifest and the name of its backup. */
export interface Predecessor extends LogContent {
  readonly name: string;
}

const SUFFIX = '.json';
/** More than a manifest ever has. */
const MAX_BYTES = 65_536;
/** Rows between two turns of the event loop. */
const SLICE = 1_000;

export const manifestPath = (backup: string): string => `${backup}${SUFFIX}`;

export const writeManifest = (backup: string, manifest: Manifest): Promise<void> =>
  writeFile(manifestPath(backup), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });

/** What stands beside a backup; null where nothing does, or nothing that is a manifest. */
export const manifestOf = (backup: string): Promise<Manifest | null> => readManifest(manifestPath(backup));

const readManifest = async (path: string): Promise<Manifest | null> => {
  if (!existsSync(path) || (await stat(path)).size > MAX_BYTES) return null;
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
 * The newest backup of the same log in a folder, by its manifest; where there is none of the same log, the newest of any. Null
 * where there is none with an event in it.
 */
export const predecessorIn = async (folder: string, first: string | null): Promise<Predecessor | null> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  const found: (Predecessor & Manifest)[] = [];
  for (const name of names) {
    const manifest = await readManifest(join(folder, name));
    if (manifest !== null && manifest.events > 0) found.push({ ...manifest, name: name.slice(0, -SUFFIX.length) });
  }
  found.sort((a, b) => (a.made < b.made ? -1 : 1));
  return found.findLast((one) => one.first === first) ?? found.at(-1) ?? null;
};

/** What a backup holds, from beside it or, for one of an earlier build, out of it. Throws what `contentOf` throws. */
export const predecessorAt = async (backup: string): Promise<Predecessor> => ({
  ...((await manifestOf(backup)) ?? (await contentOf(backup)).content),
  name: basename(backup),
});

/**
 * What a log holds, and what it lacks of its predecessor, which `choose` finds by the id of the first event. Nobody may write
 * to it. Throws the errors of the port, and the signal's reason where that aborts.
 */
export const contentOf = async (
  file: string,
  choose: (first: string | null) => Promise<Predecessor | null> = () => Promise.resolve(null),
  signal?: AbortSignal,
): Promise<{ readonly content: LogContent; readonly lack: string | null }> => {
  const db = openFile(file, true);
  try {
    const hash = createHash('sha256');
    let [events, first, last, predecessor]: [number, string | null, string | null, Predecessor | null] = [
      0,
      null,
      null,
      null,
    ];
    let atPredecessor: LogContent | null = null;
    const rows = translated(() => db.prepare(ROWS).raw());
    for (;;) {
      const slice = translated(() => rows.all(events) as [number, string, ...unknown[]][]);
      if (events === 0) predecessor = await choose(slice[0] === undefined ? null : uuidOf(slice[0][1]));
      for (const row of slice) {
        hash.update(`${JSON.stringify(row)}\n`);
        events = row[0];
        last = uuidOf(row[1]);
        first ??= last;
        if (events === predecessor?.events) atPredecessor = { events, first, last, log: hash.copy().digest('hex') };
      }
      signal?.throwIfAborted();
      if (slice.length < SLICE) break;
      await turn();
    }
    const content = { events, first, last, log: hash.digest('hex') };
    return { content, lack: predecessor && lackOf(content, atPredecessor, predecessor) };
  } finally {
    db.close();
  }
};

/** By names, as numbers of streams and types are given anew in a copy. */
const ROWS = `SELECT position, lower(hex(id)), (SELECT name FROM streams WHERE number = stream), revision,
  (SELECT name FROM types WHERE number = type), recorded_at, payload
  FROM events WHERE position > ? ORDER BY position LIMIT ${SLICE}`;

const lackOf = (content: LogContent, there: LogContent | null, { name, ...than }: Predecessor): string | null => {
  if (content.events > 0 && content.first !== than.first)
    return `it is the log of another register than the backup ${name}`;
  if (content.events < than.events) return `it is shorter than the backup ${name}, which holds ${than.events} events`;
  return there?.log === than.log ? null : `it holds other events up to position ${than.events} than the backup ${name}`;
};
