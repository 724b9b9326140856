/** Reads the file of definitions: lists with their names, dated policy and categories, legal instruments, and claims. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseJson, RepeatedKeyError } from '../json/parse.js';
import type { ClauseFields } from '../domain/instrument/events.js';
import { DEFAULT_CLAUSE_VERSION } from '../schema/clauses.js';
import { AMENDABLE_INSTRUMENT_FIELDS } from '../schema/instruments.js';
import { isJsonObject, repeatedJsonKeyProblem, type JsonObject } from './json-lines.js';
import { fileAccessProblem } from './csv.js';
import type { DiffRules } from './event-diff.js';
import type { RawEvent, EventDraft } from './event-draft.js';
import type { FileProblem } from './report.js';

export const MAX_DEFINITIONS_BYTES = 5_242_880;

/** A list, an instrument or a claim. `place` is its JSON pointer in the file, or its column for a claim from a row of editions. */
export interface DefinitionDraft {
  readonly kind: 'list' | 'instrument' | 'claim';
  readonly id: string;
  /** Ids under which an earlier import may have recorded the definition instead; it gets one of them where something else has `id`. */
  readonly alternativeIds?: readonly string[];
  readonly place: string;
  readonly drafts: readonly EventDraft[];
}

/** The definitions in the order of the file. Their fields are not checked yet. */
export const readDefinitions = async (path: string): Promise<readonly DefinitionDraft[] | FileProblem> => {
  const text = await readText(path);
  if (typeof text !== 'string') return text;
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    return error instanceof RepeatedKeyError
      ? { line: null, ...repeatedJsonKeyProblem(error.pointer) }
      : fileProblem('FILE.NOT_JSON', 'JSON (RFC 8259)');
  }
  const sources = [{ kind: 'register-file', citation: basename(path) }];
  const { lists = [], instruments = [], claims = [], ...others } = isJsonObject(json) ? json : { lists: null };
  const isKnown = Object.keys(others).length === 0 && [lists, instruments, claims].every(isArrayOfObjects);
  if (!isKnown)
    return fileProblem('FILE.UNKNOWN_KIND', 'an object with lists, instruments and claims, each an array of objects');
  return [
    ...(lists as readonly JsonObject[]).map((list, index) => listDefinitionDraft(list, `/lists/${index}`, sources)),
    ...(instruments as readonly JsonObject[]).map((instrument, index) =>
      instrumentDefinitionDraft(instrument, `/instruments/${index}`, sources),
    ),
    ...(claims as readonly JsonObject[]).map((claim, index) => definitionOfClaim(claim, `/claims/${index}`, sources)),
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

const isArrayOfObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isJsonObject);

const listDefinitionDraft = (
  { id, name, categories = [], policy = [], ...others }: JsonObject,
  place: string,
  sources: unknown,
): DefinitionDraft => ({
  kind: 'list',
  id: typeof id === 'string' ? id : '',
  place,
  drafts: [
    draftAt({ ...others, type: 'list-defined', name, sources }, place),
    ...asArray(categories).map((category, index) =>
      draftAt(categoryDefinedEvent(category, sources), `${place}/categories/${index}`),
    ),
    ...asArray(policy).map((entry, index) =>
      draftAt(
        { ...(isJsonObject(entry) ? entry : { entry }), type: 'policy-set', sources },
        `${place}/policy/${index}`,
      ),
    ),
  ],
});

/** A value that is no array becomes one entry, so that schema/ refuses it at its place. */
const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** In the file a category has an `id`; in the event it is the `category`. */
const categoryDefinedEvent = (entry: unknown, sources: unknown): RawEvent => {
  const { id, ...others } = isJsonObject(entry) ? entry : { entry };
  return { ...others, type: 'category-defined', category: id, sources };
};

