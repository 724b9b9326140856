/**
 * What somebody says happened (an event), what the log keeps of it (a recorded event), and what the register
 * thinks of it (a finding). Values only: no clock, no randomness, no I/O.
 */

/** A date in EDTF level 0 (`2025-12-22`, `2025-12`, `2019`, `2024-02/2024-03`), optionally approximate (`2020-06~`). */
export type Edtf = string;

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

/** Where an event comes from. At least one of `citation` and `url` is given. */
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

/** What every event carries beside the fields of its type. */
export interface CommonFields {
  /** When it happened; absent from events about the case and from definitions. */
  readonly occurredOn?: Edtf;
  readonly sources: readonly Source[];
  readonly reliability: Reliability;
  readonly note?: string;
  /** The id of a dated event that this one certainly follows. */
  readonly after?: string;
}

/** The events of a stream's kind: a union discriminated by `type`, made from a map of type to fields. */
export type EventOf<Fields> = {
  [T in keyof Fields & string]: { readonly type: T } & CommonFields & Fields[T];
}[keyof Fields & string];

/** What the codec, the catalogue and the documentation need to know of an event type. */
export interface EventDescription<Fields> {
  /** One sentence: what happened. */
  readonly means: string;
  /** The version in which it is written today; older ones are upcast on reading. */
  readonly version: number;
  /** Whether it happened on a day (`occurredOn` is required), or is about the case. */
  readonly dated: boolean;
  /** Fields stored apart, so that they can be sealed; `sources` and `note` always are. */
  readonly personal: readonly (keyof Fields & string)[];
}

export const ACTOR_KINDS = ['person', 'import', 'system'] as const;

/** Who recorded an event. The id is opaque and never a name. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly id: string;
  /** True while nobody has checked that the caller is who they say. */
  readonly asserted: boolean;
}

export type Grade = 'refuse' | 'ask' | 'warn';

/** What is odd about a set of events. `events` are the ids of those that collide, sorted. */
export interface Finding {
  readonly code: string;
  readonly grade: Grade;
  readonly events: readonly string[];
  /** What was expected, in English, without personal data. */
  readonly expected: string;
}

/** An event with its id: all that the timeline needs to know of it. */
export interface EventWithId<F> {
  readonly id: string;
  readonly event: F;
}

/** An event in the log. */
export interface RecordedEvent<F = unknown> extends EventWithId<F> {
  readonly stream: string;
  readonly revision: number;
  readonly schemaVersion: number;
  /** UTC instant, ISO 8601 with milliseconds. */
  readonly recordedAt: string;
  readonly actor: Actor;
  /** The codes of `ask` findings that the recorder acknowledged. */
  readonly acknowledged: readonly string[];
  /** The findings that the answer to this write named, kept so that a repeat is answered alike for ever. */
  readonly raised: readonly Finding[];
  readonly correlationId: string;
  readonly causationId: string | null;
}

/** A decision is a value: what to record, or why not. */
export type Decision =
  | { readonly outcome: 'accepted'; readonly findings: readonly Finding[]; readonly acknowledged: readonly string[] }
  | { readonly outcome: 'refused'; readonly findings: readonly Finding[] };
