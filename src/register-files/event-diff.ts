/**
 * Compares what a file says of a subject with the events on record and finds what is new. Events are matched by role: the event
 * type, plus what tells several events of one type apart (the measure of a remand, the language of a name). Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Reported } from '../domain/amendments.js';
import type { Name } from '../domain/case/events.js';
import type { AnyEvent } from '../domain/events.js';
import { toNfc, foldedKey, withPlainSpaces } from '../domain/text.js';
import { columnLanguage } from './row-columns.js';
import type { RawEvent, LocatedEvent } from './event-draft.js';
import type { ComparableEvent } from './prior-events.js';
import type { CellError } from './report.js';

/** How events of one kind of file are matched and compared. A place is a column, or a JSON pointer. */
export interface DiffRules {
  /** The role of an event; names and descriptions get theirs in this module. */
  readonly roleOf: (data: RawEvent) => string;
  /** The fields of an event that the file can express, each with its place. */
  readonly fieldsOf: (data: RawEvent) => readonly (readonly [field: string, place: string])[];
  /** Whether a subject has one value of the role at a time, so that a second value contradicts the first. */
  readonly isSingleValued: (role: string) => boolean;
  /** `absent`: no such column, so that nothing is compared. `empty`: the column is there, the value unknown. */
  readonly cellState: (place: string) => 'absent' | 'empty' | 'filled';
}

export interface EventDiff {
  readonly newEvents: readonly RawEvent[];
  /** The roles of the new events, for the idempotency key of the request. */
  readonly newRoles: readonly string[];
  /** The parts whose values an earlier import of the file recorded otherwise. */
  readonly changes: readonly PartChange[];
  /** The places of the changes, and of single values that somebody else recorded otherwise. */
  readonly contradictions: readonly Contradiction[];
}

/**
 * A part that an earlier import recorded, and that the file now has with other values, or no longer has (`after` is
 * null).
 */
export interface PartChange {
  readonly before: RecordedPart;
  readonly after: ComparedPart | null;
  readonly fields: readonly DifferingField[];
}

export interface DifferingField {
  readonly field: string;
  readonly place: string;
}

export interface Contradiction {
  readonly place: string;
  /** True if the file differs from its earlier import; false if another source recorded another value. */
  readonly isChange: boolean;
}

/** The unit of comparison: an event, one name, or one field of `opened` and `described`. */
export interface ComparedPart {
  readonly role: string;
  readonly values: ReadonlyMap<string, readonly [place: string, value: unknown]>;
  /** The part as an event that can be recorded without the others. */
  readonly data: RawEvent;
}

/** A part of an event in the log. */
export interface RecordedPart extends ComparedPart {
  readonly recorded: ComparableEvent;
}

export const diffEvents = (
  events: readonly LocatedEvent[],
  priorEvents: readonly ComparableEvent[],
  rules: DiffRules,
): EventDiff => {
  const parts = events.flatMap(({ event }) => partsOfEvent(event, rules));
  const partsRecorded = (fromThisImport: boolean): readonly RecordedPart[] =>
    priorEvents
      .filter((prior) => prior.fromThisImport === fromThisImport)
      .flatMap((recorded) => partsOfEvent(recorded.event, rules).map((part) => ({ ...part, recorded })));
  const imported = latestByRole(partsRecorded(true));
  const others = partsRecorded(false);
  const movedFields = fieldsMovedToConviction(parts);
  const filledOnly = ignoringEmptyCells(rules);
  const newParts: ComparedPart[] = [];
  const changes: PartChange[] = [];
  const contradictions: Contradiction[] = [];
  const addChange = (change: PartChange): void => {
    if (change.fields.length === 0) return;
    changes.push(change);
    contradictions.push(...change.fields.map(({ place }) => ({ place, isChange: true })));
  };
  for (const part of parts) {
    const last = imported.get(part.role);
    const sameRole = others.filter(({ role }) => role === part.role);
    if (last !== undefined)
      addChange({ before: last, after: part, fields: differingFields(part, last, movedFields, rules) });
    else if (sameRole.some((other) => differingFields(part, other, SOURCES_FIELD, filledOnly).length === 0)) continue;
    else if (rules.isSingleValued(part.role) && sameRole.length > 0)
      contradictions.push(...filledFields(part).map(({ place }) => ({ place, isChange: false })));
    else newParts.push(part);
  }
  const roles = new Set(parts.map(({ role }) => role));
  for (const [role, last] of imported)
    if (!roles.has(role)) addChange({ before: last, after: null, fields: missingFields(last, rules) });
  return {
    newEvents: mergeDescriptions(newParts.map(({ data }) => data)),
    newRoles: newParts.map(({ role }) => role),
    changes,
    contradictions,
  };
};

/** Errors for the places of contradictions, each once. */
export const contradictionErrors = (contradictions: readonly Contradiction[]): readonly CellError[] =>
  [...new Set(contradictions.map(({ place }) => place))].map((place) => needsCorrection(place));