const instrumentDefinitionDraft = (
  { id, clauseVersions = [], ...fields }: JsonObject,
  place: string,
  sources: unknown,
): DefinitionDraft => ({
  kind: 'instrument',
  id: typeof id === 'string' ? id : '',
  place,
  drafts: [
    draftAt({ ...fields, type: 'instrument-registered', sources }, place),
    ...asArray(clauseVersions).map((entry, index) =>
      // A version of a clause may have sources of its own; by default its source is the file.
      draftAt(
        { sources, ...(isJsonObject(entry) ? entry : { entry }), type: 'clause-set' },
        `${place}/clauseVersions/${index}`,
      ),
    ),
  ],
});

/** A claim may have sources of its own; by default its source is the file. */
const definitionOfClaim = ({ id, ...fields }: JsonObject, place: string, sources: unknown): DefinitionDraft => ({
  kind: 'claim',
  id: typeof id === 'string' ? id : '',
  place,
  drafts: [draftAt({ sources, ...fields, type: 'claimed' }, place)],
});

const draftAt = (data: RawEvent, place: string): EventDraft => ({
  data,
  locate: (pointer) =>
    `${place}${TYPES_WITH_SOURCES_IN_FILE.has(data.type) ? pointer : placeInDefinition(data, pointer)}`,
});

/** Types of events that may name sources of their own in the file. */
const TYPES_WITH_SOURCES_IN_FILE: ReadonlySet<string> = new Set(['clause-set', 'claimed']);

/** Maps a pointer into event data to one into the entry. Errors of `sources` are located at the entry, which has no such field. */
const placeInDefinition = ({ type }: RawEvent, pointer: string): string =>
  type === 'category-defined' && pointer === '/category' ? '/id' : pointer.replace(/^\/sources.*/, '');

/** Compares definitions without their sources: the source is the name of the file, which may change. */
export const definitionDiffRules = ({ drafts, place }: DefinitionDraft): DiffRules => {
  const placeOf = (data: RawEvent, field: string): string =>
    drafts.find((draft) => matchKeyOf(draft.data) === matchKeyOf(data))?.locate(`/${field}`) ??
    `${place}${FILE_ARRAY_BY_EVENT_TYPE[data.type] ?? ''}/${field}`;
  return {
    matchKeyOf,
    fieldsOf: (data) => COMPARED_FIELDS_BY_EVENT_TYPE[data.type]?.map((field) => [field, placeOf(data, field)]) ?? [],
    isSingleValued: () => true,
    cellState: () => 'filled',
  };
};

/**
 * The first entry of a definition in the file that defines again what an earlier entry of it defines: the same category, the policy from the
 * same day, or the same version of a clause; undefined if none does.
 */
export const repeatedEntry = (drafts: readonly EventDraft[]): EventDraft | undefined => {
  const keys = new Set<string>();
  return drafts.find(({ data }) => keys.size === keys.add(matchKeyOf(data)).size);
};

const matchKeyOf = (data: RawEvent): string => {
  if (data.type === 'category-defined') return `category-defined ${String(data['category'])}`;
  if (data.type === 'clause-set') {
    const { clause, version = DEFAULT_CLAUSE_VERSION } = data as Partial<ClauseFields>;
    return `clause-set ${clause} ${version}`;
  }
  return data.type === 'policy-set' ? `policy-set ${String(data['from'])}` : data.type;
};

/** By event type: the array of the file at which an event is reported that is on record but no longer in the file. */
const FILE_ARRAY_BY_EVENT_TYPE: Readonly<Record<string, string>> = {
  'category-defined': '/categories',
  'policy-set': '/policy',
  'clause-set': '/clauseVersions',
};

const COMPARED_FIELDS_BY_EVENT_TYPE: Readonly<Record<string, readonly string[]>> = {
  'list-defined': ['name'],
  'category-defined': ['name'],
  'policy-set': ['custody', 'paceRequired'],
  'clause-set': ['conditions', 'effect', 'reducedBy', 'replacement', 'text'],
  'instrument-registered': ['kind', ...AMENDABLE_INSTRUMENT_FIELDS, 'clauses'],
  claimed: ['speaker', 'organisation', 'about', 'value', 'range', 'denies', 'saidOn', 'text'],
};
