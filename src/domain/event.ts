/** The types that all kinds of streams share: events, their record in the log, findings and decisions. */

/** A date in EDTF level 0 (`2025-12-22`, `2025-12`, `2019`, `2024-02/2024-03`), optionally approximate (`2020-06~`). */
export type Edtf = string;

/** A full day: `2025-12-22`. */
export type FullDay = string;

export const SOURCE_KINDS = [
  'press',
  'court-document',
  'official',
  'lawyer',
  'family',
  'organisation',
  'social-media',
  'register-file',
  'other',
] as const;

/** The evidence for an event. At least one of `citation` and `url` is present. */
export interface Source {
  readonly kind: (typeof SOURCE_KINDS)[number];
  readonly citation?: string;
  readonly url?: string;
  readonly publisher?: string;
  /** The day on which the recorder read it. */
  readonly readOn?: Edtf;
  readonly machineTranslated?: boolean;
  /** SHA-256 of the archived copy, 64 hexadecimal digits. */
  readonly archiveHash?: string;
}

export const RELIABILITIES = ['reported', 'corroborated', 'verified'] as const;
export type Reliability = (typeof RELIABILITIES)[number];

/** The fields of every event, whatever its type. */
export interface CommonFields {
  /** When it happened; absent from undated types (`EventDescription.dated`). */
  readonly occurredOn?: Edtf;
  readonly sources: readonly Source[];
  readonly reliability: Reliability;
  readonly note?: string;
  /** The id of a dated event of the same case that certainly happened earlier. */
  readonly after?: string;
}

/** The events of a kind of stream: a union discriminated by `type`, built from a map of types to their fields. */
export type EventOf<Fields> = {
  [T in keyof Fields & string]: { readonly type: T } & CommonFields & Fields[T];
}[keyof Fields & string];

/** Metadata of an event type for the codec, the catalogue and the documentation. */
export interface EventDescription<Fields> {
  /** One sentence on what happened, where an event of this type is recorded. */
  readonly means: string;
  /** The current schema version, which new events are written in; older versions are upcast on reading. */
  readonly version: number;
  /** Whether the event happened on a day, so that `occurredOn` is required. */
  readonly dated: boolean;
  /** Fields stored separately so that they can be sealed; `sources` and `note` always are. */
  readonly personal: readonly (keyof Fields & string)[];
}

export const ACTOR_KINDS = ['person', 'import', 'system'] as const;

/** Who recorded an event. The id is opaque, never a name. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly id: string;
  /** True if the client stated its identity and the server did not verify it. */
  readonly asserted: boolean;
}

export type Grade = 'refuse' | 'ask' | 'warn';

/** An inconsistency in a set of events. `events` are the ids of the events concerned, sorted. */
export interface Finding {
  readonly code: string;
  readonly grade: Grade;
  readonly events: readonly string[];
  /** The rule that is broken, in English, without personal data. */
  readonly expected: string;
}

/** What the domain reads of an event; the rest of the record does not influence decisions. */
export interface EventWithId<F> {
  readonly id: string;
  readonly event: F;
}

/** How an event was recorded: the part of its record that its writer provides. */
export interface EventMetadata {
  readonly schemaVersion: number;
  readonly actor: Actor;
  /** The codes of the `ask` findings that the client acknowledged. */
  readonly acknowledged: readonly string[];
  /**
   * The findings of the response to a request, stored with its first event so that a repeat gets the same response; none with its other
   * events.
   */
  readonly raised: readonly Finding[];
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** Every field of EventMetadata; a missing one fails to compile. */
const IS_METADATA_FIELD: { readonly [K in keyof Required<EventMetadata>]: true } = {
  schemaVersion: true,
  actor: true,
  acknowledged: true,
  raised: true,
  correlationId: true,
  causationId: true,
};

/** The one list of the metadata's fields, from which the codec, the read models and files of the log take them. */
export const METADATA_FIELDS = Object.keys(IS_METADATA_FIELD) as readonly (keyof EventMetadata)[];

/** The metadata of a recorded event, without its other fields. */
export const metadataOf = (recorded: EventMetadata): EventMetadata => {
  const metadata: Record<string, unknown> = {};
  for (const field of METADATA_FIELDS) metadata[field] = recorded[field];
  return metadata as unknown as EventMetadata;
};

/** An event in the log. */
export interface RecordedEvent<F = unknown> extends EventWithId<F>, EventMetadata {
  readonly stream: string;
  readonly revision: number;
  /** UTC instant, ISO 8601 with milliseconds. */
  readonly recordedAt: string;
}

/** Whether new events may be recorded, and the findings that they add to their stream. A refusal is a value; nothing is thrown. */
export type Decision =
  | { readonly outcome: 'accepted'; readonly findings: readonly Finding[]; readonly acknowledged: readonly string[] }
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] };
