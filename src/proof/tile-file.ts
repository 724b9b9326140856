/**
 * The tree as tiles of 256 hashes (C2SP tlog-tiles) in a SQLite file. Tile `number` of level 0 has the leaves from `number * 256` on,
 * one of level 1 the hashes of 256 complete tiles of level 0, and so on. Everything in it is computed from the log: a file that is
 * missing, of another version or unreadable is made anew.
 */
import Database from '../sqlite/database.js';
import { existsSync, rmSync } from 'node:fs';
import type { Cursor } from '../event-store/port.js';
import { createPrivateFile } from '../event-store/private-file.js';
import { rootOfLeaves, type SubtreeHash } from './merkle.js';

export const TILE_WIDTH = 256;
/** A tile has the subtrees of eight heights: 256 is 2^8. */
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;

/** Bump when the form of the file changes; files of another version are made anew. */
const TILE_FILE_VERSION = 1;
const TILES_SCHEMA = `
CREATE TABLE tiles (level INTEGER NOT NULL, number INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, number))
  STRICT, WITHOUT ROWID;
CREATE TABLE covered (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, cursor TEXT, before TEXT) STRICT;
INSERT INTO covered VALUES (1, 0, NULL, NULL);
PRAGMA user_version = ${TILE_FILE_VERSION};
`;
/** Short, because a wait blocks the event loop; no other process writes to the file. */
const BUSY_TIMEOUT_MS = 250;

/** A leaf hash, and the cursor of its event. */
export interface Leaf {
  readonly hash: Buffer;
  readonly cursor: Cursor;
}

/** How far the file covers the log. */
export interface TileCoverage {
  /** The number of leaves. */
  readonly size: number;
  /** The cursor of the last event covered; null if there is none. */
  readonly cursor: Cursor | null;
  /** The cursor of the event before the last one covered; null if there is none. */
  readonly before: Cursor | null;
}

export class TileFile {
  readonly #db: Database.Database;
  readonly #read;
  readonly #write;
  readonly #update;
  #covered: TileCoverage;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#read = db.prepare('SELECT hashes FROM tiles WHERE level = ? AND number = ?').pluck();
    this.#write = db.prepare('INSERT OR REPLACE INTO tiles VALUES (?, ?, ?)');
    this.#update = db.prepare('UPDATE covered SET size = ?, cursor = ?, before = ?');
    this.#covered = db.prepare('SELECT size, cursor, before FROM covered').get() as TileCoverage;
  }

  /** Opens a file, or makes it anew where it cannot be used. Throws SQLite and file-system errors if that fails too. */
  static open(path: string): TileFile {
    if (existsSync(path))
      try {
        return new TileFile(openFile(path));
      } catch {
        removeFile(path);
      }
    return TileFile.create(path);
  }

  /** Opens a file for reading only, also while another process writes to it; null where there is none that can be used. */
  static openReadonly(path: string): TileFile | null {
    try {
      return existsSync(path) ? new TileFile(openFile(path, true)) : null;
    } catch {
      return null;
    }
  }

  /** Makes an empty file in place of any that is there. Throws SQLite and file-system errors. */
  static create(path: string): TileFile {
    removeFile(path);
    createPrivateFile(path);
    const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    db.exec(TILES_SCHEMA);
    db.close();
    return new TileFile(openFile(path));
  }

  get covered(): TileCoverage {
    return this.#covered;
  }

  /** Adds the leaves that follow the last one, in one transaction. Throws SQLite errors. */
  append(leaves: readonly Leaf[]): void {
    const last = leaves.at(-1);
    if (last === undefined) return;
    const { size, cursor } = this.#covered;
    const hashes = leaves.map(({ hash }) => hash);
    const covered = { size: size + leaves.length, cursor: last.cursor, before: leaves.at(-2)?.cursor ?? cursor };
    this.#db.transaction(() => {
      this.#add(0, size, hashes);
      this.#update.run(covered.size, covered.cursor, covered.before);
    })();
    this.#covered = covered;
  }

  /** Adds hashes to the tiles of a level that has `count` of them, and the root of each tile that is full now to the level above. */
  #add(level: number, count: number, hashes: readonly Buffer[]): void {
    const full: Buffer[] = [];
    for (let added = 0; added < hashes.length;) {
      const number = Math.floor((count + added) / TILE_WIDTH);
      const width = (count + added) % TILE_WIDTH;
      const taken = hashes.slice(added, added + TILE_WIDTH - width);
      const tile = [...this.#hashes(level, number, width), ...taken];
      this.#write.run(level, number, Buffer.concat(tile));
      if (tile.length === TILE_WIDTH) full.push(rootOfLeaves(tile));
      added += taken.length;
    }
    if (full.length > 0) this.#add(level + 1, Math.floor(count / TILE_WIDTH), full);
  }

  /** The first `width` hashes of a tile; null if the tree has no such tile, or one with fewer. */
  tile(level: number, number: number, width: number): Buffer | null {
    if (number * TILE_WIDTH + width > this.#count(level)) return null;
    return Buffer.concat(this.#hashes(level, number, width));
  }

  /** The first `size` leaf hashes in order; ends early where the file lacks one. */
  *leaves(size: number): Generator<Buffer, void> {
    for (let from = 0; from < size; from += TILE_WIDTH) {
      const bytes = this.#read.get(0, from / TILE_WIDTH) as Buffer | undefined;
      const width = Math.min(TILE_WIDTH, size - from, (bytes?.length ?? 0) / HASH_BYTES);
      for (let row = 0; row + 1 <= width; row += 1)
        yield (bytes as Buffer).subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES);
      if (width < TILE_WIDTH) return;
    }
  }

  /** The hashes of complete subtrees of the tree. Throws DamagedTiles where the file lacks what it should have. */
  readonly subtree: SubtreeHash = (height, index) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const width = 2 ** (height % TILE_HEIGHT);
    const first = index * width;
    const number = Math.floor(first / TILE_WIDTH);
    const offset = first % TILE_WIDTH;
    return rootOfLeaves(this.#hashes(level, number, offset + width).slice(offset));
  };

  /** The number of hashes at a level. */
  #count(level: number): number {
    return Math.floor(this.#covered.size / TILE_WIDTH ** level);
  }

  #hashes(level: number, number: number, width: number): readonly Buffer[] {
    if (width === 0) return [];
    const bytes = this.#read.get(level, number) as Buffer | undefined;
    if (bytes === undefined || bytes.length < width * HASH_BYTES) throw new DamagedTiles();
    return Array.from({ length: width }, (_, row) => bytes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES));
  }

  close(): void {
    this.#db.close();
  }
}

/** The file lacks a tile that its size says it has. */
class DamagedTiles extends Error {
  override readonly name = 'DamagedTiles';
}

/** Whether the error means that the file is damaged and must be made anew. */
export const isDamagedTileFile = (error: unknown): boolean =>
  error instanceof DamagedTiles ||
  /^SQLITE_(CORRUPT|NOTADB)/.test(String((error as { readonly code?: unknown } | null)?.code));

const openFile = (path: string, readonly = false): Database.Database => {
  const db = new Database(path, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS, readonly });
  try {
    if (db.pragma('user_version', { simple: true }) !== TILE_FILE_VERSION) throw new Error('of another form');
    if (readonly) return db;
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const removeFile = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
};
