/**
 * Compares what a file says of a subject with the events on record and finds what is new. Events are matched by a key: the event
 * type, plus what tells several events of one type apart (the measure of a remand, the language of a name). Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ReportedEvent } from '../domain/amendments.js';
import type { Name } from '../domain/case/events.js';
import type { AnyEvent } from '../domain/events.js';
import { toNfc, foldedKey, withPlainSpaces } from '../domain/text.js';
import { languageOfNameColumn } from './row-columns.js';
import type { RawEvent, LocatedEvent } from './event-draft.js';
import type { ComparableEvent } from './prior-events.js';
import type { CellError } from './report.js';

/** How events of one kind of file are matched and compared. A place is a column, or a JSON pointer. */
export interface DiffRules {
  /** The match key of an event; those of names and descriptions are made in this module. */
  readonly matchKeyOf: (data: RawEvent) => string;
  /** The fields of an event that the file can express, each with its place. */
  readonly fieldsOf: (data: RawEvent) => readonly (readonly [field: string, place: string])[];
  /** Whether a subject has one event of the match key at a time, so that another value contradicts the recorded one. */
  readonly isSingleValued: (matchKey: string) => boolean;
  /** `absent`: no such column, so that nothing is compared. `empty`: the column is there, the value unknown. */
  readonly cellState: (place: string) => 'absent' | 'empty' | 'filled';
}

export interface EventDiff {
  readonly newEvents: readonly RawEvent[];
  /** The match keys of the new events, for the idempotency key of the request. */
  readonly newMatchKeys: readonly string[];
  /** The parts that an earlier import of the file recorded with other values. */
  readonly changes: readonly PartChange[];
  /** The places of the changes, and those of single-valued parts that another actor recorded with other values. */
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
  /** True if the file differs from its earlier import; false if another actor recorded another value. */
  readonly isWithEarlierImport: boolean;
}

/** The unit of comparison: an event, one name, or one field of `opened` and `described`. */
export interface ComparedPart {
  readonly matchKey: string;
  readonly values: ReadonlyMap<string, readonly [place: string, value: unknown]>;
  /** The part as an event that can be recorded without the others. */
  readonly data: RawEvent;
}

/** A part of an event in the log. */
export interface RecordedPart extends ComparedPart {
  readonly recordedEvent: ComparableEvent;
}

export const diffEvents = (
  events: readonly LocatedEvent[],
  priorEvents: readonly ComparableEvent[],
  rules: DiffRules,
): EventDiff => {
  const parts = events.flatMap(({ event }) => partsOfEvent(event, rules));
  const partsRecorded = (isFromEarlierImport: boolean): readonly RecordedPart[] =>
    priorEvents
      .filter((prior) => prior.isFromEarlierImport === isFromEarlierImport)
      .flatMap((recordedEvent) => partsOfEvent(recordedEvent.event, rules).map((part) => ({ ...part, recordedEvent })));
  const imported = latestByMatchKey(partsRecorded(true));
  const others = partsRecorded(false);
  const movedFields = fieldsMovedToConviction(parts);
  const filledOnly = rulesIgnoringEmptyCells(rules);
  const newParts: ComparedPart[] = [];
  const changes: PartChange[] = [];
  const contradictions: Contradiction[] = [];
  const addChange = (change: PartChange): void => {
    if (change.fields.length === 0) return;
    changes.push(change);
    contradictions.push(...change.fields.map(({ place }) => ({ place, isWithEarlierImport: true })));
  };
  for (const part of parts) {
    const last = imported.get(part.matchKey);
    const recordedByOthers = others.filter(({ matchKey }) => matchKey === part.matchKey);
    if (last !== undefined)
      addChange({ before: last, after: part, fields: differingFields(part, last, movedFields, rules) });
    else if (recordedByOthers.some((other) => differingFields(part, other, SOURCES_FIELD, filledOnly).length === 0))
      continue;
    else if (rules.isSingleValued(part.matchKey) && recordedByOthers.length > 0)
      contradictions.push(...filledFields(part).map(({ place }) => ({ place, isWithEarlierImport: false })));
    else newParts.push(part);
  }
  const matchKeys = new Set(parts.map(({ matchKey }) => matchKey));
  for (const [matchKey, last] of imported)
    if (!matchKeys.has(matchKey)) addChange({ before: last, after: null, fields: fieldsGoneFromFile(last, rules) });
  return {
    newEvents: mergeDescriptions(newParts.map(({ data }) => data)),
    newMatchKeys: newParts.map(({ matchKey }) => matchKey),
    changes,
    contradictions,
  };
};

