/**
 * The in-memory log: decides appends, deletes and tombstones, and which events of a stream are readable. Independent of
 * gRPC.
 */
import { randomUUID } from 'node:crypto';

export interface LogRecord {
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** Commit and prepare position, which are the same for what gRPC clients write. */
  readonly commit: bigint;
  /** When the record was written: milliseconds since 1970. */
  readonly created: number;
}

export type ProposedEvent = Pick<LogRecord, 'id' | 'type' | 'json' | 'data' | 'metadata'>;
export type NodeExpectation = bigint | 'any' | 'no_stream' | 'stream_exists';

/** Revision -1: the stream does not exist. Commit null: the record is no longer readable. */
export type WriteResult =
  | { readonly result: 'success'; readonly revision: bigint; readonly commit: bigint | null }
  | { readonly result: 'wrong-version'; readonly current: bigint }
  | { readonly result: 'deleted' };

/** The readable events of a stream, oldest first. */
export type StreamContent = 'missing' | 'deleted' | { readonly records: readonly LogRecord[]; readonly last: bigint };

/** The revision of a tombstone, and `$tb` of a stream that was deleted softly. */
export const DELETED = 9223372036854775807n;
export const TOMBSTONE = '$streamDeleted';
const NONE = -1n;
/** A real log starts with records of the node itself. */
const FIRST_POSITION = 1_024n;
const EMPTY_APPEND_SIZE = 124n;

interface Stream {
  readonly records: LogRecord[];
  tombstone: LogRecord | null;
  settings: Settings;
}
interface Settings {
  readonly $maxCount?: number;
  /** In seconds. */
  readonly $maxAge?: number;
  readonly $tb?: number;
}

const isMeta = (stream: string): boolean => stream.startsWith('$$');
const metaOf = (stream: string): string => `$$${stream}`;
const originalOf = (meta: string): string => meta.slice(2);
const isSoftDeleted = ({ $tb }: Settings): boolean => $tb !== undefined && $tb >= Number(DELETED);

export class InMemoryLog {
  readonly records: LogRecord[] = [];
  /** Events that reads were answered with, without those of subscriptions. */
  eventsRead = 0;
  private readonly streams = new Map<string, Stream>();
  /** The first record of each id; identifies repeated appends without an expected revision. */
  private readonly ids = new Map<string, LogRecord>();
  private readonly listeners = new Set<() => void>();
  /** Positions of appends without events. */
  private readonly emptyAppends = new Set<bigint>();
  private next = FIRST_POSITION;

  /** Calls back after every write; returns an unsubscribe function. */
  onWrite(onWrite: () => void): () => void {
    this.listeners.add(onWrite);
    return () => this.listeners.delete(onWrite);
  }

  /** A restarted node has forgotten the ids of earlier appends. */
  forgetIds(): void {
    this.ids.clear();
  }

  /** Keeps only the first records, like a log restored to an earlier state. */
  truncate(count: number): void {
    this.rewrite(this.records.slice(0, count));
  }

  /** Holds these records instead, each after those of its stream before it, as only somebody with access to the node's disk can do. */
  rewrite(records: readonly (ProposedEvent & Pick<LogRecord, 'stream'>)[]): void {
    this.records.length = 0;
    this.streams.clear();
    this.ids.clear();
    this.next = FIRST_POSITION;
    for (const record of records) this.write(record.stream, [record]);
  }

  /** Changes what a record holds, as only somebody with access to the node's disk can. */
  change(record: LogRecord, changes: Partial<Pick<LogRecord, 'data' | 'metadata'>>): LogRecord {
    const changed = { ...record, ...changes };
    for (const records of [this.records, this.streams.get(record.stream)?.records ?? []])
      records.splice(records.indexOf(record), 1, changed);
    return changed;
  }

