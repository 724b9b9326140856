/**
 * The events of every stream as the log gave them, so that rows can be derived and histories reckoned without the store.
 * This is the one place of a read-model file that holds what was said; all else in it follows from here.
 */
import type { CaseEvent } from '../domain/case/events.js';
import type { ReferenceData } from '../domain/case/reference-data.js';
import { referencedIds } from '../domain/case/reference-data.js';
import { periodsAndUnfoundedReleases } from '../domain/case/timeline.js';
import type { Actor, Finding, EventWithId } from '../domain/event.js';
import {
  DefinitionCache,
  type DefinitionKind,
  type Definitions,
  type FoldedDefinition,
} from '../domain/definitions.js';
import { parseStreamName, type AnyEvent, type StreamKind } from '../domain/events.js';
import type { Instrument } from '../domain/instrument/instrument.js';
import type { ListDefinition } from '../domain/list/list.js';
import type { Day } from '../domain/time.js';
import type { Cursor, LogEvent } from '../event-store/port.js';
import type { Db, CaseHistory } from './table.js';

/** `events` is in order of recording over the whole log; its stream numbers are this file's own and never leave it. */
export const LOG_TABLES = [
  'CREATE TABLE streams (no INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (kind, id))',
  `CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, recorded_at TEXT NOT NULL, metadata TEXT NOT NULL, cursor TEXT NOT NULL,
    event TEXT NOT NULL)`,
];
export const LOG_INDEXES = [
  'CREATE UNIQUE INDEX events_of_stream ON events (stream, revision)',
  'CREATE INDEX events_by_type ON events (type, position)',
];

/** An event with the position at which it was recorded. */
export interface Entry<F extends AnyEvent = AnyEvent> {
  readonly position: number;
  readonly revision: number;
  readonly known: EventWithId<F>;
}

/** How an event was recorded. */
export interface Metadata {
  readonly schemaVersion: number;
  readonly actor: Actor;
  readonly acknowledged: readonly string[];
  readonly raised: readonly Finding[];
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** A line of the history, before it is known what it changed. */
export interface Line extends Entry, Metadata {
  readonly stream: number;
  readonly subject: { readonly kind: StreamKind; readonly id: string };
  readonly recordedAt: string;
}

/** A case as its entries make it. */
export const caseHistoryOf = (id: string, entries: readonly Entry[]): CaseHistory => {
  const events = entries.map(({ known }) => known as EventWithId<CaseEvent>);
  return { id, events, ...periodsAndUnfoundedReleases(events) };
};

export class LogTables {
  readonly #insertStream;
  readonly #insertEvent;
  readonly #stream;
  readonly #subject;
  readonly #events;
  readonly #next;
  readonly #casesAfter;
  readonly #revision;
  readonly #definitions = new DefinitionCache();

  constructor(private readonly db: Db) {
    this.#insertStream = db.prepare('INSERT INTO streams (kind, id) VALUES (?, ?)');
    this.#insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#stream = db.prepare('SELECT no FROM streams WHERE kind = ? AND id = ?').pluck();
    this.#subject = db.prepare('SELECT kind, id FROM streams WHERE no = ?');
    this.#events = db
      .prepare('SELECT position, revision, id, event FROM events WHERE stream = ? AND position <= ? ORDER BY revision')
      .raw();
    this.#next = db.prepare(`SELECT ${LINE} FROM events WHERE position > ? ORDER BY position`);
    // The + keeps SQLite from sorting all cases of the index by kind for each few of them.
    this.#casesAfter = db.prepare("SELECT no FROM streams WHERE no > ? AND +kind = 'case' ORDER BY no LIMIT ?").pluck();
    this.#revision = db.prepare('SELECT max(revision) FROM events WHERE stream = ? AND position <= ?').pluck();
  }