/** One error for each place that has a contradiction. */
export const contradictionErrors = (contradictions: readonly Contradiction[]): readonly CellError[] =>
  [...new Set(contradictions.map(({ place }) => place))].map((place) => needsCorrectionError(place));

export const needsCorrectionError = (column: string): CellError => ({
  column,
  code: 'IMPORT.NEEDS_CORRECTION',
  expected: 'what is on record; an import corrects only with --correct, else let a person record the correction',
});

/** An empty cell contradicts an earlier import of the file, but not what somebody else recorded. */
const rulesIgnoringEmptyCells = (rules: DiffRules): DiffRules => ({
  ...rules,
  cellState: (place) => (rules.cellState(place) === 'filled' ? 'filled' : 'absent'),
});

/** The last part of a match key wins: a `described` may change what `opened` said. */
const latestByMatchKey = (parts: readonly RecordedPart[]): ReadonlyMap<string, RecordedPart> =>
  new Map(parts.map((part) => [part.matchKey, part]));

const SOURCES_FIELD: ReadonlySet<string> = new Set(['sources']);

/** The facility belongs to the remand until there is a conviction, then to the conviction. */
const fieldsMovedToConviction = (parts: readonly ComparedPart[]): ReadonlySet<string> =>
  new Set(parts.some(({ matchKey }) => matchKey === 'convicted') ? ['remanded detention/facility'] : []);

/** The fields in which two parts of one match key differ. `ignored` has fields (`sources`), or fields of one match key (`key/field`). */
const differingFields = (
  part: ComparedPart,
  other: ComparedPart,
  ignored: ReadonlySet<string>,
  { cellState }: DiffRules,
): readonly DifferingField[] =>
  [...new Set([...part.values.keys(), ...other.values.keys()])].flatMap((field) => {
    if (ignored.has(field) || ignored.has(`${part.matchKey}/${field}`)) return [];
    const [place, value] = part.values.get(field) ?? [];
    const [otherPlace, otherValue] = other.values.get(field) ?? [];
    const differing = place ?? otherPlace ?? '';
    return cellState(differing) === 'absent' || isDeepStrictEqual(value, otherValue)
      ? []
      : [{ field, place: differing }];
  });

/**
 * The filled fields of an imported part that is no longer in the file. If one of its columns is absent, the part may be missing only
 * for that reason: then only fields whose cells are there and empty count.
 */
const fieldsGoneFromFile = (last: ComparedPart, { cellState }: DiffRules): readonly DifferingField[] => {
  const fields = filledFields(last);
  const isIncomplete = fields.some(({ place }) => cellState(place) === 'absent');
  return isIncomplete ? fields.filter(({ place }) => cellState(place) === 'empty') : fields;
};

/** The fields of a part that have a value, without its sources. */
const filledFields = ({ values }: ComparedPart): readonly DifferingField[] =>
  [...values].flatMap(([field, [place, value]]) =>
    field === 'sources' || value === undefined ? [] : [{ field, place }],
  );

const partsOfEvent = (event: ReportedEvent<AnyEvent>, rules: DiffRules): readonly ComparedPart[] => {
  const data = event as unknown as RawEvent;
  switch (event.type) {
    case 'opened':
      return [
        ...event.names.map((name) =>
          comparedPart({ type: 'named', name, ...provenanceOf(event) }, matchKeyOfName(name), rules),
        ),
        ...personDescriptionParts(event, rules),
      ];
    case 'named':
      return [comparedPart(data, matchKeyOfName(event.name), rules)];
    case 'described':
      return personDescriptionParts(event, rules);
    default:
      return [comparedPart(data, rules.matchKeyOf(data), rules)];
  }
};

const personDescriptionParts = (
  event: Extract<AnyEvent, { type: 'opened' | 'described' }>,
  rules: DiffRules,
): readonly ComparedPart[] =>
  (['sex', 'born', 'occupation', 'affiliation', 'region', 'summary'] as const).flatMap((field) => {
    const value = event[field];
    if (value === undefined || value === null) return [];
    return [comparedPart({ type: 'described', [field]: value, ...provenanceOf(event) }, `described ${field}`, rules)];
  });

const provenanceOf = ({ sources, reliability }: ReportedEvent<AnyEvent>): object => ({ sources, reliability });

const comparedPart = (data: RawEvent, matchKey: string, rules: DiffRules): ComparedPart => ({
  matchKey,
  data,
  values: new Map(
    rules.fieldsOf(data).map(([field, place]) => [field, [place, comparableValue(fieldValue(data, field))]]),
  ),
});

export const matchKeyOfName = (name: Name): string => `named ${languageOfNameColumn(name)}`;

/** Script and language of a name follow from its column and its letters, so only text and kind are compared. */
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
