/** From what came in to a plain object of a class's fields, or to everything that is wrong with it. */
import { validateSync, type ValidationError } from 'class-validator';
import { toNfc } from '../domain/text.js';
import { fieldsOf, type Constructor, type ObjectRuleContext } from './field.js';
import { LIMITS } from './limits.js';
import type { FieldErrorCode, FieldError } from './problems.js';

export type ReadResult<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

/**
 * Reads a JSON value strictly: unknown fields are refused, nothing is converted but texts to NFC, absent fields stay absent, defaults are
 * filled in. The value that comes out is a plain object with the fields of the class in their order.
 */
export const read = <T extends object>(type: Constructor<T>, input: unknown): ReadResult<T> => {
  if (!isObject(input)) return { errors: [{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }] };
  const unknown: FieldError[] = [];
  const built = build(type, input, '', unknown);
  const errors = validateSync(built, { stopAtFirstError: true });
  const problems = [...unknown, ...problemsOf(errors, '')];
  return problems.length > 0
    ? { errors: problems.slice(0, LIMITS.errors) }
    : { value: plain(type, built) as unknown as T };
};

/**
 * Reads the parameters of a URL: a text, or an array of texts where a parameter stands several times. Numbers are read from
 * their digits. The pointers of problems are the parameters' names behind a slash.
 */
export const readParameters = <T extends object>(
  type: Constructor<T>,
  input: Readonly<Record<string, string | readonly string[]>>,
): ReadResult<T> => {
  const repeated: FieldError[] = [];
  const prepared: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, given] of Object.entries(input)) {
    const kind = fieldsOf(type).find((f) => f.name === name)?.valueType;
    const takesSeveral = kind?.schema['type'] === 'array';
    if (kind === undefined) prepared[name] = given;
    else if (takesSeveral) prepared[name] = [given].flat();
    else if (typeof given === 'string') prepared[name] = kind.parse?.(given) ?? given;
    else repeated.push({ code: 'PARAMETER.REPEATED', pointer: pointerTo('', name), expected: 'one value' });
  }
  const result = read(type, prepared);
  if (repeated.length === 0) return result;
  return { errors: [...repeated, ...('errors' in result ? result.errors : [])].slice(0, LIMITS.errors) };
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
  type: Constructor,
  input: Readonly<Record<string, unknown>>,
  pointer: string,
  unknown: FieldError[],
): Record<string, unknown> => {
  const fields = fieldsOf(type);
  const built = new type() as Record<string, unknown>;
  for (const { name, valueType, default: standard } of fields) {
    const given = Object.hasOwn(input, name) ? input[name] : standard;
    if (given === undefined) continue;
    built[name] =
      valueType.isProse === true
        ? inNfc(given)
        : withParts(valueType.nestedClass, given, pointerTo(pointer, name), unknown);
  }
  const names = fields.map((f) => f.name);
  const strangers = Object.keys(input).filter((name) => !names.includes(name));
  for (const name of strangers.slice(0, LIMITS.errors)) {
    const expected = `only the fields ${names.join(', ')}`;
    unknown.push({ code: 'FIELD.UNKNOWN', pointer: pointerTo(pointer, name.slice(0, LIMITS.name)), expected });
  }
  return built;
};

const inNfc = (value: unknown): unknown => {
  if (typeof value === 'string') return toNfc(value);
  return Array.isArray(value) && value.length <= MOST_PARTS
    ? value.map((item) => (typeof item === 'string' ? toNfc(item) : (item as unknown)))
    : value;
};

const withParts = (type: Constructor | undefined, value: unknown, pointer: string, unknown: FieldError[]): unknown => {
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
const plain = (type: Constructor, built: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    fieldsOf(type)
      .filter(({ name }) => built[name] !== undefined)
      .map(({ name, valueType }) => [
        name,
        valueType.nestedClass === undefined ? built[name] : plainPart(valueType.nestedClass, built[name]),
      ]),
  );

const plainPart = (type: Constructor, value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) => plain(type, item as Record<string, unknown>))
    : plain(type, value as Record<string, unknown>);

/** The errors of one object: of each field the first rule that failed; rules that compare fields only where none did. */
const problemsOf = (errors: readonly ValidationError[], pointer: string): readonly FieldError[] => {
  const found = errors.flatMap((error) => problemsOfField(error, pointer));
  const single = found.filter((f) => !f.compares);
  return (single.length > 0 ? single : found).map((f) => f.problem);
};

const problemsOfField = (
  error: ValidationError,
  pointer: string,
): readonly { readonly problem: FieldError; readonly compares: boolean }[] => {
  const here = pointerTo(pointer, error.property);
  const [failed] = Object.entries(error.constraints ?? {}).filter(([name]) => name !== 'nestedValidation');
  if (failed === undefined) {
    return problemsOf(error.children ?? [], here).map((problem) => ({ problem, compares: false }));
  }
  const [name, expected] = failed;
  const comparison = (error.contexts as Record<string, ObjectRuleContext> | undefined)?.[name];
  if (comparison !== undefined) {
    const at = comparison.at === '' ? pointer : pointerTo(pointer, comparison.at);
    return [{ problem: { code: name as FieldErrorCode, pointer: at, expected }, compares: true }];
  }
  const missing = error.value === null ? 'FIELD.NULL' : 'FIELD.MISSING';
  return [
    {
      problem: { code: name === 'isDefined' ? missing : (name as FieldErrorCode), pointer: here, expected },
      compares: false,
    },
  ];
};