  /** Keeps an event; the number of its stream. */
  store(logged: LogEvent): number {
    const { kind, id } = parseStreamName(logged.stream);
    const stream = this.find(kind, id) ?? Number(this.#insertStream.run(kind, id).lastInsertRowid);
    const { position, revision, event, recordedAt, cursor } = logged;
    const { schemaVersion, actor, acknowledged, raised, correlationId, causationId } = logged;
    const metadata: Metadata = { schemaVersion, actor, acknowledged, raised, correlationId, causationId };
    const [said, recorded] = [JSON.stringify(event), JSON.stringify(metadata)];
    this.#insertEvent.run(position, stream, revision, logged.id, event.type, recordedAt, recorded, cursor, said);
    return stream;
  }

  /** The number of a stream in this file, null where it has no event. */
  find(kind: StreamKind, id: string): number | null {
    return (this.#stream.get(kind, id) as number | undefined) ?? null;
  }

  /** What the stream of a number is; throws for a number that was never given out. */
  subject(stream: number): { readonly kind: StreamKind; readonly id: string } {
    const subject = this.#subject.get(stream);
    if (subject === undefined) throw new RangeError(`no stream ${stream}`);
    return subject as { kind: StreamKind; id: string };
  }

  /** The events that make a case up to a position, in order of recording. Merging will read several streams here. */
  entries<F extends AnyEvent = CaseEvent>(stream: number, upTo: number): readonly Entry<F>[] {
    return (this.#events.all(stream, upTo) as [number, number, string, string][]).map(
      ([position, revision, id, event]) => ({ position, revision, known: { id, event: JSON.parse(event) as F } }),
    );
  }

  /** Ids of all streams of a kind, sorted. */
  ids(kind: StreamKind): readonly string[] {
    return this.db.prepare('SELECT id FROM streams WHERE kind = ? ORDER BY id').pluck().all(kind) as string[];
  }

  /** Numbers of cases after a number, in their own order; a rebuild walks them. */
  casesAfter(stream: number, limit: number): readonly number[] {
    return this.#casesAfter.all(stream, limit) as number[];
  }

  countCases(): number {
    return this.db.prepare("SELECT count(*) FROM streams WHERE kind = 'case'").pluck().get() as number;
  }

  /** A list as its events up to a position make it, with its revision; null where it was not defined by then. */
  list(id: string, upTo: number): FoldedDefinition<ListDefinition> | null {
    return this.#definition('list', id, upTo);
  }

  /** The same of an instrument. */
  instrument(id: string, upTo: number): FoldedDefinition<Instrument> | null {
    return this.#definition('instrument', id, upTo);
  }

  /** What the events of a case refer to, as known at a position. */
  given({ events }: Pick<CaseHistory, 'events'>, upTo: number, today: Day): ReferenceData {
    const named = referencedIds(events.map(({ event }) => event));
    const defined = <D>(ids: ReadonlySet<string>, of: (id: string) => D | undefined): ReadonlyMap<string, D> =>
      new Map([...ids].flatMap((id) => ((found) => (found === undefined ? [] : [[id, found] as const]))(of(id))));
    return {
      today,
      lists: defined(named.lists, (id) => this.list(id, upTo)?.definition),
      instruments: defined(named.instruments, (id) => this.instrument(id, upTo)?.definition),
    };
  }

  /** Lines of the history after a position, of one stream or all, of some types or all. */
  lines(after: number, limit: number, stream: number | null, types: readonly string[] | null): readonly Line[] {
    const named = (types ?? []).map((type, at) => [`type${at}`, type] as const);
    const wanted = named.map(([name]) => `@${name}`);
    // Of each type the next ones by themselves, since an index by type gives several types in no order of positions.
    const next = wanted.map(
      (type) => `SELECT * FROM (SELECT position FROM events WHERE type = ${type} AND position > @after
        ORDER BY position LIMIT @limit)`,
    );
    const ofTypes = stream === null ? `position IN (${next.join(' UNION ALL ')})` : `type IN (${wanted.join(', ')})`;
    const sql = `SELECT ${LINE} FROM events
      WHERE position > @after ${stream === null ? '' : 'AND stream = @stream'}
      ${types === null ? '' : `AND ${ofTypes}`} ORDER BY position LIMIT @limit`;
    const rows = this.db.prepare(sql).all({ after, limit, stream, ...Object.fromEntries(named) }) as StoredLine[];
    return rows.map((row) => this.#line(row));
  }

  /** The next lines after a position, of every stream: at most `limit`, and no more once their events have `full` characters. */
  next(after: number, full: number, limit = Infinity): readonly Line[] {
    const rows: StoredLine[] = [];
    let length = 0;
    for (const row of this.#next.iterate(after) as IterableIterator<StoredLine>) {
      rows.push(row);
      length += row.event.length;
      if (length >= full || rows.length >= limit) break;
    }
    return rows.map((row) => this.#line(row));
  }

  /** Where the log goes on after a position: null before the first event, undefined where the position is not reached. */
  cursorAt(position: number): Cursor | null | undefined {
    if (position <= 0) return null;
    return this.db.prepare('SELECT cursor FROM events WHERE position = ?').pluck().get(position) as Cursor | undefined;
  }

  /** The id of the event at a position, null where it is not reached. */
  idAt(position: number): string | null {
    return (
      (this.db.prepare('SELECT id FROM events WHERE position = ?').pluck().get(position) as string | undefined) ?? null
    );
  }

  #line(row: StoredLine): Line {
    return {
      position: row.position,
      revision: row.revision,
      known: { id: row.id, event: JSON.parse(row.event) as AnyEvent },
      stream: row.stream,
      subject: this.subject(row.stream),
      recordedAt: row.recorded_at,
      ...(JSON.parse(row.metadata) as Metadata),
    };
  }

  #definition<K extends DefinitionKind>(kind: K, id: string, upTo: number): FoldedDefinition<Definitions[K]> | null {
    const stream = this.find(kind, id);
    const revision = stream === null ? null : (this.#revision.get(stream, upTo) as number | null);
    if (stream === null || revision === null) return null;
    const cached = this.#definitions.get(kind, id);
    if (cached?.revision === revision) return cached;
    // An earlier revision than the cached one is folded from the start.
    const base = cached !== undefined && cached.revision < revision ? cached : undefined;
    const newEvents = this.entries(stream, upTo)
      .filter((entry) => base === undefined || entry.revision > base.revision)
      .map((entry) => ({ revision: entry.revision, event: entry.known.event }));
    return this.#definitions.extend(kind, id, base, newEvents) ?? null;
  }
}

const LINE = 'position, revision, events.id AS id, stream, recorded_at, metadata, event';
interface StoredLine {
  readonly position: number;
  readonly revision: number;
  readonly id: string;
  readonly stream: number;
  readonly recorded_at: string;
  readonly metadata: string;
  readonly event: string;
}
