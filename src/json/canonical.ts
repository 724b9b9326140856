/**
 * Canonical JSON (RFC 8785): one text for one value, whatever the order of its keys. Own code for speed, since every event is serialized
 * by it: the package `canonicalize`, with which tests compare it, takes three times as long.
 */

/** Whether undefined fields are left out or throw TypeError. */
type UndefinedFieldPolicy = 'left out' | 'refused';

/**
 * The canonical text of a JSON value; undefined fields are left out, as by JSON.stringify. Throws TypeError for values that JSON
 * cannot hold (NaN, a date) or that are nested too deep (a circular reference).
 */
export const canonicalJson = (value: unknown): string => writeCanonical(value, 'left out', 0);

/** As `canonicalJson`, of values that are read back exactly: undefined fields and items throw TypeError too. */
export const exactCanonicalJson = (value: unknown): string => writeCanonical(value, 'refused', 0);

/** Limit of nesting, so that circular references end and no value exhausts the stack; real events reach six levels. */
const MAX_DEPTH = 100;

const writeCanonical = (value: unknown, undefinedFields: UndefinedFieldPolicy, depth: number): string => {
  if (typeof value === 'string') return canonicalString(value);
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  // Reading `toJSON`, which hardly any object has, is faster than testing for it with `in`.
  if (typeof value !== 'object' || (value as { toJSON?: unknown }).toJSON !== undefined)
    throw new TypeError(`JSON cannot hold a value: ${typeof value}`);
  if (depth === MAX_DEPTH) throw new TypeError('nested too deep for JSON');
  return Array.isArray(value)
    ? writeArray(value, undefinedFields, depth + 1)
    : writeObject(value as Readonly<Record<string, unknown>>, undefinedFields, depth + 1);
};

const writeArray = (items: readonly unknown[], undefinedFields: UndefinedFieldPolicy, depth: number): string => {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] === undefined && undefinedFields === 'left out' ? null : items[index];
    text += (index === 0 ? '' : ',') + writeCanonical(item, undefinedFields, depth);
  }
  return `${text}]`;
};

const writeObject = (
  fields: Readonly<Record<string, unknown>>,
  undefinedFields: UndefinedFieldPolicy,
  depth: number,
): string => {
  let text = '{';
  for (const name of sortedKeys(fields)) {
    const value = fields[name];
    if (value === undefined && undefinedFields === 'left out') continue;
    text += `${text === '{' ? '' : ','}${jsonKeyText(name)}${writeCanonical(value, undefinedFields, depth)}`;
  }
  return `${text}}`;
};

/** Up to so many keys, insertion sort takes half the time of `sort`. */
const MAX_KEYS_FOR_INSERTION_SORT = 16;

/** The keys in the order of UTF-16 code units, in which both RFC 8785 and JavaScript sort. */
export const sortedKeys = (fields: object): readonly string[] => {
  const keys = Object.keys(fields);
  if (keys.length > MAX_KEYS_FOR_INSERTION_SORT) return keys.sort();
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] as string;
    let at = next;
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
};

/** A serialized key with its colon, from a cache. Most keys are fields of events; clients can choose others, so the cache is bounded. */
export const jsonKeyText = (name: string): string => {
  const known = jsonKeyTexts.get(name);
  if (known !== undefined) return known;
  const text = `${canonicalString(name)}:`;
  if (jsonKeyTexts.size < MAX_CACHED_JSON_KEYS) jsonKeyTexts.set(name, text);
  return text;
};
const jsonKeyTexts = new Map<string, string>();
const MAX_CACHED_JSON_KEYS = 1_000;

/** Most strings have no character that JSON.stringify escapes; to quote these here takes a third of its time. */
const canonicalString = (text: string): string => (NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text));
const NEEDS_NO_ESCAPE = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

/**
 * Whether a JSON text holds half a surrogate pair. RFC 8785 has no canonical form of such a string: JSON.stringify escapes the half,
 * other implementations refuse it or replace it.
 */
export const hasLoneSurrogate = (text: string): boolean => text.includes('\\ud') && ESCAPED_SURROGATE.test(text);

/** Of surrogates, JSON.stringify escapes only lone ones. An even number of backslashes before the escape belongs to the text itself. */
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
