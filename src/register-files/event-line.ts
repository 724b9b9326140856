/** Reads one line of a file of events, of a table or of JSON, into event data with its place in the file. Pure. */
import { caseEvents, type CaseEventType, type Reference } from '../domain/case/events.js';
import { foldedKey } from '../domain/text.js';
import { findingCodeType } from '../schema/decorators.js';
import { canonicalId } from '../schema/register-id.js';
import { findCategory, expectedCategoryText, parseReference, type NamedCategory } from './cell-values.js';
import type { RawEvent } from './event-draft.js';
import { isJsonObject, type JsonObject } from './json-lines.js';
import { eventFromCells, columnOfPointer, filledColumnsOfOtherTypes, type Cells } from './event-columns.js';
import type { CellError } from './report.js';

/** What reading a line of events needs beside the line. */
export interface LineContext {
  /** The list of the import. */
  readonly list: string;
  /** The categories of each list, by its id. */
  readonly categories: ReadonlyMap<string, readonly NamedCategory[]>;
}

/** How a line names its case. */
export type CaseIdentifier = Reference | { readonly id: string };

export interface EventLine {
  readonly row: number;
  readonly case: CaseIdentifier | null;
  /** The name that a later line of the case may give in `after`; empty where the line has none. */
  readonly key: string;
  readonly sameAs: Reference | null;
  readonly acknowledge: readonly string[];
  readonly data: RawEvent;
  readonly locate: (pointer: string) => string;
  readonly errors: readonly CellError[];
}

/** Equal for two lines that name their case alike: both by its id, or both by one reference in any spelling. */
export const caseKey = (identifier: CaseIdentifier | null): string =>
  identifier === null
    ? ''
    : 'id' in identifier
      ? JSON.stringify([identifier.id])
      : JSON.stringify([identifier.list, foldedKey(identifier.reference)]);

/** Types whose `list` is that of the import unless a line names another. */
const TYPES_WITH_DEFAULT_LIST: ReadonlySet<string> = new Set<CaseEventType>([
  'proposed',
  'recognised',
  'recategorised',
  'declined',
  'delisted',
]);

export const lineFromCells = (row: number, cells: Cells, context: LineContext): EventLine => {
  const ref = cells['ref'] ?? '';
  const type = cells['type'] ?? '';
  const codes = (cells['acknowledge'] ?? '').split(/[\s;,|]+/).filter((code) => code !== '');
  const sameAs = cells['same_as'] ?? '';
  return withDefaults(
    {
      row,
      case: ref === '' ? null : { list: context.list, reference: ref },
      key: cells['key'] ?? '',
      sameAs: sameAs === '' ? null : { reference: '', ...parseReference(sameAs) },
      acknowledge: codes,
      data: eventFromCells(cells) as RawEvent,
      locate: locateInLine(type),
      errors: [
        ...(ref === '' ? [cellError('ref', 'FIELD.MISSING', 'the reference of a case')] : []),
        ...filledColumnsOfOtherTypes(cells).map((column) =>
          cellError(column, 'FIELD.UNKNOWN', `nothing, since ${type} has no such field`),
        ),
        ...codes
          .filter((code) => !isFindingCode(code))
          .map(() => cellError('acknowledge', 'TEXT.FORM', findingCodeType.expects)),
        ...(sameAs !== '' && !/^[^:]+:./.test(sameAs)
          ? [cellError('same_as', 'ROW.WRONG_CELL', 'a list and a reference in it: union:AZ-0137')]
          : []),
      ],
    },
    context,
  );
};

