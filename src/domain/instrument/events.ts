/** The events of an instrument stream. */
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { CLEMENCY_EFFECTS, Sentence, SEXES } from '../case/events.js';
import type { Custody } from '../case/state.js';
import type { Edtf, EventDescription, EventOf, FullDay } from '../event.js';

export const INSTRUMENT_KINDS = ['amnesty-act', 'pardon-decree'] as const;

/** The stages of proceedings that a clause may name. */
export const CLAUSE_STAGES = ['convicted', 'awaiting-judgment'] as const;

/** The gravities of offences, from the lightest to the gravest. */
export const GRAVITIES = ['minor', 'less-serious', 'serious', 'especially-serious'] as const;
export type Gravity = (typeof GRAVITIES)[number];

/** On which day a condition about time is measured: the day that is asked about, or the day on which the act enters into force. */
export const MEASUREMENT_DAYS = ['rolling', 'at-in-force'] as const;
type MeasurementDay = (typeof MEASUREMENT_DAYS)[number];

/** The conditions that a clause can make, by code. Terms are ISO 8601 durations. */
export interface Conditions {
  readonly category: { readonly list: string; readonly in?: readonly string[]; readonly notIn?: readonly string[] };
  /** The articles of the conviction, never of the charge: `234` stands for all its parts, `28/220.1` for preparation alone. */
  readonly articles: { readonly anyOf?: readonly string[]; readonly noneOf?: readonly string[] };
  /** The gravity of the gravest article of the conviction. */
  readonly gravity: { readonly atLeast?: Gravity; readonly atMost?: Gravity };
  /** What is left of the sentence: it ends after the day and before (`lessThan`) or not before (`atLeast`) the day plus the term. */
  readonly remaining: { readonly lessThan?: string; readonly atLeast?: string; readonly measured: MeasurementDay };
  /** How much of the sentence is served; `atLeastShare` is a fraction of the whole sentence: `2/3`. */
  readonly served: { readonly atLeast?: string; readonly atLeastShare?: string; readonly measured: MeasurementDay };
  /** The whole term of the sentence, without later reductions. */
  readonly term: { readonly atMost: string };
  /** The age in full years. */
  readonly age: { readonly atLeast?: number; readonly atMost?: number; readonly measured: MeasurementDay };
  readonly sex: { readonly in: readonly (typeof SEXES)[number][] };
  readonly stage: { readonly in: readonly (typeof CLAUSE_STAGES)[number][] };
  readonly custody: { readonly in: readonly Custody[] };
}
export type ConditionCode = keyof Conditions;

/** Exactly one of the properties is present. */
export type Condition = Partial<Conditions>;

/** What a clause says: whoever meets all its conditions gets its effect. */
export interface ClauseFields {
  /** The id of the clause within the instrument. */
  readonly clause: string;
  /** Sources that disagree on a clause give it several versions, which stand side by side. */
  readonly version: string;
  readonly conditions: readonly Condition[];
  readonly effect: (typeof CLEMENCY_EFFECTS)[number];
  readonly reducedBy?: string;
  readonly replacement?: Sentence;
  /** The wording of the clause. */
  readonly text?: string;
}

interface InstrumentDates {
  readonly issued: Edtf;
  readonly submitted: Edtf;
  readonly adopted: Edtf;
  readonly inForce: Edtf;
  readonly windowEnd: Edtf;
}

interface InstrumentDescription extends InstrumentDates {
  readonly title: string;
  readonly issuer: string;
  /** The number of beneficiaries that its authors announced. */
  readonly forecast: number;
  /** The wording of the instrument, or where that can be read. */
  readonly text: string;
}

/** Whom an application of an instrument is meant to reach: all whom its clause makes eligible, or persons named one by one. */
export const APPLICATION_PERSONS = ['eligible', 'named'] as const;

/** What the register records of applying an instrument to many persons; the events of each person name `application-started` as cause. */
interface ApplicationFields {
  'application-started': {
    /** The id of the job. */
    readonly application: string;
    readonly clause?: string;
    /** The version of the clause, if the request names one: where sources disagree, a clause has several. */
    readonly version?: string;
    /** The list whose members it reaches, or in whose references the persons are named. */
    readonly list: string;
    /** The day of the list: eligibility is judged by the members and standings of this day. */
    readonly listDay?: FullDay;
    readonly persons: (typeof APPLICATION_PERSONS)[number];
    /** The position of the log up to which it was known who is eligible. */
    readonly knownAt?: number;
    readonly effect: (typeof CLEMENCY_EFFECTS)[number];
    readonly reducedBy?: string;
    readonly replacement?: Sentence;
    readonly amnestiedOn: Edtf;
    readonly releasedOn?: Edtf;
    /** SHA-256 of the request with its idempotency key (base64), by which a repeat is recognised. */
    readonly requestHash?: string;
  };
  'application-finished': {
    readonly application: string;
    /** The number of persons to whom it was applied. */
    readonly reached: number;
    /** The number of persons for whom that was refused. */
    readonly refused: number;
  };
}

/** The types that no client can record. */
export type ApplicationEventType = keyof ApplicationFields;

export interface InstrumentFields extends AmendmentFields, ApplicationFields {
  'instrument-registered': {
    readonly kind: (typeof INSTRUMENT_KINDS)[number];
    /** Ids of its clauses. */
    readonly clauses?: readonly string[];
  } & Partial<InstrumentDescription>;
  /** A later law changed the instrument. Null clears a field. */
  'instrument-amended': { readonly [K in keyof InstrumentDescription]?: InstrumentDescription[K] | null };
  'clause-set': ClauseFields;
  'clause-withdrawn': { readonly clause: string; readonly version: string; readonly reason: string };
}

export type InstrumentEventType = keyof InstrumentFields;
export type InstrumentEvent = EventOf<InstrumentFields>;

export const instrumentEvents: { readonly [T in InstrumentEventType]: EventDescription<InstrumentFields[T]> } = {
  'instrument-registered': { means: 'A legal instrument was registered.', version: 2, dated: false, personal: [] },
  'instrument-amended': {
    means: 'A later law changed the instrument: its dates, its title, its text.',
    version: 1,
    dated: false,
    personal: [],
  },
  'clause-set': {
    means: 'A source said whom a clause of the instrument reaches, and with what effect.',
    version: 1,
    dated: false,
    personal: [],
  },
  'clause-withdrawn': {
    means: 'A version of a clause does not stand any more.',
    version: 1,
    dated: false,
    personal: ['reason'],
  },
  'application-started': {
    means: 'The register began to apply the instrument to many persons.',
    version: 2,
    dated: false,
    personal: [],
  },
  'application-finished': {
    means: 'The register has applied the instrument to all whom it could reach.',
    version: 1,
    dated: false,
    personal: [],
  },
  ...amendmentEvents,
};
