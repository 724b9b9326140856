/** From what came in to a plain object of a class's fields, or to everything that is wrong with it. */
import { validateSync, type ValidationError } from 'class-validator';
import { composed } from '../domain/text.js';
import { fieldsOf, type Class, type Comparison } from './field.js';
import { LIMITS } from './limits.js';
import type { FieldCode, Problem } from './problems.js';

export type Read<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/**
 * Reads a JSON value strictly: unknown fields are refused, nothing is converted but texts to NFC, absent fields stay absent, defaults are
 * filled in. The value that comes out is a plain object with the fields of the class in their order.
 */
export const read = <T extends object>(type: Class<T>, input: unknown): Read<T> => {
  if (!isObject(input)) return { problems: [{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }] };
  const unknown: Problem[] = [];
  const built = build(type, input, '', unknown);
  const errors = validateSync(built, { stopAtFirstError: true });
  const problems = [...unknown, ...problemsOf(errors, '')];
  return problems.length > 0
    ? { problems: problems.slice(0, LIMITS.problems) }
    : { value: plain(type, built) as unknown as T };
};

/**
 * Reads the parameters of a URL: a text, or an array of texts where a parameter stands several times. Numbers are read from
 * their digits. The pointers of problems are the parameters' names behind a slash.
 */
export const readParameters = <T extends object>(
  type: Class<T>,
  input: Readonly<Record<string, string | readonly string[]>>,
): Read<T> => {
  const repeated: Problem[] = [];
  const prepared: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, given] of Object.entries(input)) {
    const kind = fieldsOf(type).find((f) => f.name === name)?.kind;
    const takesSeveral = kind?.schema['type'] === 'array';
    if (kind === undefined) prepared[name] = given;
    else if (takesSeveral) prepared[name] = [given].flat();
    else if (typeof given === 'string') prepared[name] = kind.fromText?.(given) ?? given;
    else repeated.push({ code: 'PARAMETER.REPEATED', pointer: pointerTo('', name), expected: 'one value' });
  }
  const result = read(type, prepared);
  if (repeated.length === 0) return result;
  return { problems: [...repeated, ...('problems' in result ? result.problems : [])].slice(0, LIMITS.problems) };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `/sources/0/url`: a step further into a value (RFC 6901). */
export const pointerTo = (pointer: string, name: string): string =>
  `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * An instance for class-validator. Reads own properties and writes only the names of fields, so that keys such as
 * `__proto__` do no more than be unknown.
 */
const build = (
  type: Class,
  input: Readonly<Record<string, unknown>>,
  pointer: string,
  unknown: Problem[],
): Record<string, unknown> => {
  const fields = fieldsOf(type);
  const built = new type() as Record<string, unknown>;
  for (const { name, kind, default: standard } of fields) {
    const given = Object.hasOwn(input, name) ? input[name] : standard;
    if (given === undefined) continue;
    built[name] = kind.prose === true ? inNfc(given) : withParts(kind.part, given, pointerTo(pointer, name), unknown);
  }
  const names = fields.map((f) => f.name);
  const strangers = Object.keys(input).filter((name) => !names.includes(name));
  for (const name of strangers.slice(0, LIMITS.problems)) {
    const expected = `only the fields ${names.join(', ')}`;
    unknown.push({ code: 'FIELD.UNKNOWN', pointer: pointerTo(pointer, name.slice(0, LIMITS.name)), expected });
  }
  return built;
};

const inNfc = (value: unknown): unknown => {
  if (typeof value === 'string') return composed(value);
  return Array.isArray(value) && value.length <= MOST_PARTS
    ? value.map((item) => (typeof item === 'string' ? composed(item) : (item as unknown)))
    : value;
};

const withParts = (type: Class | undefined, value: unknown, pointer: string, unknown: Problem[]): unknown => {
  if (type === undefined) return value;
  if (isObject(value)) return build(type, value, pointer, unknown);
  if (!Array.isArray(value) || value.length > MOST_PARTS) return value;
  return value.map((item: unknown, index) =>
    isObject(item) ? build(type, item, pointerTo(pointer, String(index)), unknown) : item,
  );
};

/** No array of objects may be longer; a longer one is refused for its length, whatever its items are. */
const MOST_PARTS = 1_000;

/** A plain object of the fields that are there, in their order. */
const plain = (type: Class, built: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    fieldsOf(type)
      .filter(({ name }) => built[name] !== undefined)
      .map(({ name, kind }) => [name, kind.part === undefined ? built[name] : plainPart(kind.part, built[name])]),
  );

const plainPart = (type: Class, value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) => plain(type, item as Record<string, unknown>))
    : plain(type, value as Record<string, unknown>);

/** The errors of one object: of each field the first rule that failed; rules that compare fields only where none did. */
const problemsOf = (errors: readonly ValidationError[], pointer: string): readonly Problem[] => {
  const found = errors.flatMap((error) => problemsOfField(error, pointer));
  const single = found.filter((f) => !f.compares);
  return (single.length > 0 ? single : found).map((f) => f.problem);
};

const problemsOfField = (
  error: ValidationError,
  pointer: string,
): readonly { readonly problem: Problem; readonly compares: boolean }[] => {
  const here = pointerTo(pointer, error.property);
  const [failed] = Object.entries(error.constraints ?? {}).filter(([name]) => name !== 'nestedValidation');
  if (failed === undefined) {
    return problemsOf(error.children ?? [], here).map((problem) => ({ problem, compares: false }));
  }
  const [name, expected] = failed;
  const comparison = (error.contexts as Record<string, Comparison> | undefined)?.[name];
  if (comparison !== undefined) {
    const at = comparison.at === '' ? pointer : pointerTo(pointer, comparison.at);
    return [{ problem: { code: name as FieldCode, pointer: at, expected }, compares: true }];
  }
  const missing = error.value === null ? 'FIELD.NULL' : 'FIELD.MISSING';
  return [
    {
      problem: { code: name === 'isDefined' ? missing : (name as FieldCode), pointer: here, expected },
      compares: false,
    },
  ];
};
