/** The DTO classes of the events that clients may record, by kind of stream and type, and the validation of an event by its class. */
import type { CaseEvent } from '../domain/case/events.js';
import type { ReportedEvent } from '../domain/amendments.js';
import type { ClaimEvent, ClaimEventType } from '../domain/claim/events.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import type { ApplicationEventType, InstrumentEvent, InstrumentEventType } from '../domain/instrument/events.js';
import type { EditionEventType, ListEvent, ListEventType } from '../domain/list/events.js';
import { amendmentClasses } from './amendments.js';
import { caseEventClasses } from './case-events.js';
import { Claimed, ClaimWithdrawn } from './claims.js';
import { ClauseSet } from './clauses.js';
import { CategoryDefined, ListDefined, PolicySet } from './definitions.js';
import type { EventClass } from './event-class.js';
import type { Constructor } from './field.js';
import { ClauseWithdrawn, InstrumentAmended, InstrumentRegistered } from './instruments.js';
import type { FieldError } from './problems.js';
import { read } from './read.js';

type ReportedListEventType = Exclude<ListEventType, EditionEventType>;

const listEventClasses = {
  'list-defined': ListDefined,
  'category-defined': CategoryDefined,
  'policy-set': PolicySet,
  ...amendmentClasses,
} satisfies { readonly [T in ReportedListEventType]: EventClass<Extract<ListEvent, { type: T }>> };

type ReportedInstrumentEventType = Exclude<InstrumentEventType, ApplicationEventType>;

const instrumentEventClasses = {
  'instrument-registered': InstrumentRegistered,
  'instrument-amended': InstrumentAmended,
  'clause-set': ClauseSet,
  'clause-withdrawn': ClauseWithdrawn,
  ...amendmentClasses,
} satisfies { readonly [T in ReportedInstrumentEventType]: EventClass<Extract<InstrumentEvent, { type: T }>> };

const claimEventClasses = {
  claimed: Claimed,
  'claim-withdrawn': ClaimWithdrawn,
  ...amendmentClasses,
} satisfies { readonly [T in ClaimEventType]: EventClass<Extract<ClaimEvent, { type: T }>> };

/** The events that a client may record, by kind of stream. */
export interface RecordableEvents extends Record<SubjectKind, ReportedEvent<AnyEvent>> {
  case: ReportedEvent<CaseEvent>;
  list: ReportedEvent<Extract<ListEvent, { readonly type: ReportedListEventType }>>;
  instrument: ReportedEvent<Extract<InstrumentEvent, { readonly type: ReportedInstrumentEventType }>>;
  claim: ReportedEvent<ClaimEvent>;
}

/** The DTO class of every event type that a client may record. */
export const eventClasses = {
  case: caseEventClasses,
  list: listEventClasses,
  instrument: instrumentEventClasses,
  claim: claimEventClasses,
} satisfies {
  readonly [K in SubjectKind]: { readonly [T in RecordableEvents[K]['type']]: Constructor };
};

/** The type of the first event of a stream. */
export const FIRST_EVENT_TYPE = {
  case: 'opened',
  list: 'list-defined',
  instrument: 'instrument-registered',
  claim: 'claimed',
} as const satisfies { readonly [K in SubjectKind]: RecordableEvents[K]['type'] };

/** Reads an event from a JSON value by the DTO class of its type. Returns a plain object with `type` first, or the errors. */
export const readEvent = <K extends SubjectKind>(
  kind: K,
  body: unknown,
): { readonly event: RecordableEvents[K] } | { readonly errors: readonly FieldError[] } => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { errors: [{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }] };
  }
  const { type, ...fields } = body as Record<string, unknown>;
  const classes: Readonly<Record<string, Constructor>> = eventClasses[kind];
  const dtoClass = typeof type === 'string' && Object.hasOwn(classes, type) ? classes[type] : undefined;
  if (dtoClass === undefined) {
    const code = type === undefined ? 'TYPE.MISSING' : 'TYPE.UNKNOWN';
    return { errors: [{ code, pointer: '/type', expected: `one of ${Object.keys(classes).join(', ')}` }] };
  }
  const result = read(dtoClass, fields);
  return 'errors' in result ? result : { event: { type, ...result.value } as unknown as RecordableEvents[K] };
};