  append(stream: string, expected: NodeExpectation, events: readonly ProposedEvent[]): WriteResult {
    const checked = this.check(
      stream,
      expected,
      events.map(({ id }) => id),
    );
    if (checked !== null) return checked;
    const wasDeleted = isSoftDeleted(this.settingsOf(stream));
    const undeleted = isMeta(stream) && isSoftDeleted(this.settingsOf(originalOf(stream))) ? originalOf(stream) : null;
    const from = this.lastRevision(stream) + 1n;
    const written = this.write(stream, events);
    if (wasDeleted) this.undelete(stream, from);
    if (undeleted !== null) this.undelete(undeleted, this.lastRevision(undeleted) + 1n);
    this.notify();
    const last = written.at(-1);
    if (last === undefined)
      return { result: 'success', revision: this.lastRevision(stream), commit: this.writeEmptyAppend() };
    return { result: 'success', revision: last.revision, commit: last.commit };
  }

  /** Appends without checks, as other programs do. */
  appendForeign(stream: string, event: ProposedEvent): LogRecord {
    const [written] = this.write(stream, [event]);
    this.notify();
    return written as LogRecord;
  }

  delete(stream: string, expected: NodeExpectation): WriteResult {
    const checked = this.check(stream, expected, [randomUUID()]);
    if (checked !== null) return checked;
    if (this.lastRevision(stream) < 0n && this.lastRevision(metaOf(stream)) < 0n)
      return { result: 'wrong-version', current: NONE };
    const [written] = this.write(metaOf(stream), [settingsEvent(`{"$tb":${DELETED}}`)]);
    this.notify();
    return { result: 'success', revision: NONE, commit: (written as LogRecord).commit };
  }

  tombstone(stream: string, expected: NodeExpectation): WriteResult {
    const checked = this.check(stream, expected, [randomUUID()]);
    if (checked !== null) return checked;
    const record = this.record(stream, DELETED, { ...settingsEvent(''), type: TOMBSTONE, json: false });
    this.streamOf(stream).tombstone = record;
    this.notify();
    return { result: 'success', revision: NONE, commit: record.commit };
  }

  read(stream: string): StreamContent {
    const last = this.lastRevision(stream);
    if (last === DELETED) return 'deleted';
    const settings = this.settingsOf(stream);
    if (last < 0n || isSoftDeleted(settings)) return 'missing';
    const { records } = this.streamOf(stream);
    const { $maxCount = Infinity, $maxAge = Infinity, $tb = 0 } = settings;
    const from = Math.max($tb, records.length - $maxCount);
    const since = Date.now() - $maxAge * 1_000;
    const kept = from > 0 ? records.slice(from) : records;
    return { records: $maxAge < Infinity ? kept.filter(({ created }) => created >= since) : kept, last };
  }

  /** The record that a link event points at, null if no longer readable. */
  resolveLink(link: LogRecord): LogRecord | null {
    const [revision, stream] = Buffer.from(link.data).toString().split(/@(.*)/s) as [string, string];
    const readable = this.read(stream);
    if (typeof readable === 'string') return null;
    return readable.records.find((record) => record.revision === BigInt(revision)) ?? null;
  }

