/**
 * A recorded event as a store keeps it, and back. The shape is checked twice: before the write, where a flaw is a bug
 * (TypeError), and after the read, where it is damage (StoreDamaged). Errors name types and places, never content.
 */
import {
  ACTOR_KINDS,
  RELIABILITIES,
  type EventDescription,
  type Finding,
  type RecordedEvent,
} from '../domain/event.js';
import { descriptionOf, type AnyEvent, type AnyEventType } from '../domain/events.js';
import { StoreDamaged, type NewEvent } from './port.js';
import { upcast, UPCASTERS, type Parts } from './upcasters.js';

/** What every store keeps of an event beside its place. */
export interface StoredRecord {
  readonly id: string;
  readonly type: string;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly recordedAt: number;
  /**
   * A JSON value `{ data, personal, meta }`. `personal` holds everything about a person and nothing else does, so that
   * sealing it leaves the rest as it is.
   */
  readonly payload: unknown;
}

/** Where in the log a record was found. */
export interface Place {
  readonly stream: string;
  readonly revision: number;
}

type Meta = Pick<RecordedEvent, 'schemaVersion' | 'actor' | 'acknowledged' | 'correlationId' | 'causationId'> & {
  readonly raised: readonly StoredFinding[];
};
/** A finding as it is stored: the ids of its events stand under `facts`, as in the first version, for stored events never change. */
type StoredFinding = Omit<Finding, 'events'> & { readonly facts: Finding['events'] };

const storedFinding = ({ code, grade, events, expected }: Finding): StoredFinding => ({
  code,
  grade,
  facts: events,
  expected,
});
const findingOf = ({ code, grade, facts, expected }: StoredFinding): Finding => ({
  code,
  grade,
  events: facts,
  expected,
});
type Description = EventDescription<Record<string, unknown>>;

/**
 * The record of an event, which shares nothing with it that could change. Throws TypeError for what could not be read back
 * exactly: a bug of the caller.
 */
export const encode = (recorded: NewEvent): StoredRecord => {
  const { id, event, schemaVersion, actor, acknowledged, raised, correlationId, causationId } = recorded;
  const described = descriptionOf(event.type);
  if (described === undefined) throw new TypeError('cannot store an event of an unknown type');
  const parts = split(event, described);
  const meta = { schemaVersion, actor, acknowledged, raised: raised.map(storedFinding), correlationId, causationId };
  const payload = jsonOf({ ...parts, meta });
  const recordedAt = Date.parse(recorded.recordedAt);
  const flaw =
    (schemaVersion === described.version ? null : 'not in the version of today') ??
    (formatInstant(recordedAt) === recorded.recordedAt ? null : 'recordedAt is no instant') ??
    flawOfId(id) ??
    flawOfMeta(meta) ??
    flawOfParts(parts, described) ??
    (payload === undefined ? 'JSON cannot keep its values' : null);
  if (flaw !== null) throw new TypeError(`cannot store ${event.type}: ${flaw}`);
  return { id, type: event.type, recordedAt, payload };
};

/** The recorded event in today's version of its type. Throws StoreDamaged for what this build cannot read. */
export const decode = (place: Place, { id, type, recordedAt, payload }: StoredRecord): RecordedEvent<AnyEvent> => {
  const described = descriptionOf(type);
  if (described === undefined) throw damaged(place, 'of an unknown type');
  const instant = formatInstant(recordedAt);
  if (instant === null) throw damaged(place, 'recorded at no instant');
  if (!isPayload(payload)) throw damaged(place, 'the payload has another shape');
  const { data, personal, meta } = payload;
  const flaw = flawOfId(id) ?? flawOfMeta(meta) ?? flawOfVersion(meta.schemaVersion, described);
  if (flaw !== null) throw damaged(place, flaw);
  const parts = upcast({ data, personal }, meta.schemaVersion, UPCASTERS[type as AnyEventType] ?? []);
  const flawed = flawOfParts(parts, described);
  if (flawed !== null) throw damaged(place, flawed);
  return {
    id,
    stream: place.stream,
    revision: place.revision,
    recordedAt: instant,
    schemaVersion: described.version,
    actor: meta.actor,
    acknowledged: meta.acknowledged,
    raised: meta.raised.map(findingOf),
    correlationId: meta.correlationId,
    causationId: meta.causationId,
    event: { type, ...parts.data, ...parts.personal } as AnyEvent,
  };
};

/**
 * An event that was written out in full, checked like one from the store and brought to today's version of its type; it need
 * not be of the type that it claims to be. Throws StoreDamaged.
 */
