/**
 * The stored form of events and how it is decoded (`encode.ts` encodes new events). Before an event is written, a wrong shape is a bug of
 * the caller (TypeError); after it was read, it is damage (StoreDamaged). Error messages name streams, revisions, types and fields, never
 * content.
 *
 * New events are stored as canonical JSON with a leaf hash (`leaf.ts`). Events recorded before there were leaf hashes have neither: they
 * are read and copied as they are, and no hash covers them until they are adopted, that is, given leaf hashes beside the log.
 */
import {
  ACTOR_KINDS,
  RELIABILITIES,
  metadataOf,
  type EventDescription,
  type EventMetadata,
  type Finding,
  type RecordedEvent,
} from '../domain/event.js';
import { descriptionOf, type AnyEvent, type AnyEventType } from '../domain/events.js';
import { canonicalJson, exactCanonicalJson, hasLoneSurrogate } from '../json/canonical.js';
import { joinCorrection, splitCorrection } from './correction-parts.js';
import { erasedPersonalPart } from './erased.js';
import { formatInstant, parseInstant } from './instant.js';
import {
  checkCommitment,
  commitmentOf,
  leafHash,
  leafText,
  newSalt,
  serializePersonalPart,
  type PayloadTexts,
} from './leaf.js';
import { slicePayload } from './payload-slices.js';
import { StoreDamaged, type AdoptedLeaf, type NewEvent, type UnplacedRecord } from './port.js';
import { upcast, UPCASTERS, type EventParts } from './upcasters.js';

/** A record without its leaf hash, which reading an event does not need. */
export type RecordToDecode = Pick<UnplacedRecord, 'id' | 'type' | 'recordedAt' | 'payload'>;

/** A record as it is written: its payload is the JSON text that is stored, from which its size is computed. */
export interface EncodedRecord extends Omit<UnplacedRecord, 'payload'> {
  readonly text: string;
}

/** A record with its payload both as a value and as text. */
export interface RecordWithPayloadText extends UnplacedRecord {
  readonly text: string;
}

/** Identifies an event by its place in a stream: for decoding, for its leaf hash and in error messages. */
export interface StreamRevision {
  readonly stream: string;
  readonly revision: number;
}

type StoredMetadata = Omit<EventMetadata, 'raised'> & { readonly raised: readonly StoredFinding[] };
/** A finding as stored. The ids of its events stay under `facts`, their earlier name, because stored events never change. */
type StoredFinding = Omit<Finding, 'events'> & { readonly facts: Finding['events'] };

const encodeFinding = ({ code, grade, events, expected }: Finding): StoredFinding => ({
  code,
  grade,
  facts: events,
  expected,
});
const decodeFinding = ({ code, grade, facts, expected }: StoredFinding): Finding => ({
  code,
  grade,
  events: facts,
  expected,
});
/** Written out field by field, in the order of METADATA_FIELDS; a field that is left out fails to compile. */
const encodeMeta = (recorded: EventMetadata): Required<StoredMetadata> => ({
  schemaVersion: recorded.schemaVersion,
  actor: recorded.actor,
  acknowledged: recorded.acknowledged,
  raised: recorded.raised.map(encodeFinding),
  correlationId: recorded.correlationId,
  causationId: recorded.causationId,
});
const decodeMeta = (meta: StoredMetadata, schemaVersion: number): EventMetadata => {
  const metadata = metadataOf(meta as unknown as EventMetadata);
  return Object.assign(metadata, { schemaVersion, raised: meta.raised.map(decodeFinding) });
};
export type AnyEventDescription = EventDescription<Record<string, unknown>>;

/**
 * Encodes an event of an export that was made before there were leaf hashes, as it was stored then: without salt, commitment
 * and leaf hash. Throws as `encode` does.
 */
export const encodeWithoutLeaf = (recorded: NewEvent): RecordWithPayloadText => {
  const { id, event } = recorded;
  const { description, meta, recordedAt } = checkNewEvent(recorded);
  const payload = { ...storedParts(event, description), meta };
  // Throws for what JSON.stringify would leave out or change.
  exactCanonicalJson(payload);
  return { id, type: event.type, recordedAt, payload, leaf: null, text: JSON.stringify(payload) };
};