  /** Index of the first record at or after a position. */
  indexAt(commit: bigint): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle] as LogRecord).commit < commit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether a read may start at a position: that of a record, or one after the last. */
  isPosition(commit: bigint): boolean {
    const record = this.records[this.indexAt(commit)];
    return commit === 0n || record === undefined || record.commit === commit || this.emptyAppends.has(commit);
  }

  /** The position of the next record. */
  positionAfter(index: number): bigint {
    return this.records[index + 1]?.commit ?? this.next;
  }

  lastRevision(stream: string): bigint {
    if (isMeta(stream) && this.lastRevision(originalOf(stream)) === DELETED) return DELETED;
    const known = this.streams.get(stream);
    if (known === undefined) return NONE;
    return known.tombstone === null ? BigInt(known.records.length - 1) : DELETED;
  }

  /** Checks a write as a node does; null if it is allowed. */
  private check(stream: string, expected: NodeExpectation, ids: readonly string[]): WriteResult | null {
    const current = this.lastRevision(stream);
    const wrong: WriteResult = { result: 'wrong-version', current };
    if (current === DELETED) return { result: 'deleted' };
    if (expected === 'stream_exists') {
      if (isSoftDeleted(this.settingsOf(stream))) return { result: 'deleted' };
      if (current < 0n && this.lastRevision(metaOf(stream)) < 0n) return wrong;
    }
    if (typeof expected === 'string' && expected !== 'no_stream') return this.checkIds(stream, ids, wrong);
    const at = expected === 'no_stream' ? NONE : expected;
    if (at === current) return null;
    if (at > current) return wrong;
    return this.checkRepeated(stream, at, ids, wrong);
  }

  /** Without an expected revision, an append is a repeat if all its ids were written before. */
  private checkIds(stream: string, ids: readonly string[], wrong: WriteResult): WriteResult | null {
    const known = ids.map((id) => this.ids.get(id)).map((record) => (record?.stream === stream ? record : null));
    if (known[0] === undefined || known[0] === null) return null;
    return known.includes(null) ? wrong : this.original(known.at(-1) as LogRecord);
  }

  /** With an earlier expected revision, an append is a repeat if the same ids follow that revision. */
  private checkRepeated(stream: string, at: bigint, ids: readonly string[], wrong: WriteResult): WriteResult | null {
    const { records } = this.streamOf(stream);
    const first = Number(at) + 1;
    const matching = ids.findIndex((id, index) => records[first + index]?.id !== id);
    if (matching === -1 && ids.length > 0) return this.original(records[first + ids.length - 1] as LogRecord);
    return matching === 0 && at === NONE && isSoftDeleted(this.settingsOf(stream)) ? null : wrong;
  }

  private original({ stream, revision, commit }: LogRecord): WriteResult {
    const readable = this.read(stream);
    const isKept = typeof readable !== 'string' && (readable.records[0]?.revision ?? DELETED) <= revision;
    return { result: 'success', revision, commit: isKept ? commit : null };
  }

  private writeEmptyAppend(): bigint {
    const commit = this.next;
    this.emptyAppends.add(commit);
    this.next += EMPTY_APPEND_SIZE;
    return commit;
  }

  private write(stream: string, events: readonly ProposedEvent[]): LogRecord[] {
    if (events.length === 0) return [];
    const { records } = this.streamOf(stream);
    const written = events.map((event) => {
      const record = this.record(stream, BigInt(records.length), event);
      records.push(record);
      if (!this.ids.has(record.id)) this.ids.set(record.id, record);
      return record;
    });
    if (isMeta(stream)) this.streamOf(originalOf(stream)).settings = settingsIn(written.at(-1) as LogRecord);
    return written;
  }

  private record(stream: string, revision: bigint, event: ProposedEvent): LogRecord {
    const record = { ...event, stream, revision, commit: this.next, created: Date.now() };
    this.records.push(record);
    this.next += BigInt(128 + stream.length + event.type.length + event.data.length + event.metadata.length);
    return record;
  }

  /** Makes a soft-deleted stream readable again from a revision on. */
  private undelete(stream: string, from: bigint): void {
    const last = this.streamOf(metaOf(stream)).records.at(-1) as LogRecord;
    const settings = { ...(JSON.parse(textOf(last.data)) as object), $tb: Number(from) };
    this.write(metaOf(stream), [settingsEvent(JSON.stringify(settings))]);
  }

  private notify(): void {
    for (const onWrite of this.listeners) onWrite();
  }

  private settingsOf(stream: string): Settings {
    return isMeta(stream) ? { $maxCount: 1 } : (this.streams.get(stream)?.settings ?? {});
  }

  private streamOf(name: string): Stream {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const made: Stream = { records: [], tombstone: null, settings: {} };
    this.streams.set(name, made);
    return made;
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

const settingsEvent = (text: string): ProposedEvent => ({
  id: randomUUID(),
  type: '$metadata',
  json: true,
  data: Buffer.from(text),
  metadata: new Uint8Array(),
});

const settingsIn = ({ data, json }: LogRecord): Settings => {
  if (!json || data.length === 0) return {};
  return JSON.parse(textOf(data)) as Settings;
};
