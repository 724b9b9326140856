/** Validates untrusted input against a DTO class. */
import { validateSync, type ValidationError } from 'class-validator';
import type { ObjectRuleErrorContext } from './decorators.js';
import { fieldsOf, type Constructor } from './field.js';
import { isValid } from './is-valid.js';
import { LIMITS } from './limits.js';
import type { FieldErrorCode, FieldError } from './problems.js';

export type ReadResult<T> = { readonly value: T } | { readonly errors: readonly FieldError[] };

/**
 * Reads a JSON value strictly: unknown fields are errors, defaults are filled in, texts are normalised (NFC; UUIDs to lower
 * case), and nothing else is converted. Returns a plain object with the fields in the order of the class, without absent ones.
 */
export const read = <T extends object>(type: Constructor<T>, input: unknown): ReadResult<T> => {
  if (!isObject(input)) return { errors: [{ code: 'FIELD.WRONG_KIND', pointer: '', expected: 'an object' }] };
  const unknownFields: FieldError[] = [];
  const built = buildInstance(type, input, '', unknownFields);
  const errors = isValid(type, built) ? unknownFields : [...unknownFields, ...validationErrorsOf(built)];
  return errors.length > 0
    ? { errors: errors.slice(0, LIMITS.errors) }
    : { value: toPlain(type, built) as unknown as T };
};

/** The errors that class-validator finds in an instance from `buildInstance`. */
export const validationErrorsOf = (built: object): readonly FieldError[] =>
  // Without `forbidUnknownValues: false`, an object of a class without fields would be an error.
  toFieldErrors(validateSync(built, { stopAtFirstError: true, forbidUnknownValues: false }), '');

/**
 * Reads some of the fields of a class: absent ones are no errors, get no defaults, and rules about several fields are not checked.
 * Otherwise as `read`.
 */
export const readSomeFields = (
  type: Constructor,
  input: Readonly<Record<string, unknown>>,
): ReadResult<Readonly<Record<string, unknown>>> => {
  const unknownFields: FieldError[] = [];
  const built = buildInstance(type, input, '', unknownFields);
  const errors = [
    ...unknownFields,
    ...validateSync(built, { stopAtFirstError: true })
      .filter(({ property }) => Object.hasOwn(input, property))
      .flatMap((error) => errorsOfField(error, ''))
      .flatMap(({ fieldError, isObjectRule }) => (isObjectRule ? [] : [fieldError])),
  ];
  if (errors.length > 0) return { errors: errors.slice(0, LIMITS.errors) };
  const plain = Object.entries(toPlain(type, built)).filter(([name]) => Object.hasOwn(input, name));
  return { value: Object.fromEntries(plain) };
};

/**
 * Reads URL parameters, with an array for a parameter that is repeated. Numbers are converted from their digits. The pointer of
 * an error is the parameter's name after a slash.
 */
export const readParameters = <T extends object>(
  type: Constructor<T>,
  input: Readonly<Record<string, string | readonly string[]>>,
): ReadResult<T> => {
  const repeated: FieldError[] = [];
  const prepared: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(input)) {
    const valueType = fieldsOf(type).find((field) => field.name === name)?.valueType;
    const isArray = valueType?.schema['type'] === 'array';
    if (valueType === undefined) prepared[name] = value;
    else if (isArray) prepared[name] = [value].flat();
    else if (typeof value === 'string') prepared[name] = valueType.parse?.(value) ?? value;
    else repeated.push({ code: 'PARAMETER.REPEATED', pointer: pointerTo('', name), expected: 'one value' });
  }
  const result = read(type, prepared);
  if (repeated.length === 0) return result;
  const pointers = new Set(repeated.map(({ pointer }) => pointer));
  // A repeated parameter was left out above, but is not missing.
  const others = 'errors' in result ? result.errors.filter(({ pointer }) => !pointers.has(pointer)) : [];
  return { errors: [...repeated, ...others].slice(0, LIMITS.errors) };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Appends a name to a JSON Pointer (RFC 6901): `/sources/0` and `url` give `/sources/0/url`. */
