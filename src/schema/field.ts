/**
 * The `@field` decorator of DTO classes: registers the class-validator rules and the JSON Schema of a field together. `read`
 * builds objects from the registered fields, and the OpenAPI document is generated from them.
 */
import { IsDefined, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import type { FieldErrorCode } from './problems.js';

export type Constructor<T extends object = object> = new () => T;
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The type of a field's value. Rules are checked in order; only the first that fails is reported. */
export interface ValueType {
  readonly schema: JsonSchema;
  /** The `expected` text of errors. */
  readonly expects: string;
  readonly rules: readonly ValueRule[];
  /** The DTO class of an object, or of the items of an array. */
  readonly nestedClass?: Constructor;
  /** Free text, or an array of it, which is normalised to NFC when read. */
  readonly isProse?: true;
  /** Converts a URL parameter; returns the text unchanged if it cannot, so that the rules report it. */
  readonly parse?: (text: string) => unknown;
}

export interface ValueRule {
  readonly code: FieldErrorCode;
  readonly isValid: (value: unknown) => boolean;
  readonly expects?: string;
}

export interface FieldOptions {
  /** The field may be absent. */
  readonly optional?: true;
  /** Null is allowed; it clears the stored value. */
  readonly nullable?: true;
  /** The value of an absent field. */
  readonly default?: unknown;
  readonly means?: string;
}

export interface Field extends FieldOptions {
  readonly name: string;
  readonly valueType: ValueType;
}

const registered = new Map<object, Field[]>();

/** The fields of a DTO class, inherited ones first. */
export const fieldsOf = (type: Constructor): readonly Field[] => {
  const parent = Object.getPrototypeOf(type.prototype) as object | null;
  const inherited = parent === null || parent === Object.prototype ? [] : fieldsOf(parent.constructor as Constructor);
  return [...inherited, ...(registered.get(type.prototype as object) ?? [])];
};

/** Declares a field of a DTO class; required unless it is optional or has a default. */
export const field =
  (valueType: ValueType, options: FieldOptions = {}): PropertyDecorator =>
  (target, key) => {
    const own = registered.get(target) ?? [];
    own.push({ name: String(key), valueType, ...options });
    registered.set(target, own);
    for (const decorate of decorators(valueType, options)) decorate(target, key);
  };

/** A class with the fields of two classes. Rules about several fields are not taken over. */
export const intersect = <A extends object, B extends object>(
  a: Constructor<A>,
  b: Constructor<B>,
): Constructor<A & B> => {
  const Intersection = function (): void {} as unknown as Constructor<A & B>;
  for (const { name, valueType, ...options } of [...fieldsOf(a), ...fieldsOf(b)])
    field(valueType, options)(Intersection.prototype as object, name);
  return Intersection;
};

const decorators = (type: ValueType, options: FieldOptions): readonly PropertyDecorator[] => [
  ...(isRequired(options) ? [IsDefined({ message: type.expects })] : []),
  ...(options.nullable === true ? [ValidateIf((_, value) => value !== null)] : [notNull(type)]),
  ...type.rules.map(({ code, isValid, expects }) => check(code, expects ?? type.expects, isValid)),
  ...(type.nestedClass === undefined ? [] : [ValidateNested()]),
];

export const isRequired = (options: FieldOptions): boolean =>
  options.optional !== true && !Object.hasOwn(options, 'default');

const notNull = (type: ValueType): PropertyDecorator => check('FIELD.NULL', type.expects, (value) => value !== null);

/** Undefined values only fail the required check. */
const check = (code: FieldErrorCode, expects: string, holds: (value: unknown) => boolean): PropertyDecorator =>
  ValidateBy({
    name: code,
    validator: { validate: (value: unknown) => value === undefined || holds(value), defaultMessage: () => expects },
  });

/**
 * A rule about several fields of an object, reported at the field `at` (empty: the object), and only if every field is valid by itself.
 * Decorate a field that the class itself declares, each code once per field: class-validator drops inherited
 * rules of a field that a subclass decorates.
 */
export const ObjectRule = <T extends object>(
  code: FieldErrorCode,
  at: string,
  expects: string,
  holds: (object: T) => boolean,
): PropertyDecorator =>
  ValidateBy(
    {
      name: code,
      validator: { validate: (_, args) => holds(args?.object as T), defaultMessage: () => expects },
    },
    { context: { at } satisfies ObjectRuleContext },
  );

/** The class-validator context of an ObjectRule. */
export interface ObjectRuleContext {
  readonly at: string;
}
