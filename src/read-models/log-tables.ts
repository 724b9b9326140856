/**
 * A copy of the log in the read-model file. All other tables of the file are projected from it, and histories are
 * computed from it, without reading the event store.
 */
import { LRUCache } from 'lru-cache';
import { amendmentEvents } from '../domain/amendments.js';
import type { CaseEvent } from '../domain/case/events.js';
import type { ClaimEvent } from '../domain/claim/events.js';
import { finding } from '../domain/case/findings.js';
import { findingsOf, unfoundedReleases, type Timeline } from '../domain/case/timeline.js';
import { metadataOf, type EventMetadata, type EventWithId } from '../domain/event.js';
import type { DefinitionKind, DefinitionByKind } from '../domain/definitions.js';
import { parseStreamName, type AnyEvent, type StreamKind } from '../domain/events.js';
import type { ListDefinition } from '../domain/list/list.js';
import type { Cursor, LogEvent } from '../event-store/port.js';
import { CREATE_CLAIM_TABLES, ClaimRowWriter } from './claims/claim-rows.js';
import { CREATE_CASE_TABLES, CaseStreamTables, feedsAt } from './log/case-streams.js';
import { CREATE_MERGE_TABLES, Merges } from './log/merges.js';
import { joinPersonal, splitPersonal } from './log/personal-parts.js';
import { RecordingTimes, CREATE_RECORDING_TIMES_TABLE } from './log/recording-times.js';
import { DefinitionVersions, type DefinitionEvent } from './log/definition-versions.js';
import { takePage } from './take-page.js';
import { cachedStatement, STILL_KNOWN, type Db, type CaseHistory } from './table.js';
import { stableLimit } from '../sqlite/stable-limit.js';

/** The personal fields of each event; the table `events` has the others. */
export const PERSONAL_EVENTS_TABLE = 'personal_events';

/** Statements that create the copy of the log. Stream numbers are local to one file and never leave it. */
export const CREATE_LOG_TABLES = [
  'CREATE TABLE streams (no INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (kind, id))',
  `CREATE TABLE events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
    id TEXT NOT NULL, type TEXT NOT NULL, recorded_at TEXT NOT NULL, metadata TEXT NOT NULL, cursor TEXT NOT NULL,
    event TEXT NOT NULL)`,
  `CREATE TABLE ${PERSONAL_EVENTS_TABLE} (position INTEGER PRIMARY KEY, event TEXT NOT NULL)`,
  ...CREATE_CASE_TABLES,
  ...CREATE_MERGE_TABLES,
  ...CREATE_CLAIM_TABLES,
  CREATE_RECORDING_TIMES_TABLE,
];
export const CREATE_LOG_INDEXES = [
  'CREATE UNIQUE INDEX events_of_stream ON events (stream, revision)',
  'CREATE INDEX events_by_type ON events (type, position)',
  'CREATE INDEX events_by_id ON events (id)',
];

/** An event as the log tables hold it, with its position in the log and its revision in its stream. */
export interface EventEntry<F extends AnyEvent = AnyEvent> {
  readonly position: number;
  readonly revision: number;
  readonly eventWithId: EventWithId<F>;
}

/** An entry with its metadata, its stream and the time of recording. */
export interface FullEventEntry extends EventEntry, EventMetadata {
  readonly stream: number;
  readonly subject: { readonly kind: StreamKind; readonly id: string };
  readonly recordedAt: string;
}

/** What the projected tables of a case are computed from. `voidMerges`: the ids of `merged` events that have no effect. */
export const caseHistoryOf = (id: string, timeline: Timeline, voidMerges: readonly string[] = []): CaseHistory => ({
  id,
  events: timeline.order.standingEvents,
  periods: timeline.courses.periods,
  unfoundedReleases: unfoundedReleases(timeline),
  findings: (references) => [
    ...findingsOf(timeline.order, references),
    ...voidMerges.map((event) => finding('CASE.MERGE_VOID', event)),
  ],
});

const AMENDMENT_TYPES = Object.keys(amendmentEvents);

/** The streams whose events are read; of each, the events up to a position. */
export type StreamPositionBounds = readonly { readonly stream: number; readonly upTo: number }[];

/** Streams whose numbers are remembered while events are stored. */
const MAX_REMEMBERED_STREAMS = 10_000;

export class LogTables {
  /** Cached numbers of streams in which events were stored, by stream name. */
  readonly #stored = new LRUCache<string, number>({ max: MAX_REMEMBERED_STREAMS });
  readonly cases: CaseStreamTables;
  readonly merges: Merges;
  readonly recordingTimes: RecordingTimes;
  readonly definitions: DefinitionVersions;
  readonly #claims: ClaimRowWriter;
  readonly #insertStream;
  readonly #insertEvent;
  readonly #insertPersonal;
  readonly #stream;
  readonly #subject;
  readonly #events;
  readonly #eventsAfter;
  readonly #revision;
  readonly #streamOfEvent;
  readonly #withAmendments;
  readonly #placeOf;
  readonly #recordedAt;
  readonly #id;

