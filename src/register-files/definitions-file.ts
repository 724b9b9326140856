/** The file of definitions: lists with their names, dated policy and categories, and legal instruments. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import { fileAccessProblem } from './csv.js';
import type { DiffRules } from './event-diff.js';
import type { RawEvent, EventDraft } from './event-draft.js';
import type { FileProblem } from './report.js';

export const MAX_DEFINITIONS_BYTES = 5_242_880;

/** What the file says of one list or instrument. `place` is its JSON pointer. */
export interface Definition {
  readonly kind: 'list' | 'instrument';
  readonly id: string;
  readonly place: string;
  readonly drafts: readonly EventDraft[];
}

/** Reads the definitions of a file, in its order; what they say is judged later, event by event. */
export const readDefinitions = async (path: string): Promise<readonly Definition[] | FileProblem> => {
  const text = await readText(path);
  if (typeof text !== 'string') return text;
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    return error instanceof RepeatedKeyError
      ? fileProblem('FILE.KEY_TWICE', `each key once in its object; ${error.pointer} stands duplicates`)
      : fileProblem('FILE.NOT_JSON', 'JSON (RFC 8259)');
  }
  const sources = [{ kind: 'register-file', citation: basename(path) }];
  const { lists = [], instruments = [], ...others } = isObject(json) ? json : { lists: null };
  const known = Object.keys(others).length === 0 && [lists, instruments].every(isArrayOfObjects);
  if (!known) return fileProblem('FILE.UNKNOWN_KIND', 'an object with lists and instruments, each an array of objects');
  return [
    ...(lists as readonly Json[]).map((list, index) => listOf(list, `/lists/${index}`, sources)),
    ...(instruments as readonly Json[]).map((one, index) => instrumentOf(one, `/instruments/${index}`, sources)),
  ];
};

const readText = async (path: string): Promise<string | FileProblem> => {
  try {
    if ((await stat(path)).size > MAX_DEFINITIONS_BYTES) {
      return fileProblem('FILE.TOO_LONG', `at most ${MAX_DEFINITIONS_BYTES} bytes`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const isNotUtf8 = (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    return isNotUtf8 ? fileProblem('FILE.NOT_UTF8', 'a file in UTF-8') : fileAccessProblem(error);
  }
};

const fileProblem = (code: FileProblem['code'], expected: string): FileProblem => ({ code, line: null, expected });

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOfObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);

const listOf = (
  { id, name, categories = [], policy = [], ...others }: Json,
  place: string,
  sources: unknown,
): Definition => ({
  kind: 'list',
  id: typeof id === 'string' ? id : '',
  place,
  drafts: [
    draft({ ...others, type: 'list-defined', name, sources }, place),
    ...itemsOf(categories).map((category, index) =>
      draft(withCategoryId(category, sources), `${place}/categories/${index}`),
    ),
    ...itemsOf(policy).map((one, index) =>
      draft({ ...(isObject(one) ? one : { one }), type: 'policy-set', sources }, `${place}/policy/${index}`),
    ),
  ],
});

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** In the file a category has an `id`; in the event it is the `category`. */
const withCategoryId = (given: unknown, sources: unknown): RawEvent => {
  const { id, ...others } = isObject(given) ? given : { given };
  return { ...others, type: 'category-defined', category: id, sources };
};

const instrumentOf = ({ id, ...fields }: Json, place: string, sources: unknown): Definition => ({
  kind: 'instrument',
  id: typeof id === 'string' ? id : '',
  place,
  drafts: [draft({ ...fields, type: 'instrument-registered', sources }, place)],
});

const draft = (body: RawEvent, place: string): EventDraft => ({
  body,
  locate: (pointer) =>
    `${place}${body.type === 'category-defined' && pointer === '/category' ? '/id' : pointer.replace(/^\/sources.*/, '')}`,
});

/** How definitions are set against what is on record. Their source is the file itself, whatever it is called. */
export const definitionDiffRules = ({ drafts, place }: Definition): DiffRules => {
  const placeOf = (body: RawEvent): string =>
    drafts.find((d) => roleOf(d.body) === roleOf(body))?.locate('') ?? `${place}${GONE_FROM[body.type] ?? ''}`;
  return {
    roleOf,
    fieldsOf: (body) => FIELDS[body.type]?.map((field) => [field, `${placeOf(body)}/${field}`]) ?? [],
    single: () => true,
    says: () => 'something',
  };
};

const roleOf = (body: RawEvent): string => {
  if (body.type === 'category-defined') return `category-defined ${String(body['category'])}`;
  return body.type === 'policy-set' ? `policy-set ${String(body['from'])}` : body.type;
};

/** Where something on record would stand that the file no longer names. */
const GONE_FROM: Readonly<Record<string, string>> = { 'category-defined': '/categories', 'policy-set': '/policy' };

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'list-defined': ['name'],
  'category-defined': ['name'],
  'policy-set': ['custody', 'paceRequired'],
  'instrument-registered': [
    'kind',
    'title',
    'issuer',
    'issued',
    'submitted',
    'adopted',
    'inForce',
    'windowEnd',
    'forecast',
    'clauses',
  ],
};