/** Checks a new event; returns the description of its type, its stored metadata and its time. Throws TypeError if it is not storable. */
export const checkNewEvent = (
  recorded: NewEvent,
): { readonly description: AnyEventDescription; readonly meta: StoredMetadata; readonly recordedAt: number } => {
  const { id, event, schemaVersion } = recorded;
  const description = descriptionOf(event.type);
  if (description === undefined) throw new TypeError('cannot store an event of an unknown type');
  const meta = encodeMeta(recorded);
  const recordedAt = parseInstant(recorded.recordedAt);
  const error =
    (schemaVersion === description.version ? null : 'not in the version of today') ??
    findIdError(id) ??
    findMetaError(meta) ??
    findInheritedFieldError(event) ??
    findFieldsError(event, event, description);
  if (error !== null) throw new TypeError(`cannot store ${event.type}: ${error}`);
  if (recordedAt === null) throw new TypeError(`cannot store ${event.type}: recordedAt is no instant`);
  return { description, meta, recordedAt };
};

/** The fields of a new event, split into the public and the personal part. Throws TypeError for a correction that cannot be stored. */
export const storedParts = (event: AnyEvent, description: AnyEventDescription): EventParts => {
  const parts = toStoredParts(event.type, splitPersonal(event, description));
  if (typeof parts === 'string') throw new TypeError(`cannot store ${event.type}: ${parts}`);
  return parts;
};

/** Decodes a record and upcasts it to the current version of its type. Throws StoreDamaged for what this build cannot read. */
export const decode = (
  place: StreamRevision,
  { id, type, recordedAt, payload }: RecordToDecode,
): RecordedEvent<AnyEvent> => {
  const description = descriptionOf(type);
  if (description === undefined) throw damagedEvent(place, 'of an unknown type');
  const instant = formatInstant(recordedAt);
  if (instant === null) throw damagedEvent(place, 'recorded at no instant');
  if (!isPayload(payload)) throw damagedEvent(place, 'the payload has another shape');
  const { data, meta } = payload;
  const personal = personalFields(type, payload);
  const recordError = findIdError(id) ?? findMetaError(meta) ?? findVersionError(meta.schemaVersion, description);
  if (recordError !== null) throw damagedEvent(place, recordError);
  const parts = fromStoredParts(
    type,
    upcast({ data, personal }, meta.schemaVersion, UPCASTERS[type as AnyEventType] ?? []),
  );
  if (typeof parts === 'string') throw damagedEvent(place, parts);
  const dataError = findPartsError(parts, description);
  if (dataError !== null) throw damagedEvent(place, dataError);
  // Not a spread: spreading this many fields was measured to add half the time that parsing the event takes.
  return Object.assign(decodeMeta(meta, description.version), {
    id,
    stream: place.stream,
    revision: place.revision,
    recordedAt: instant,
    event: { type, ...parts.data, ...parts.personal } as AnyEvent,
  });
};

/**
 * Verifies a stored event by its leaf hash and commitment. Throws StoreDamaged if it was changed. `covered`: unchanged; `erased`: the
 * personal part was erased, the rest is unchanged; `uncovered`: it was recorded before there were leaf hashes and has none; `adopted`:
 * likewise, but it was given one later, and is unchanged since.
 */
export const verifyRecord = (place: StreamRevision, record: UnplacedRecord): LeafCoverage =>
  verifyAndSerialize(place, record).coverage;

type LeafCoverage = 'covered' | 'erased' | 'uncovered' | 'adopted';

/** As `verifyRecord`; also returns the stored text of the payload. */
const verifyAndSerialize = (
  place: StreamRevision,
  record: UnplacedRecord,
): { readonly coverage: LeafCoverage; readonly text: string } => {
  const { leaf, adopted } = record;
  if (leaf === null) {
    const { payload } = record;
    if (isObject(payload) && 'commitment' in payload) throw damagedEvent(place, 'its leaf hash is missing');
    return { coverage: 'uncovered', text: JSON.stringify(payload) };
  }
  const stored = adopted === undefined ? record.text : undefined;
  const slices = stored === undefined ? null : slicePayload(stored);
  const texts = slices ?? coveredTexts(record);
  if (texts === null) throw damagedEvent(place, 'the payload has another shape');
  const written = (): string => (adopted === undefined ? payloadText(texts) : JSON.stringify(record.payload));
  const text = slices !== null && stored !== undefined ? stored : written();
  if (stored !== undefined && stored !== text) throw damagedEvent(place, 'it is not in canonical form');
  if (leafHash(buildLeafText(place, record, texts)) !== leaf)
    throw damagedEvent(place, 'it is not what its leaf hash was made of');
  const commitment = checkCommitment(texts);
  if (commitment === 'other') throw damagedEvent(place, 'its personal part is not what was committed to');
  if (commitment === 'erased') return { coverage: 'erased', text };
  return { coverage: adopted === undefined ? 'covered' : 'adopted', text };
};

