/** One line of a file of events, as a body of the REST interface with its place in the file. Pure: what it refers to comes in. */
import { caseEvents, type CaseEventType, type Reference } from '../domain/case/events.js';
import { foldedKey } from '../domain/text.js';
import { findingCode } from '../schema/kinds.js';
import { findCategory, expectedCategory, referenceOf, type NamedCategory } from './cell-values.js';
import type { RawEvent } from './event-draft.js';
import { bodyOf, lineColumnOf, foreignColumns, type Cells } from './event-columns.js';
import type { CellError } from './report.js';

/** What lines refer to: the list of the import, and the categories of every list. */
export interface Lists {
  readonly list: string;
  readonly categories: ReadonlyMap<string, readonly NamedCategory[]>;
}

/** The case of a line: by a reference, or by its id. */
export type CaseIdentifier = Reference | { readonly id: string };

export interface EventLine {
  readonly row: number;
  readonly case: CaseIdentifier | null;
  /** By which a line behind it can say that it follows (`after`); empty where it has none. */
  readonly key: string;
  readonly sameAs: Reference | null;
  readonly acknowledge: readonly string[];
  readonly body: RawEvent;
  readonly locate: (pointer: string) => string;
  readonly wrong: readonly CellError[];
}

/** What groups lines: those of one case enter together. */
export const caseKey = (named: CaseIdentifier | null): string =>
  named === null
    ? ''
    : 'id' in named
      ? JSON.stringify([named.id])
      : JSON.stringify([named.list, foldedKey(named.reference)]);

/** Types that stand in a list: where no cell names it, in that of the import. */
const IN_A_LIST: ReadonlySet<string> = new Set<CaseEventType>([
  'proposed',
  'recognised',
  'recategorised',
  'declined',
  'delisted',
]);

/** A line of a table. */
export const lineFromCells = (row: number, cells: Cells, lists: Lists): EventLine => {
  const ref = cells['ref'] ?? '';
  const type = cells['type'] ?? '';
  const codes = (cells['acknowledge'] ?? '').split(/[\s;,|]+/).filter((code) => code !== '');
  const sameAs = cells['same_as'] ?? '';
  return complete(
    {
      row,
      case: ref === '' ? null : { list: lists.list, reference: ref },
      key: cells['key'] ?? '',
      sameAs: sameAs === '' ? null : { reference: '', ...referenceOf(sameAs) },
      acknowledge: codes,
      body: bodyOf(cells) as RawEvent,
      locate: columnIn(type),
      wrong: [
        ...(ref === '' ? [wrong('ref', 'FIELD.MISSING', 'the reference of a case')] : []),
        ...foreignColumns(cells).map((column) =>
          wrong(column, 'FIELD.UNKNOWN', `nothing, since ${type} has no such field`),
        ),
        ...codes
          .filter((code) => !isFindingCode(code))
          .map(() => wrong('acknowledge', 'TEXT.FORM', findingCode.expects)),
        ...(sameAs !== '' && !/^[^:]+:./.test(sameAs)
          ? [wrong('same_as', 'ROW.WRONG_CELL', 'a list and a reference in it: union:AZ-0137')]
          : []),
      ],
    },
    lists,
  );
};

/** A line of JSON: the row of a batch of the REST interface. Its places are JSON pointers. */
export const lineFromJson = (row: number, json: Readonly<Record<string, unknown>>, lists: Lists): EventLine => {
  const { case: named, acknowledge = [], same_as: sameAs, key, ...body } = json;
  const codes = Array.isArray(acknowledge) ? (acknowledge as readonly unknown[]) : [acknowledge];
  const found = caseInJson(named, body, lists.list);
  return complete(
    {
      row,
      case: found,
      key: typeof key === 'string' ? key : '',
      sameAs: isReference(sameAs) ? sameAs : null,
      acknowledge: codes.filter((code) => typeof code === 'string'),
      body: body as RawEvent,
      locate: (pointer) => pointer || '/type',
      wrong: [
        ...(found === null ? [wrong('/case', 'FIELD.MISSING', 'a list and a reference in it, or an id')] : []),
        ...(codes.every(isFindingCode) ? [] : [wrong('/acknowledge', 'TEXT.FORM', findingCode.expects)]),
        ...(sameAs === undefined || isReference(sameAs)
          ? []
          : [wrong('/same_as', 'ROW.WRONG_CELL', 'an object with list and reference')]),
      ],
    },
    lists,
  );
};

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Reference).list === 'string' &&
  typeof (value as Reference).reference === 'string';

const isFindingCode = (code: unknown): boolean => findingCode.rules.every(({ isValid }) => isValid(code));

/** What opens a case names it by the reference that it gives it: in the list of the import, else the first. */
const caseInJson = (named: unknown, body: Readonly<Record<string, unknown>>, list: string): CaseIdentifier | null => {
  if (isReference(named)) return { list: named.list, reference: named.reference };
  const id: unknown = typeof named === 'object' && named !== null ? (named as { id?: unknown }).id : undefined;
  if (typeof id === 'string') return { id };
  if (body['type'] !== 'opened' || !Array.isArray(body['references'])) return null;
  const given = (body['references'] as readonly unknown[]).filter(isReference);
  return given.find((one) => one.list === list) ?? given[0] ?? null;
};

const wrong = (column: string, code: string, expected: string): CellError => ({ column, code, expected });

/** Columns of what is not about one field: the day of what happened, else the type. */
const columnIn =
  (type: string) =>
  (pointer: string): string => {
    if (pointer === '') return isDated(type) ? 'occurred_on' : 'type';
    return pointer === '/act' && type === 'pardoned' ? 'decree' : lineColumnOf(pointer);
  };

const isDated = (type: string): boolean => Object.hasOwn(caseEvents, type) && caseEvents[type as CaseEventType].dated;

/** Fills in the list, the id of the category, and the reference by which the line itself names its case. */
const complete = (line: EventLine, lists: Lists): EventLine => {
  const listed = withList(line, lists.list);
  const categorised = withCategory(listed, lists);
  return withOwnReference(categorised);
};

const withList = (line: EventLine, list: string): EventLine =>
  IN_A_LIST.has(line.body.type) && line.body['list'] === undefined ? { ...line, body: { ...line.body, list } } : line;

const withCategory = (line: EventLine, { categories }: Lists): EventLine => {
  const { list, category } = line.body;
  const known = typeof list === 'string' ? categories.get(list) : undefined;
  if (known === undefined || typeof category !== 'string' || category === '') return line;
  const found = findCategory(category, known);
  if (found !== undefined) return { ...line, body: { ...line.body, category: found.id } };
  const unknown = wrong(line.locate('/category'), 'CATEGORY.UNKNOWN', expectedCategory(known));
  return { ...line, wrong: [...line.wrong, unknown] };
};

const withOwnReference = (line: EventLine): EventLine => {
  const own = line.case;
  if (line.body.type !== 'opened' || own === null || 'id' in own) return line;
  const given = line.body['references'] ?? [];
  if (!Array.isArray(given)) return line;
  const there = given.some((one) => isReference(one) && one.list === own.list && one.reference === own.reference);
  return there ? line : { ...line, body: { ...line.body, references: [own, ...(given as readonly unknown[])] } };
};