  constructor(private readonly db: Db) {
    this.cases = new CaseStreamTables(db);
    this.merges = new Merges(
      db,
      this.cases,
      (caseId) => this.streamNo('case', caseId),
      (stream) => this.#ownCase(stream),
    );
    this.recordingTimes = new RecordingTimes(db);
    this.#claims = new ClaimRowWriter(db);
    this.definitions = new DefinitionVersions((kind, id) => this.#definitionEvents(kind, id));
    this.#insertStream = db.prepare('INSERT INTO streams (kind, id) VALUES (?, ?)');
    this.#insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertPersonal = db.prepare(`INSERT INTO ${PERSONAL_EVENTS_TABLE} VALUES (?, ?)`);
    this.#stream = db.prepare('SELECT no FROM streams WHERE kind = ? AND id = ?').pluck();
    this.#subject = db.prepare('SELECT kind, id FROM streams WHERE no = ?');
    this.#events = db
      .prepare(
        `SELECT e.position, e.revision, e.id, e.event, p.event FROM events e ${JOIN_PERSONAL}
          WHERE e.stream = ? AND e.position <= ? ORDER BY e.revision`,
      )
      .raw();
    this.#eventsAfter = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM events e ${JOIN_PERSONAL} WHERE e.position > ? ORDER BY e.position`,
    );
    this.#streamOfEvent = db.prepare('SELECT stream FROM events WHERE id = ?').pluck();
    // An event and the amendments in its stream. Other events are not read: a single event of a list may have a mebibyte.
    this.#withAmendments = db.prepare(
      `SELECT ${EVENT_COLUMNS} FROM events e ${JOIN_PERSONAL} WHERE e.stream = @stream AND e.position <= @upTo
        AND (e.type IN (${AMENDMENT_TYPES.map((type) => `'${type}'`).join(', ')}) OR e.id = @id) ORDER BY e.revision`,
    );
    this.#placeOf = db.prepare(
      `SELECT position, (SELECT cursor FROM events WHERE position = e.position - 1) AS before FROM events e WHERE id = ?`,
    );
    this.#revision = db.prepare('SELECT max(revision) FROM events WHERE stream = ? AND position <= ?').pluck();
    this.#recordedAt = db.prepare('SELECT recorded_at FROM events WHERE position = ?').pluck();
    this.#id = db.prepare('SELECT id FROM events WHERE position = ?').pluck();
  }

  /** Inserts an event and returns the numbers of the cases whose timelines it changes. */
  store(logged: LogEvent): readonly number[] {
    const { kind, id } = parseStreamName(logged.stream);
    const { position, revision, event, recordedAt, cursor } = logged;
    const stream = this.#stored.get(logged.stream) ?? this.streamNo(kind, id) ?? this.#beginStream(kind, id, position);
    this.#stored.set(logged.stream, stream);
    const { nonPersonal, personal } = splitPersonal(event);
    const [eventJson, metadataJson] = [JSON.stringify(nonPersonal), JSON.stringify(metadataOf(logged))];
    this.#insertEvent.run(
      position,
      stream,
      revision,
      logged.id,
      event.type,
      recordedAt,
      metadataJson,
      cursor,
      eventJson,
    );
    this.#insertPersonal.run(position, JSON.stringify(personal));
    this.recordingTimes.add(recordedAt, position);
    if (kind === 'list' || kind === 'instrument') this.definitions.add(kind, id, logged);
    if (kind === 'claim') this.#claims.add({ stream, revision, position, id: logged.id, event: event as ClaimEvent });
    return kind === 'case' ? this.merges.add({ stream, position, id: logged.id, event: event as CaseEvent }) : [];
  }

  /** To be called when what was stored is rolled back. */
  clearCaches(): void {
    this.#stored.clear();
    this.recordingTimes.clearCache();
    this.definitions.clear();
  }

  #beginStream(kind: StreamKind, id: string, position: number): number {
    const stream = Number(this.#insertStream.run(kind, id).lastInsertRowid);
    if (kind === 'case') this.cases.openCase(id, stream, position);
    return stream;
  }

  /** The case that a stream began, whether or not the stream feeds it now. */
  #ownCase(stream: number): number {
    const caseNo = this.cases.caseNoOf(this.subjectOf(stream).id);
    if (caseNo === null) throw new RangeError(`stream ${stream} is not of a case`);
    return caseNo;
  }

  /** The number of a stream in this file; null if it has no events. */
  streamNo(kind: StreamKind, id: string): number | null {
    return (this.#stream.get(kind, id) as number | undefined) ?? null;
  }

  /** Kind and id of a stream. Throws RangeError for an unknown number. */
  subjectOf(stream: number): { readonly kind: StreamKind; readonly id: string } {
    const subject = this.#subject.get(stream);
    if (subject === undefined) throw new RangeError(`no stream ${stream}`);
    return subject as { kind: StreamKind; id: string };
  }

  /** The events of a stream up to a position, in order of recording. */
  streamEntries<F extends AnyEvent = CaseEvent>(stream: number, upTo: number): readonly EventEntry<F>[] {
    return (this.#events.all(stream, upTo) as [number, number, string, string, string | null][]).map(
      ([position, revision, id, event, personal]) => ({
        position,
        revision,
        eventWithId: { id, event: joinedEvent(event, personal) as F },
      }),
    );
  }

  /** An event and all amendments in its stream, up to a position; without the event if it was recorded later, empty for an unknown id. */
  eventWithAmendments(id: string, upTo: number): readonly FullEventEntry[] {
    const stream = this.#streamOfEvent.get(id) as number | undefined;
    return stream === undefined
      ? []
      : (this.#withAmendments.all({ id, stream, upTo }) as EventRow[]).map((row) => this.#toFullEntry(row));
  }

  /** The position of an event and the cursor of the event before it; null if there is no event of this id. */
  eventPlaceOf(id: string): { readonly position: number; readonly before: Cursor | null } | null {
    return (this.#placeOf.get(id) as { position: number; before: Cursor | null } | undefined) ?? null;
  }

  /** The events of a case up to a position, from every stream that feeds it there, in order of recording. */
  caseEntries(caseNo: number, upTo: number): readonly EventEntry<CaseEvent>[] {
    const feeding = this.cases.streamSpansOf(caseNo).filter((one) => feedsAt(one, upTo));
    const entries = feeding.map(({ stream }) => this.streamEntries(stream, upTo));
    return entries.length === 1 ? (entries[0] ?? []) : entries.flat().sort((a, b) => a.position - b.position);
  }

  /** The last revision of a stream up to a position; null if it has no event there. */
  lastRevision(stream: number, upTo: number): number | null {
    return this.#revision.get(stream, upTo) as number | null;
  }

  /** Ids of all streams of a kind, sorted. */
  idsOf(kind: StreamKind): readonly string[] {
    return this.db.prepare('SELECT id FROM streams WHERE kind = ? ORDER BY id').pluck().all(kind) as string[];
  }

  /** A list or instrument as defined at a position, with its revision; null if it was not yet defined. */
  definitionAt<K extends DefinitionKind>(
    kind: K,
    id: string,
    upTo: number,
  ): DefinitionAtRevision<DefinitionByKind[K]> | null {
    return definedOrNull(this.definitions.at(kind, id, upTo));
  }

  listAt(id: string, upTo: number): DefinitionAtRevision<ListDefinition> | null {
    return this.definitionAt('list', id, upTo);
  }

  /** Events after a position, in order; `streams` and `types` limit them unless null, and `limit` unless negative. */
  recordedEvents(
    after: number,
    limit: number,
    streams: StreamPositionBounds | null,
    types: readonly string[] | null,
  ): readonly FullEventEntry[] {
    const { sql, values } = recordedEventsQuery(after, limit, streams, types);
    return (cachedStatement(this.db, sql).all(values) as EventRow[]).map((row) => this.#toFullEntry(row));
  }

  /** A page of recordedEvents up to a position; `next` is the position after which the next page begins, null on the last. */
  pageOfEvents(
    { after, upTo, limit }: { readonly after: number; readonly upTo: number; readonly limit: number },
    streams: StreamPositionBounds | null,
    types: readonly string[] | null,
  ): { readonly events: readonly FullEventEntry[]; readonly next: number | null } {
    const { sql, values } = recordedEventsQuery(after, limit + 1, streams, types);
    const rows = cachedStatement(this.db, sql).iterate(values) as IterableIterator<EventRow>;
    const page = takePage(rowsUpTo(rows, upTo), limit, bytesOfEvent);
    return {
      events: page.rows.map((row) => this.#toFullEntry(row)),
      next: page.hasMore ? (page.rows.at(-1)?.position ?? null) : null,
    };
  }

  /**
   * The next events after a position, of every stream: at most `limit`, ending early once their JSON reaches
   * `maxLength` characters.
   */
  nextEvents(after: number, maxLength: number, limit = Infinity): readonly FullEventEntry[] {
    const rows: EventRow[] = [];
    let length = 0;
    for (const row of this.#eventsAfter.iterate(after) as IterableIterator<EventRow>) {
      rows.push(row);
      length += row.event.length + (row.personal?.length ?? 0);
      if (length >= maxLength || rows.length >= limit) break;
    }
    return rows.map((row) => this.#toFullEntry(row));
  }

  /** The store cursor of the event at a position: null at 0, undefined if the position is not projected yet. */
  cursorAt(position: number): Cursor | null | undefined {
    if (position <= 0) return null;
    return this.db.prepare('SELECT cursor FROM events WHERE position = ?').pluck().get(position) as Cursor | undefined;
  }

  /** Whether an event after a position, up to another, is of a list or an instrument. */
  hasDefinitionEvents(after: number, upTo: number): boolean {
    if (after >= upTo) return false;
    const sql = `SELECT 1 FROM events e JOIN streams s ON s.no = e.stream
      WHERE e.position > ? AND e.position <= ? AND s.kind IN ('list', 'instrument') LIMIT 1`;
    return cachedStatement(this.db, sql).get(after, upTo) !== undefined;
  }

  /** When the event at a position was recorded. Throws RangeError for a position that is not stored. */
  recordedAt(position: number): string {
    const recordedAt = this.#recordedAt.get(position) as string | undefined;
    if (recordedAt === undefined) throw new RangeError(`no event at position ${position}`);
    return recordedAt;
  }

  /** The id of the event at a position; null if the position is not projected yet. */
  eventIdAt(position: number): string | null {
    return (this.#id.get(position) as string | undefined) ?? null;
  }

  #toFullEntry(row: EventRow): FullEventEntry {
    return {
      position: row.position,
      revision: row.revision,
      eventWithId: { id: row.id, event: joinedEvent(row.event, row.personal) },
      stream: row.stream,
      subject: this.subjectOf(row.stream),
      recordedAt: row.recorded_at,
      ...(JSON.parse(row.metadata) as EventMetadata),
    };
  }

  #definitionEvents(kind: DefinitionKind, id: string): readonly DefinitionEvent[] {
    const stream = this.streamNo(kind, id);
    const entries = stream === null ? [] : this.streamEntries<AnyEvent>(stream, STILL_KNOWN);
    return entries.map(({ position, revision, eventWithId }) => ({ position, revision, ...eventWithId }));
  }
}

export interface DefinitionAtRevision<D> {
  readonly revision: number;
  readonly definition: D;
}

const definedOrNull = <D>(version: { readonly revision: number; readonly definition: D | null } | undefined) =>
  version === undefined || version.definition === null
    ? null
    : { revision: version.revision, definition: version.definition };

const EVENT_COLUMNS = 'e.position, e.revision, e.id, e.stream, e.recorded_at, e.metadata, e.event, p.event AS personal';
const JOIN_PERSONAL = `LEFT JOIN ${PERSONAL_EVENTS_TABLE} p ON p.position = e.position`;
interface EventRow {
  readonly position: number;
  readonly revision: number;
  readonly id: string;
  readonly stream: number;
  readonly recorded_at: string;
  readonly metadata: string;
  readonly event: string;
  readonly personal: string | null;
}

const recordedEventsQuery = (
  after: number,
  limit: number,
  streams: StreamPositionBounds | null,
  types: readonly string[] | null,
): { readonly sql: string; readonly values: object } => {
  const named = (types ?? []).map((type, at) => [`type${at}`, type] as const);
  const typeParameters = named.map(([name]) => `@${name}`);
  // One subquery a type: the index (type, position) orders positions only within one type.
  const nextEvents = typeParameters.map(
    (type) => `SELECT * FROM (SELECT position FROM events WHERE type = ${type} AND position > @after
      ORDER BY position ${stableLimit('@limit')})`,
  );
  const typeCondition =
    streams === null ? `e.position IN (${nextEvents.join(' UNION ALL ')})` : `e.type IN (${typeParameters.join(', ')})`;
  const from =
    streams === null ? 'events e' : `json_each(@streams) s CROSS JOIN events e ON e.stream = s.value ->> 'stream'`;
  const sql = `SELECT ${EVENT_COLUMNS} FROM ${from} ${JOIN_PERSONAL}
    WHERE e.position > @after ${streams === null ? '' : `AND e.position <= s.value ->> 'upTo'`}
    ${types === null ? '' : `AND ${typeCondition}`} ORDER BY e.position ${stableLimit('@limit')}`;
  const values = { after, limit, streams: streams && JSON.stringify(streams), ...Object.fromEntries(named) };
  return { sql, values };
};

function* rowsUpTo(rows: Iterable<EventRow>, upTo: number): Generator<EventRow> {
  for (const row of rows) {
    if (row.position > upTo) return;
    yield row;
  }
}

const bytesOfEvent = ({ event, personal }: EventRow): number =>
  Buffer.byteLength(event) + Buffer.byteLength(personal ?? '');

const joinedEvent = (open: string, personal: string | null): AnyEvent =>
  joinPersonal(
    JSON.parse(open) as Record<string, unknown>,
    personal === null ? null : (JSON.parse(personal) as Record<string, unknown>),
  );