/**
 * Computes, without storing it, the leaf hash of an event that was recorded before there were any, with a new salt and a commitment to its
 * personal part. Throws StoreDamaged for an event that this build cannot read, or that has no canonical form.
 */
export const createAdoptedLeaf = (place: StreamRevision, record: RecordToDecode): AdoptedLeaf => {
  decode(place, record);
  const { data, meta, personal } = record.payload as Omit<CoveredPayload, 'commitment'>;
  if (personal === null) throw damagedEvent(place, 'its personal part was erased before it had a leaf hash');
  const salt = newSalt();
  const commitment = commitmentOf(salt, serializePersonalPart(personal, salt).covered);
  const texts = payloadTextsOf({ commitment, data, meta: { ...meta }, personal: { ...personal, salt } });
  if (texts === null || hasLoneSurrogate(payloadText(texts))) throw damagedEvent(place, 'it has no canonical form');
  return { commitment, salt, leaf: leafHash(buildLeafText(place, record, texts)) };
};

/** The canonical text whose hash is the leaf of a covered event; null for an event without a leaf hash or of another shape. */
export const leafTextOf = (place: StreamRevision, record: UnplacedRecord): string | null => {
  const texts = record.leaf === null ? null : coveredTexts(record);
  return texts && buildLeafText(place, record, texts);
};

/** The parsed payload of an event with a leaf hash; for an adopted event, completed by its commitment and salt. */
interface CoveredPayload {
  readonly commitment: string | null;
  readonly data: unknown;
  readonly meta: Readonly<Record<string, unknown>>;
  /** The personal part with its salt; null where it was erased, or there never was one. */
  readonly personal: Readonly<Record<string, unknown>> | null;
}