export const pointerTo = (pointer: string, name: string): string =>
  `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * Builds an instance for class-validator. It reads only own properties of the input and sets only declared fields, so that
 * a key such as `__proto__` is reported as unknown and has no other effect.
 */
export const buildInstance = (
  type: Constructor,
  input: Readonly<Record<string, unknown>>,
  pointer: string,
  unknownFields: FieldError[],
): Record<string, unknown> => {
  const fields = fieldsOf(type);
  const built = new type() as Record<string, unknown>;
  let known = 0;
  for (const { name, valueType } of fields) {
    if (!Object.hasOwn(input, name)) continue;
    known += 1;
    const value = input[name];
    if (value === undefined) continue;
    built[name] =
      valueType.normalise !== undefined
        ? normaliseTexts(valueType.normalise, value)
        : buildNested(valueType.nestedClass, value, pointerTo(pointer, name), unknownFields);
  }
  if (known === Object.keys(input).length) return built;
  const names = fields.map((field) => field.name);
  const unknownNames = Object.keys(input).filter((name) => !names.includes(name));
  for (const name of unknownNames.slice(0, LIMITS.errors)) {
    const expected = `only the fields ${names.join(', ')}`;
    unknownFields.push({ code: 'FIELD.UNKNOWN', pointer: pointerTo(pointer, name.slice(0, LIMITS.name)), expected });
  }
  return built;
};

const normaliseTexts = (normalise: (text: string) => string, value: unknown): unknown => {
  if (typeof value === 'string') return normalise(value);
  return Array.isArray(value) && value.length <= MAX_ITEMS_OF_CONVERTED_ARRAY
    ? value.map((item) => (typeof item === 'string' ? normalise(item) : (item as unknown)))
    : value;
};

const buildNested = (
  type: Constructor | undefined,
  value: unknown,
  pointer: string,
  unknownFields: FieldError[],
): unknown => {
  if (type === undefined) return value;
  if (isObject(value)) return buildInstance(type, value, pointer, unknownFields);
  if (!Array.isArray(value) || value.length > MAX_ITEMS_OF_CONVERTED_ARRAY) return value;
  return value.map((item: unknown, index) =>
    isObject(item) ? buildInstance(type, item, pointerTo(pointer, String(index)), unknownFields) : item,
  );
};

/** A longer array is left as it is: each array type whose items are normalised or built has a lower maximum and refuses it anyway. */
const MAX_ITEMS_OF_CONVERTED_ARRAY = 1_000;

/** A plain object of the fields that are present, in the order of the class. */
const toPlain = (type: Constructor, built: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const plain: Record<string, unknown> = {};
  for (const { name, valueType } of fieldsOf(type)) {
    const value = built[name];
    if (value === undefined) continue;
    const { nestedClass } = valueType;
    plain[name] = nestedClass === undefined || value === null ? value : toPlainNested(nestedClass, value);
  }
  return plain;
};

const toPlainNested = (type: Constructor, value: unknown): unknown =>
  Array.isArray(value)
    ? value.map((item) => toPlain(type, item as Record<string, unknown>))
    : toPlain(type, value as Record<string, unknown>);

/** The errors of one object: per field the first failed rule. Object rules are reported only if every field is valid. */
const toFieldErrors = (errors: readonly ValidationError[], pointer: string): readonly FieldError[] => {
  const all = errors.flatMap((error) => errorsOfField(error, pointer));
  const ofSingleFields = all.filter(({ isObjectRule }) => !isObjectRule);
  return (ofSingleFields.length > 0 ? ofSingleFields : all).map(({ fieldError }) => fieldError);
};

const errorsOfField = (
  error: ValidationError,
  pointer: string,
): readonly { readonly fieldError: FieldError; readonly isObjectRule: boolean }[] => {
  const here = pointerTo(pointer, error.property);
  const [failed] = Object.entries(error.constraints ?? {}).filter(([name]) => name !== 'nestedValidation');
  if (failed === undefined) {
    return toFieldErrors(error.children ?? [], here).map((fieldError) => ({ fieldError, isObjectRule: false }));
  }
  const [name, expected] = failed;
  const objectRule = (error.contexts as Record<string, ObjectRuleErrorContext> | undefined)?.[name];
  if (objectRule !== undefined) {
    const place = objectRule.at === '' ? pointer : pointerTo(pointer, objectRule.at);
    return [{ fieldError: { code: name as FieldErrorCode, pointer: place, expected }, isObjectRule: true }];
  }
  return [{ fieldError: { code: name as FieldErrorCode, pointer: here, expected }, isObjectRule: false }];
};
