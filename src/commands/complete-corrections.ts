/**
 * Adds to each reported correction the type of the corrected event, looked up in the stream, and validates the fields of the correction
 * by the DTO class of that type.
 */
import type { ReportedEvent } from '../domain/amendments.js';
import { finding } from '../domain/case/findings.js';
import { asCorrected, originalEventOf } from '../domain/decide-amendments.js';
import type { EventWithId, Finding } from '../domain/event.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import type { FieldError } from '../schema/problems.js';
import { errorsOfCorrectedEvent, readCorrectedFields } from '../schema/read-correction.js';

/** A field error of the event at `index` of the request. */
export interface EventFieldError extends FieldError {
  readonly index: number;
}

export interface EventsWithCompletedCorrections {
  /**
   * All events of the request: valid corrections in their stored form, all else as reported. The repeat check compares
   * the stored events with these.
   */
  readonly eventsForRepeatCheck: readonly ReportedEvent<AnyEvent>[];
  /** The events to decide on, with complete corrections; some are missing where there are findings or errors. */
  readonly events: readonly EventWithId<AnyEvent>[];
  /** One for each correction whose event is neither in the stream nor earlier in the request. */
  readonly findings: readonly Finding[];
  readonly errors: readonly EventFieldError[];
}

type CorrectionEvent = Extract<AnyEvent, { type: 'corrected' }>;

export const completeCorrections = (
  kind: SubjectKind,
  history: readonly EventWithId<AnyEvent>[],
  newEvents: readonly EventWithId<ReportedEvent<AnyEvent>>[],
): EventsWithCompletedCorrections => {
  const eventsForRepeatCheck: ReportedEvent<AnyEvent>[] = [];
  const events: EventWithId<AnyEvent>[] = [];
  const findings: Finding[] = [];
  const errors: EventFieldError[] = [];
  newEvents.forEach(({ id, event }, index) => {
    const read = event.type === 'corrected' ? readCorrection(kind, { id, event }, [...history, ...events]) : event;
    if (read === null) findings.push(finding('CORRECTION.EVENT_UNKNOWN', id));
    if (read !== null && 'errors' in read) errors.push(...read.errors.map((error) => ({ ...error, index })));
    else if (read !== null) events.push({ id, event: read });
    eventsForRepeatCheck.push(read === null || 'errors' in read ? event : read);
  });
  return { eventsForRepeatCheck, events, findings, errors };
};

/** Null where the corrected event is unknown. */
const readCorrection = (
  kind: SubjectKind,
  { id, event }: EventWithId<ReportedEvent<CorrectionEvent>>,
  before: readonly EventWithId<AnyEvent>[],
): CorrectionEvent | { readonly errors: readonly FieldError[] } | null => {
  const target = before.find((other) => other.id === event.event);
  if (target === undefined) return null;
  const root = originalEventOf(target, before);
  const correctedType = root.event.type;
  const fields = readCorrectedFields(kind, correctedType, event.data);
  const typeErrors: readonly FieldError[] =
    event.correctedType === undefined || event.correctedType === correctedType
      ? []
      : [{ code: 'CORRECTION.WRONG_TYPE', pointer: '/correctedType', expected: correctedType }];
  if ('errors' in fields) return { errors: [...typeErrors, ...fields.errors] };
  const corrected: CorrectionEvent = { ...event, correctedType, data: fields.value };
  const [was, is] = [asCorrected(root, before), asCorrected(root, [...before, { id, event: corrected }])];
  const errors = [...typeErrors, ...errorsOfCorrectedEvent(kind, was, is)];
  return errors.length > 0 ? { errors } : corrected;
};