/** The canonical texts of the parts of a payload; null if they are nested too deep to be of an event. */
const payloadTextsOf = ({ commitment, data, meta, personal }: CoveredPayload): PayloadTexts | null => {
  try {
    return {
      commitment,
      data: canonicalJson(data),
      meta: canonicalJson(meta),
      schemaVersion: meta['schemaVersion'] as number,
      personal: personal && serializePersonalPart(personal, personal['salt']),
    };
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};

/** The canonical text of a payload. */
export const payloadText = ({ commitment, data, meta, personal }: Omit<PayloadTexts, 'schemaVersion'>): string =>
  `{"commitment":${canonicalJson(commitment)},"data":${data},"meta":${meta},"personal":${personal?.stored ?? 'null'}}`;

const buildLeafText = (
  { stream, revision }: StreamRevision,
  { id, type, recordedAt }: Pick<UnplacedRecord, 'id' | 'type' | 'recordedAt'>,
  { data, meta, schemaVersion, commitment }: PayloadTexts,
): string => {
  const instant = formatInstant(recordedAt) ?? '';
  return leafText({
    stream,
    revision,
    id,
    type,
    schemaVersion,
    recordedAt: instant,
    data,
    meta,
    personalCommitment: commitment,
  });
};

/** The canonical texts of the payload parts that the leaf hash of an event covers; null for a payload of another shape. */
const coveredTexts = (record: UnplacedRecord): PayloadTexts | null => {
  const covered = coveredPayloadWithAdoption(record);
  return covered && payloadTextsOf(covered);
};

/** The payload that the leaf hash of an event covers; for an adopted event, completed by the commitment and salt stored beside the log. */
const coveredPayloadWithAdoption = ({ payload, adopted }: UnplacedRecord): CoveredPayload | null => {
  if (adopted === undefined) return asCoveredPayload(payload);
  if (!isObject(payload)) return null;
  const { personal } = payload;
  const salted = isObject(personal) ? { ...personal, salt: adopted.salt } : personal;
  return asCoveredPayload({ ...payload, personal: salted, commitment: adopted.commitment });
};

const COVERED_FIELDS = ['commitment', 'data', 'meta', 'personal'];

/** Narrows the type of a payload to that of an event with a leaf hash; null unless it has exactly the four parts. */
const asCoveredPayload = (payload: unknown): CoveredPayload | null => {
  if (!isObject(payload) || Object.keys(payload).length !== COVERED_FIELDS.length) return null;
  const { commitment, data, meta, personal } = payload;
  const isCovered =
    (commitment === null || isString(commitment)) &&
    isObject(data) &&
    isObject(meta) &&
    (personal === null || isObject(personal));
  return isCovered ? (payload as unknown as CoveredPayload) : null;
};

/** The personal part without its salt; placeholders (see `erased.ts`) where it was erased. */
const personalFields = (type: string, payload: StoredPayloadParts): EventParts['personal'] => {
  if (payload.personal === null) return erasedPersonalPart(type);
  if (!('commitment' in payload)) return payload.personal;
  const { salt: _, ...fields } = payload.personal;
  return fields;
};

/** Checks a stored event whole: that its leaf hash fits it, and that this build can read it. Throws StoreDamaged. */
export const checkStoredEvent = (place: StreamRevision, record: UnplacedRecord): void => {
  verifiedText(place, record);
};

/** Verifies an event, checks that it can be decoded, and returns the stored text of its payload. Throws StoreDamaged. */
const verifiedText = (place: StreamRevision, record: UnplacedRecord): string => {
  const { text } = verifyAndSerialize(place, record);
  decode(place, record);
  return text;
};

/**
 * Serializes a record of another store or of a file, as it is. Throws StoreDamaged if this build cannot read it, or if it is not what
 * its leaf hash was made of.
 */
export const reserialize = (
  place: StreamRevision,
  { id, type, recordedAt, payload, leaf, adopted }: UnplacedRecord,
): RecordWithPayloadText => {
  const record = { id, type, recordedAt, payload, leaf, ...(adopted && { adopted }) };
  const text = verifiedText(place, record);
  // The store keeps adopted leaf hashes elsewhere (`adopt`).
  return { id, type, recordedAt, payload, leaf: adopted === undefined ? leaf : null, text };
};

/** The stored text of a payload, which is the same in every store: canonical if stored with a leaf hash, else as it was written. */
export const storedText = ({ payload, leaf, adopted }: Pick<UnplacedRecord, 'payload' | 'leaf' | 'adopted'>): string =>
  leaf === null || adopted !== undefined ? JSON.stringify(payload) : canonicalJson(payload);

/**
 * Validates and upcasts an event of a log that was exported before there were leaf hashes, like one from the store. The static
 * type of `input` is not trusted: its shape is checked. Throws StoreDamaged.
 */
export const decodeExportedEvent = (input: RecordedEvent<AnyEvent>): RecordedEvent<AnyEvent> => {
  const { stream, revision, recordedAt, id, event } = input;
  const place = { stream, revision };
  if (!isString(stream) || !isString(id) || !Number.isSafeInteger(revision) || revision < 0)
    throw new StoreDamaged('stream, revision or id has another shape');
  const description = isObject(event) ? descriptionOf(event.type) : undefined;
  if (description === undefined) throw damagedEvent(place, 'of an unknown type');
  if (!Array.isArray(input.raised)) throw damagedEvent(place, 'meta.raised has another shape');
  const parts = toStoredParts(event.type, splitPersonal(event, description));
  if (typeof parts === 'string') throw damagedEvent(place, parts);
  const payload = { ...parts, meta: encodeMeta(input) };
  const recorded = decode(place, { id, type: event.type, recordedAt: Date.parse(recordedAt), payload });
  if (recorded.recordedAt !== recordedAt) throw damagedEvent(place, 'recorded at no instant');
  return recorded;
};

/** Parses stored JSON; undefined (which no JSON text yields) if it is invalid. */
export const parsePayload = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const damagedEvent = ({ stream, revision }: StreamRevision, error: string): StoreDamaged =>
  new StoreDamaged(`${stream}, revision ${revision}: ${error}`);

/** The fields that are personal in events of every type. */
export const ALWAYS_PERSONAL: readonly string[] = ['sources', 'note'];

export const isPersonal = (field: string, description: AnyEventDescription): boolean =>
  ALWAYS_PERSONAL.includes(field) || description.personal.includes(field);

const splitPersonal = (event: AnyEvent, description: AnyEventDescription): EventParts => {
  const data: Record<string, unknown> = {};
  const personal: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(event)) {
    if (field !== 'type') (isPersonal(field, description) ? personal : data)[field] = value;
  }
  return { data, personal };
};

/** Brings parts into their stored form, in which only those of corrections differ. Returns the parts, or an error message. */
const toStoredParts = (type: string, parts: EventParts): EventParts | string =>
  type === 'corrected' ? splitCorrection(parts, isPersonal) : parts;