export const needsCorrection = (column: string): CellError => ({
  column,
  code: 'IMPORT.NEEDS_CORRECTION',
  expected: 'what is on record; an import corrects only with --correct, else let a person record the correction',
});

/** An empty cell contradicts an earlier import of the file, but not what somebody else recorded. */
const ignoringEmptyCells = (rules: DiffRules): DiffRules => ({
  ...rules,
  cellState: (place) => (rules.cellState(place) === 'filled' ? 'filled' : 'absent'),
});

/** The last one wins: `described` may follow `opened`. */
const latestByRole = (parts: readonly RecordedPart[]): ReadonlyMap<string, RecordedPart> =>
  new Map(parts.map((part) => [part.role, part]));

const SOURCES_FIELD: ReadonlySet<string> = new Set(['sources']);

/** The facility belongs to the remand until there is a conviction, then to the conviction. */
const fieldsMovedToConviction = (parts: readonly ComparedPart[]): ReadonlySet<string> =>
  new Set(parts.some(({ role }) => role === 'convicted') ? ['remanded detention/facility'] : []);

/** The fields in which two parts of a role differ. `ignored` has fields (`sources`) and fields of a role (`role/field`). */
const differingFields = (
  part: ComparedPart,
  other: ComparedPart,
  ignored: ReadonlySet<string>,
  { cellState }: DiffRules,
): readonly DifferingField[] =>
  [...new Set([...part.values.keys(), ...other.values.keys()])].flatMap((field) => {
    if (ignored.has(field) || ignored.has(`${part.role}/${field}`)) return [];
    const [place, value] = part.values.get(field) ?? [];
    const [otherPlace, otherValue] = other.values.get(field) ?? [];
    const differing = place ?? otherPlace ?? '';
    return cellState(differing) === 'absent' || isDeepStrictEqual(value, otherValue)
      ? []
      : [{ field, place: differing }];
  });

/**
 * The fields of an imported part of which the file has nothing now. Where one of its columns is absent, that may be the cause, so
 * that only cells that are there and empty count.
 */
const missingFields = (last: ComparedPart, { cellState }: DiffRules): readonly DifferingField[] => {
  const fields = filledFields(last);
  const isIncomplete = fields.some(({ place }) => cellState(place) === 'absent');
  return isIncomplete ? fields.filter(({ place }) => cellState(place) === 'empty') : fields;
};

/** The fields of a part that have a value, without its sources. */
const filledFields = ({ values }: ComparedPart): readonly DifferingField[] =>
  [...values].flatMap(([field, [place, value]]) =>
    field === 'sources' || value === undefined ? [] : [{ field, place }],
  );

const partsOfEvent = (event: Reported<AnyEvent>, rules: DiffRules): readonly ComparedPart[] => {
  const data = event as unknown as RawEvent;
  switch (event.type) {
    case 'opened':
      return [
        ...event.names.map((name) =>
          comparedPart({ type: 'named', name, ...provenanceOf(event) }, roleOfName(name), rules),
        ),
        ...descriptionParts(event, rules),
      ];
    case 'named':
      return [comparedPart(data, roleOfName(event.name), rules)];
    case 'described':
      return descriptionParts(event, rules);
    default:
      return [comparedPart(data, rules.roleOf(data), rules)];
  }
};

const descriptionParts = (
  event: Extract<AnyEvent, { type: 'opened' | 'described' }>,
  rules: DiffRules,
): readonly ComparedPart[] =>
  (['sex', 'born', 'occupation', 'affiliation', 'region', 'summary'] as const).flatMap((field) => {
    const value = event[field];
    if (value === undefined || value === null) return [];
    return [comparedPart({ type: 'described', [field]: value, ...provenanceOf(event) }, `described ${field}`, rules)];
  });

const provenanceOf = ({ sources, reliability }: Reported<AnyEvent>): object => ({ sources, reliability });

const comparedPart = (data: RawEvent, role: string, rules: DiffRules): ComparedPart => ({
  role,
  data,
  values: new Map(
    rules.fieldsOf(data).map(([field, place]) => [field, [place, comparableValue(fieldValue(data, field))]]),
  ),
});

export const roleOfName = (name: Name): string => `named ${columnLanguage(name)}`;

/** Script and language of a name follow from its letters, so only text and kind are compared. */
const fieldValue = (data: RawEvent, field: string): unknown => {
  if (field !== 'name' || data.type !== 'named') return data[field];
  const { text, kind } = data['name'] as Name;
  return { text, kind };
};

/** A value as plain JSON with texts in NFC and with plain spaces, and references folded, so that equal content compares equal. */
export const comparableValue = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
        if (typeof inner !== 'string') return inner;
        return key === 'reference' ? foldedKey(inner) : withPlainSpaces(toNfc(inner));
      });

/** Several new descriptions become one event. */
const mergeDescriptions = (events: readonly RawEvent[]): readonly RawEvent[] => {
  const described = events.filter(({ type }) => type === 'described');
  if (described.length < 2) return events;
  return [Object.assign({}, ...described) as RawEvent, ...events.filter(({ type }) => type !== 'described')];
};