/** Reads a line that is a row of `POST /v1/events`, plus `key` and `same_as`. Its errors are located by JSON pointers. */
export const lineFromJson = (row: number, json: JsonObject, context: LineContext): EventLine => {
  const { case: identifier, acknowledge = [], same_as: sameAs, key, ...data } = json;
  const codes = Array.isArray(acknowledge) ? (acknowledge as readonly unknown[]) : [acknowledge];
  const caseOfLine = caseInJson(identifier, data, context.list);
  return withDefaults(
    {
      row,
      case: caseOfLine,
      key: typeof key === 'string' ? key : '',
      sameAs: isReference(sameAs) ? sameAs : null,
      acknowledge: codes.filter((code) => typeof code === 'string'),
      data: data as RawEvent,
      locate: (pointer) => pointer || '/type',
      errors: [
        ...(caseOfLine === null ? [cellError('/case', 'FIELD.MISSING', 'a list and a reference in it, or an id')] : []),
        ...(codes.every(isFindingCode) ? [] : [cellError('/acknowledge', 'TEXT.FORM', findingCodeType.expects)]),
        ...(sameAs === undefined || isReference(sameAs)
          ? []
          : [cellError('/same_as', 'ROW.WRONG_CELL', 'an object with list and reference')]),
      ],
    },
    context,
  );
};

const isReference = (value: unknown): value is Reference & JsonObject =>
  isJsonObject(value) && typeof value['list'] === 'string' && typeof value['reference'] === 'string';

const isFindingCode = (code: unknown): boolean => findingCodeType.rules.every(({ isValid }) => isValid(code));

/** The `case` of a line; for `opened` without `case`, its reference in the list of the import, or else its first reference. */
const caseInJson = (identifier: unknown, data: JsonObject, list: string): CaseIdentifier | null => {
  if (isReference(identifier)) return { list: identifier.list, reference: identifier.reference };
  const id = isJsonObject(identifier) ? identifier['id'] : undefined;
  if (typeof id === 'string') return { id: canonicalId(id) };
  if (data['type'] !== 'opened' || !Array.isArray(data['references'])) return null;
  const references = (data['references'] as readonly unknown[]).filter(isReference);
  return references.find((reference) => reference.list === list) ?? references[0] ?? null;
};

const cellError = (column: string, code: string, expected: string): CellError => ({ column, code, expected });

/** An error of the whole event (pointer '') is located at the column of its day, or of its type where it has no day. */
const locateInLine =
  (type: string) =>
  (pointer: string): string => {
    if (pointer === '') return isDated(type) ? 'occurred_on' : 'type';
    return pointer === '/act' && type === 'pardoned' ? 'decree' : columnOfPointer(pointer);
  };

const isDated = (type: string): boolean => Object.hasOwn(caseEvents, type) && caseEvents[type as CaseEventType].dated;

const withDefaults = (line: EventLine, context: LineContext): EventLine =>
  withReferenceInOpening(withCategoryId(withDefaultList(line, context.list), context));

const withDefaultList = (line: EventLine, list: string): EventLine =>
  TYPES_WITH_DEFAULT_LIST.has(line.data.type) && line.data['list'] === undefined
    ? { ...line, data: { ...line.data, list } }
    : line;

/** Replaces the name of a category by its id. */
const withCategoryId = (line: EventLine, { categories }: LineContext): EventLine => {
  const { list, category } = line.data;
  const ofList = typeof list === 'string' ? categories.get(list) : undefined;
  if (ofList === undefined || typeof category !== 'string' || category === '') return line;
  const match = findCategory(category, ofList);
  if (match !== undefined) return { ...line, data: { ...line.data, category: match.id } };
  const unknown = cellError(line.locate('/category'), 'CATEGORY.UNKNOWN', expectedCategoryText(ofList));
  return { ...line, errors: [...line.errors, unknown] };
};

/** Adds the reference that names the case to the references of `opened`. */
const withReferenceInOpening = (line: EventLine): EventLine => {
  const named = line.case;
  if (line.data.type !== 'opened' || named === null || 'id' in named) return line;
  const references: unknown = line.data['references'] ?? [];
  if (!Array.isArray(references)) return line;
  const isIncluded = references.some(
    (other) => isReference(other) && other.list === named.list && other.reference === named.reference,
  );
  if (isIncluded) return line;
  return { ...line, data: { ...line.data, references: [named, ...(references as readonly unknown[])] } };
};