const fromStoredParts = (type: string, parts: EventParts): EventParts | string =>
  type === 'corrected' ? joinCorrection(parts, isPersonal) : parts;

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isStringArray: Check = (value) => Array.isArray(value) && value.every(isString);
export const isOptionalString: Check = (value) => value === undefined || isString(value);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isOneOf =
  (values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);

/** An error for the first field that fails its check, or null. */
const findError = (value: unknown, part: string, checks: Readonly<Record<string, Check>>): string | null => {
  if (!isObject(value)) return `${part} is no object`;
  for (const field in checks) if (!checks[field]?.(value[field])) return `${part}.${field} has another shape`;
  return null;
};

interface StoredPayloadParts extends Pick<EventParts, 'data'> {
  /** Null where the personal part was erased, or there never was one. */
  readonly personal: EventParts['personal'] | null;
  readonly meta: StoredMetadata;
}

const isPayload = (value: unknown): value is StoredPayloadParts =>
  isObject(value) &&
  isObject(value['data']) &&
  isObject(value['meta']) &&
  (isObject(value['personal']) || value['personal'] === null);

const ACTOR_CHECKS: Readonly<Record<string, Check>> = {
  kind: isOneOf(ACTOR_KINDS),
  id: isString,
  asserted: (value) => typeof value === 'boolean',
};
const FINDING_CHECKS: Readonly<Record<string, Check>> = {
  code: isString,
  grade: isOneOf(['refuse', 'ask', 'warn']),
  facts: isStringArray,
  expected: isString,
};
const META_CHECKS: Readonly<Record<string, Check>> = {
  schemaVersion: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  actor: (value) => findError(value, 'actor', ACTOR_CHECKS) === null,
  acknowledged: isStringArray,
  raised: (value) =>
    Array.isArray(value) && value.every((finding) => findError(finding, 'finding', FINDING_CHECKS) === null),
  correlationId: isString,
  causationId: (value) => value === null || isString(value),
};
const findMetaError = (meta: unknown): string | null => findError(meta, 'meta', META_CHECKS);
export const isStoredMetadata = (meta: unknown): meta is StoredMetadata => findMetaError(meta) === null;

const findVersionError = (version: number, description: AnyEventDescription): string | null =>
  version > description.version ? 'in a later version than this build knows' : null;

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const findIdError = (id: string): string | null => (UUID_PATTERN.test(id) ? null : 'the id is no UUID in lower case');

const isAbsent: Check = (value) => value === undefined;
const COMMON_CHECKS: Readonly<Record<string, Check>> = { reliability: isOneOf(RELIABILITIES), after: isOptionalString };
const DATED_CHECKS = { ...COMMON_CHECKS, occurredOn: isString };
const UNDATED_CHECKS = { ...COMMON_CHECKS, occurredOn: isAbsent };
const PERSONAL_CHECKS: Readonly<Record<string, Check>> = { sources: Array.isArray, note: isOptionalString };

const COMMON_FIELDS = Object.keys({ ...DATED_CHECKS, ...PERSONAL_CHECKS });
/** An error if a common field is inherited through the prototype: it would pass the checks, but not be written. */
const findInheritedFieldError = (event: object): string | null =>
  COMMON_FIELDS.every((name) => !(name in event) || Object.hasOwn(event, name)) ? null : 'a field is not its own';

/** Checks that each field is in the right part, and the shape of the fields common to all types. */
const findPartsError = ({ data, personal }: EventParts, description: AnyEventDescription): string | null => {
  for (const field in personal) if (!isPersonal(field, description)) return 'a field too many is personal';
  for (const field in data)
    if (field === 'type' || isPersonal(field, description)) return 'a personal field is not apart';
  return findFieldsError(data, personal, description);
};

/** Checks the shape of the fields common to all types. */
const findFieldsError = (data: unknown, personal: unknown, description: AnyEventDescription): string | null =>
  findError(personal, 'personal', PERSONAL_CHECKS) ??
  findError(data, 'data', description.dated ? DATED_CHECKS : UNDATED_CHECKS);

/** Formats the stored time of the last event. Throws StoreDamaged if it is invalid. */
export const formatRecordedAt = (milliseconds: number): string => {
  const instant = formatInstant(milliseconds);
  if (instant === null) throw new StoreDamaged('the last event: recorded at no instant');
  return instant;
};
