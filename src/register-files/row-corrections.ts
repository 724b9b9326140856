/** Turns what changed or is empty in a row, a line or a definition into corrections and retractions of the events recorded for it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { Name } from '../domain/case/events.js';
import { comparableValue, roleOfName, type PartChange, type RecordedPart } from './event-diff.js';
import type { EventDraft, RawEvent } from './event-draft.js';
import type { ComparableEvent } from './prior-events.js';

/** How an import treats differences to its earlier import of the file. */
export interface CorrectionOptions {
  /** The name of the file, the source of the corrections. */
  readonly file: string;
  /** Whether changes become corrections; otherwise they are refused. */
  readonly correct: boolean;
}

/** A cell whose content becomes a correction. */
export interface CellCorrection {
  readonly column: string;
  /** The content of the cell at the earlier import and now; empty for an empty cell. */
  readonly before: string;
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
    const { recorded } = change.before;
    const edit = edits.get(recorded.id) ?? { recorded, data: {}, isGone: false, places: new Map() };
    applyChange(edit, change);
    edits.set(recorded.id, edit);
  }
  return { drafts: [...edits.values()].flatMap((edit) => draftsOf(edit, file)), cells: cellsOf(changes) };
};

/** The changes of one recorded event. */
interface EventEdit {
  readonly recorded: ComparableEvent;
  readonly data: Record<string, unknown>;
  isGone: boolean;
  /** The cell of each corrected field. */
  readonly places: Map<string, string>;
}

const applyChange = (edit: EventEdit, { before, after, fields }: PartChange): void => {
  const { type } = before.recorded.event;
  if (after === null && type !== 'opened' && type !== 'described') edit.isGone = true;
  // Of a part that the file no longer has, only the one name or field goes if it stands in `opened` or `described`; else the whole event does.
  for (const { field, place } of fields) {
    const isNameOfOpened = type === 'opened' && field === 'name';
    const ownField = isNameOfOpened ? 'names' : field;
    edit.places.set(ownField, place);
    edit.data[ownField] = isNameOfOpened ? withName(edit, before, after?.data ?? null) : (after?.data[field] ?? null);
  }
};

/** The names of `opened` with one of them replaced or, where the cell is empty now, left out. */
const withName = (edit: EventEdit, { role }: RecordedPart, renamed: RawEvent | null): readonly Name[] => {
  const names = (edit.data['names'] ??
    (edit.recorded.event as { readonly names?: unknown }).names ??
    []) as readonly Name[];
  const name = renamed?.['name'] as Name | undefined;
  return names.flatMap((one) => (roleOfName(one) !== role ? [one] : name === undefined ? [] : [name]));
};

const draftsOf = ({ recorded, data, isGone, places }: EventEdit, file: string): readonly EventDraft[] => {
  const provenance = { sources: [{ kind: 'register-file', citation: file }] };
  const locate = (pointer: string): string => {
    const [, first, field = ''] = pointer.split('/');
    return (first === 'data' ? places.get(field) : undefined) ?? [...places.values()][0] ?? 'ref';
  };
  if (isGone || isEmptyDescription(recorded, data))
    return recorded.standing === null
      ? []
      : [{ data: { type: 'retracted', event: recorded.id, reason: RETRACTION_REASON, ...provenance }, locate }];
  const changed = Object.entries(data).filter(([field, value]) => !isAlreadyCorrected(recorded, field, value));
  if (changed.length === 0) return [];
  return [
    { data: { type: 'corrected', event: recorded.id, data: Object.fromEntries(changed), ...provenance }, locate },
  ];
};

const RETRACTION_REASON = 'The file does not say it any more.';

/** Whether a correction would leave a description without any field. */
const isEmptyDescription = ({ event }: ComparableEvent, data: Readonly<Record<string, unknown>>): boolean =>
  event.type === 'described' &&
  (['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'] as const).every(
    (field) => (field in data ? data[field] : (event[field] ?? null)) === null,
  );

/** Whether the field already has the present content of the file, by somebody's correction. */
const isAlreadyCorrected = ({ standing }: ComparableEvent, field: string, value: unknown): boolean =>
  standing !== null &&
  isDeepStrictEqual(comparableValue((standing as unknown as RawEvent)[field] ?? null), comparableValue(value ?? null));

/** The changed cells, each once, though several events may have its content. */
const cellsOf = (changes: readonly PartChange[]): readonly CellCorrection[] => {
  const cells = new Map<string, CellCorrection>();
  for (const { before, after, fields } of changes)
    for (const { field, place } of fields)
      if (!cells.has(place))
        cells.set(place, { column: place, before: textOfPart(before, field), after: textOfPart(after, field) });
  return [...cells.values()];
};

const textOfPart = (part: { readonly data: RawEvent } | null, field: string): string => {
  const value = part?.data[field];
  if (value === undefined || value === null) return '';
  if (field === 'name' && part?.data.type === 'named') return (value as Name).text;
  if (field === 'sources') return (value as readonly { citation?: string }[]).map((s) => s.citation ?? '').join(' | ');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