export const revive = (said: RecordedEvent<AnyEvent>): RecordedEvent<AnyEvent> => {
  const { stream, revision, recordedAt, id, event, schemaVersion, actor, acknowledged, raised, correlationId } = said;
  const place = { stream, revision };
  if (!isText(stream) || !isText(id) || !Number.isSafeInteger(revision) || revision < 0)
    throw new StoreDamaged('stream, revision or id has another shape');
  const described = isObject(event) ? descriptionOf(event.type) : undefined;
  if (described === undefined) throw damaged(place, 'of an unknown type');
  if (!Array.isArray(raised)) throw damaged(place, 'meta.raised has another shape');
  const { causationId } = said;
  const meta = { schemaVersion, actor, acknowledged, raised: raised.map(storedFinding), correlationId, causationId };
  const payload = { ...split(event, described), meta };
  const recorded = decode(place, { id, type: event.type, recordedAt: Date.parse(recordedAt), payload });
  if (recorded.recordedAt !== recordedAt) throw damaged(place, 'recorded at no instant');
  return recorded;
};

/** The payload of a text; undefined, which no JSON text has, for what is none. */
export const payloadOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const damaged = ({ stream, revision }: Place, flaw: string): StoreDamaged =>
  new StoreDamaged(`${stream}, revision ${revision}: ${flaw}`);

const isPersonal = (field: string, described: Description): boolean =>
  field === 'sources' || field === 'note' || described.personal.includes(field);

const split = (event: AnyEvent, described: Description): Parts => {
  const data: Record<string, unknown> = {};
  const personal: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(event)) {
    if (field !== 'type') (isPersonal(field, described) ? personal : data)[field] = value;
  }
  return { data, personal };
};

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isOptionalText: Check = (value) => value === undefined || isText(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);

/** The first field that fails its check, as a flaw. */
const flawOf = (value: unknown, part: string, checks: Readonly<Record<string, Check>>): string | null => {
  if (!isObject(value)) return `${part} is no object`;
  for (const field in checks) if (!checks[field]?.(value[field])) return `${part}.${field} has another shape`;
  return null;
};

const isPayload = (value: unknown): value is Parts & { meta: Meta } =>
  isObject(value) && isObject(value['data']) && isObject(value['personal']) && isObject(value['meta']);

const ACTOR: Readonly<Record<string, Check>> = {
  kind: isOneOf(ACTOR_KINDS),
  id: isText,
  asserted: (value) => typeof value === 'boolean',
};
const FINDING: Readonly<Record<string, Check>> = {
  code: isText,
  grade: isOneOf(['refuse', 'ask', 'warn']),
  facts: isTexts,
  expected: isText,
};
const META: Readonly<Record<string, Check>> = {
  schemaVersion: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  actor: (value) => flawOf(value, 'actor', ACTOR) === null,
  acknowledged: isTexts,
  raised: (value) => Array.isArray(value) && value.every((finding) => flawOf(finding, 'finding', FINDING) === null),
  correlationId: isText,
  causationId: (value) => value === null || isText(value),
};
const flawOfMeta = (meta: unknown): string | null => flawOf(meta, 'meta', META);

const flawOfVersion = (version: number, described: Description): string | null =>
  version > described.version ? 'in a later version than this build knows' : null;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const flawOfId = (id: string): string | null => (UUID.test(id) ? null : 'the id is no UUID in lower case');

const isAbsent: Check = (value) => value === undefined;
const SAID: Readonly<Record<string, Check>> = { reliability: isOneOf(RELIABILITIES), after: isOptionalText };
const DATED = { ...SAID, occurredOn: isText };
const UNDATED = { ...SAID, occurredOn: isAbsent };
const PERSONAL: Readonly<Record<string, Check>> = { sources: Array.isArray, note: isOptionalText };

/** Every field in the part where it belongs, and what every event carries in shape. */
const flawOfParts = ({ data, personal }: Parts, described: Description): string | null => {
  for (const field in personal) if (!isPersonal(field, described)) return 'a field too many is personal';
  for (const field in data)
    if (field === 'type' || isPersonal(field, described)) return 'a personal field is not apart';
  return flawOf(personal, 'personal', PERSONAL) ?? flawOf(data, 'data', described.dated ? DATED : UNDATED);
};

/** The instant as ISO 8601 with milliseconds; null for what is none, or lies outside the years 0000 to 9999. */
const formatInstant = (milliseconds: number): string | null => {
  if (!Number.isInteger(milliseconds) || Math.abs(milliseconds) > 8.64e15) return null;
  const text = new Date(milliseconds).toISOString();
  return text.length === 24 ? text : null;
};

/** The instant of a last event as stored. Throws StoreDamaged for none. */
export const instantOf = (milliseconds: number): string => {
  const instant = formatInstant(milliseconds);
  if (instant === null) throw new StoreDamaged('the last event: recorded at no instant');
  return instant;
};

/** How deep an event may be nested; ours are four deep. */
const MAX_DEPTH = 32;

/** A copy of a value that JSON gives back as it is; undefined for any other: undefined, NaN, a date, what is nested too deep. */
const jsonOf = (value: unknown, depth = 0): unknown => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth > MAX_DEPTH || 'toJSON' in value) return undefined;
  if (Array.isArray(value)) {
    const copy = value.map((inner) => jsonOf(inner, depth + 1));
    return copy.includes(undefined) ? undefined : copy;
  }
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) if ((copy[name] = jsonOf(copy[name], depth + 1)) === undefined) return undefined;
  return copy;
};
