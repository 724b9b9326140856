/** Turns what changed or is empty in a row, a line or a definition into corrections and retractions of the events recorded for it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Name } from '../domain/case/events.js';
import { comparableValue, matchKeyOfName, type PartChange, type RecordedPart } from './event-diff.js';
import type { EventDraft, RawEvent } from './event-draft.js';
import type { ComparableEvent } from './prior-events.js';

/** How an import treats differences from an earlier import of the file. */
export interface CorrectionOptions {
  /** The name of the file, the source of the corrections. */
  readonly file: string;
  /** Whether changes become corrections; otherwise they are refused. */
  readonly mayCorrect: boolean;
}

/** A cell whose content becomes a correction. */
export interface CellCorrection {
  readonly column: string;
  /** The content of the cell at the earlier import; empty for an empty cell. */
  readonly before: string;
  /** The content of the cell now; empty for an empty cell. */
  readonly after: string;
}

export interface RowCorrections {
  /** One amendment for each changed event; none for events that already have the present content of the file. */
  readonly drafts: readonly EventDraft[];
  readonly cells: readonly CellCorrection[];
}

/** `file`: the name of the file, which the amendments give as their source. */
export const correctionsOf = (changes: readonly PartChange[], file: string): RowCorrections => {
  const edits = new Map<string, EventEdit>();
  for (const change of changes) {
    const { recordedEvent } = change.before;
    const edit = edits.get(recordedEvent.id) ?? {
      recordedEvent,
      correctedFields: {},
      isGoneFromFile: false,
      placeByField: new Map(),
    };
    applyChange(edit, change);
    edits.set(recordedEvent.id, edit);
  }
  return {
    drafts: [...edits.values()].flatMap((edit) => amendmentDraftsOf(edit, file)),
    cells: correctedCells(changes),
  };
};

/** The changes of one recorded event. */
interface EventEdit {
  readonly recordedEvent: ComparableEvent;
  readonly correctedFields: Record<string, unknown>;
  isGoneFromFile: boolean;
  /** The cell of each corrected field. */
  readonly placeByField: Map<string, string>;
}

const applyChange = (edit: EventEdit, { before, after, fields }: PartChange): void => {
  const { type } = before.recordedEvent.event;
  if (after === null && type !== 'opened' && type !== 'described') edit.isGoneFromFile = true;
  // If the file no longer has a part, `opened` and `described` lose only that name or field; any other event is retracted as a whole.
  for (const { field, place } of fields) {
    const isNameOfOpened = type === 'opened' && field === 'name';
    const ownField = isNameOfOpened ? 'names' : field;
    edit.placeByField.set(ownField, place);
    edit.correctedFields[ownField] = isNameOfOpened
      ? namesAfterChange(edit, before, after?.data ?? null)
      : (after?.data[field] ?? null);
  }
};

/** The names of `opened` with one of them replaced or, where the cell is empty now, left out. */
const namesAfterChange = (edit: EventEdit, { matchKey }: RecordedPart, renamed: RawEvent | null): readonly Name[] => {
  const names = (edit.correctedFields['names'] ??
    (edit.recordedEvent.event as { readonly names?: unknown }).names ??
    []) as readonly Name[];
  const name = renamed?.['name'] as Name | undefined;
  return names.flatMap((one) => (matchKeyOfName(one) !== matchKey ? [one] : name === undefined ? [] : [name]));
};

const amendmentDraftsOf = (
  { recordedEvent, correctedFields, isGoneFromFile, placeByField }: EventEdit,
  file: string,
): readonly EventDraft[] => {
  const provenance = { sources: [{ kind: 'register-file', citation: file }] };
  const locate = (pointer: string): string => {
    const [, first, field = ''] = pointer.split('/');
    return (first === 'data' ? placeByField.get(field) : undefined) ?? [...placeByField.values()][0] ?? 'ref';
  };
  if (isGoneFromFile || leavesDescriptionEmpty(recordedEvent, correctedFields))
    return recordedEvent.eventAsItStands === null
      ? []
      : [{ data: { type: 'retracted', event: recordedEvent.id, reason: RETRACTION_REASON, ...provenance }, locate }];
  const changed = Object.entries(correctedFields).filter(
    ([field, value]) => !isAlreadyCorrected(recordedEvent, field, value),
  );
  if (changed.length === 0) return [];
  return [
    { data: { type: 'corrected', event: recordedEvent.id, data: Object.fromEntries(changed), ...provenance }, locate },
  ];
};

const RETRACTION_REASON = 'The file does not say it any more.';

/** Whether a correction would leave a description without any field. */
const leavesDescriptionEmpty = ({ event }: ComparableEvent, data: Readonly<Record<string, unknown>>): boolean =>
  event.type === 'described' &&
  (['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'] as const).every(
    (field) => (field in data ? data[field] : (event[field] ?? null)) === null,
  );

/** Whether the field already has the present content of the file, by somebody's correction. */
const isAlreadyCorrected = ({ eventAsItStands }: ComparableEvent, field: string, value: unknown): boolean =>
  eventAsItStands !== null &&
  isDeepStrictEqual(
    comparableValue((eventAsItStands as unknown as RawEvent)[field] ?? null),
    comparableValue(value ?? null),
  );

/** The changed cells, each once, though several events may have the content of one cell. */
const correctedCells = (changes: readonly PartChange[]): readonly CellCorrection[] => {
  const cells = new Map<string, CellCorrection>();
  for (const { before, after, fields } of changes)
    for (const { field, place } of fields)
      if (!cells.has(place))
        cells.set(place, { column: place, before: textOfField(before, field), after: textOfField(after, field) });
  return [...cells.values()];
};

const textOfField = (part: { readonly data: RawEvent } | null, field: string): string => {
  const value = part?.data[field];
  if (value === undefined || value === null) return '';
  if (field === 'name' && part?.data.type === 'named') return (value as Name).text;
  if (field === 'sources') return (value as readonly { citation?: string }[]).map((s) => s.citation ?? '').join(' | ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
