/**
 * Validates the fields of a correction by the DTO class of the corrected type. Pointers are into the correction:
 * `/data/occurredOn`.
 */
import type { CorrectedFields } from '../domain/amendments.js';
import type { AnyEvent, SubjectKind } from '../domain/events.js';
import { fieldsOf, isRequired, type Constructor } from './field.js';
import type { FieldError } from './problems.js';
import { pointerTo, read, readSomeFields, type ReadResult } from './read.js';
import { eventClasses } from './read-event.js';

/**
 * Whether a field cannot be corrected: the type, and the event or case that the event acts on. Undo the event and record the
 * right one instead.
 */
const isImmutableField = (type: string, name: string): boolean =>
  ['type', 'event', 'into'].includes(name) || (type === 'distinguished' && name === 'from');

const DATA_POINTER = '/data';

/**
 * Reads the fields of a correction, each by itself: unknown fields, wrong values, fields that cannot be corrected, and cleared fields that
 * are required or have a default are errors. Does not look at the corrected event; `type` is the type of that event.
 */
export const readCorrectedFields = (
  kind: SubjectKind,
  type: string,
  data: CorrectedFields,
): ReadResult<CorrectedFields> => {
  const eventClass = eventClassOf(kind, type);
  if (eventClass === null) return { errors: Object.keys(data).map(uncorrectableEventError) };
  const cleared = Object.keys(data).filter((name) => data[name] === null);
  const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null));
  const result = readSomeFields(eventClass, given);
  const errors = [
    ...Object.keys(data).flatMap((name) => (isImmutableField(type, name) ? [immutableFieldError(name)] : [])),
    ...cleared
      .filter((name) => !isImmutableField(type, name))
      .flatMap((name) => errorsOfClearingField(eventClass, name)),
    ...('errors' in result
      ? result.errors
          .map(withDataPointer)
          .filter(({ pointer }) => !isImmutableField(type, pointer.slice(DATA_POINTER.length + 1)))
      : []),
  ];
  if (errors.length > 0 || 'errors' in result) return { errors };
  return { value: { ...result.value, ...Object.fromEntries(cleared.map((name) => [name, null])) } };
};

/**
 * The errors of the event as corrected, chiefly of rules about several fields, except those that it had before: stored events
 * are not validated again.
 */
export const errorsOfCorrectedEvent = (kind: SubjectKind, before: AnyEvent, after: AnyEvent): readonly FieldError[] => {
  const errorsOf = ({ type, ...fields }: AnyEvent): readonly FieldError[] => {
    const eventClass = eventClassOf(kind, type);
    const result = eventClass === null ? { value: {} } : read(eventClass, fields);
    return 'errors' in result ? result.errors : [];
  };
  const known = new Set(errorsOf(before).map(({ code, pointer }) => `${code} ${pointer}`));
  return errorsOf(after)
    .filter(({ code, pointer }) => !known.has(`${code} ${pointer}`))
    .map(withDataPointer);
};

/** Null for a type that no client can record. */
const eventClassOf = (kind: SubjectKind, type: string): Constructor | null => {
  const classes: Readonly<Record<string, Constructor>> = eventClasses[kind];
  return (Object.hasOwn(classes, type) ? classes[type] : undefined) ?? null;
};

const withDataPointer = (error: FieldError): FieldError => ({ ...error, pointer: `${DATA_POINTER}${error.pointer}` });

const immutableFieldError = (name: string): FieldError => ({
  code: 'CORRECTION.FIXED_FIELD',
  pointer: pointerTo(DATA_POINTER, name),
  expected: 'another field; retract the event and record the right one instead',
});

/** The error for a field of an event that the register itself recorded, which no correction can change. */
const uncorrectableEventError = (name: string): FieldError => ({
  ...immutableFieldError(name),
  expected: 'an event that somebody reported; what the register itself did (an edition, an application) stays as it is',
});

const errorsOfClearingField = (eventClass: Constructor, name: string): readonly FieldError[] => {
  const fields = fieldsOf(eventClass);
  const field = fields.find((candidate) => candidate.name === name);
  const pointer = pointerTo(DATA_POINTER, name);
  if (field === undefined)
    return [{ code: 'FIELD.UNKNOWN', pointer, expected: `only the fields ${fields.map((f) => f.name).join(', ')}` }];
  return isRequired(field) || field.default !== undefined
    ? [{ code: 'FIELD.NULL', pointer, expected: field.valueType.expects }]
    : [];
};
