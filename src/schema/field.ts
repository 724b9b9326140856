/**
 * A field of what comes in: its rules for class-validator and its JSON Schema, said once by one decorator. The register of
 * fields is what the reader builds objects from and what the OpenAPI document is made from.
 */
import { IsDefined, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import type { FieldErrorCode } from './problems.js';

export type Constructor<T extends object = object> = new () => T;
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a value must be: rules that are tried in order until one fails. */
export interface ValueType {
  readonly schema: JsonSchema;
  /** In words, for messages. */
  readonly expects: string;
  readonly rules: readonly ValueRule[];
  /** The class of an object, or of the items of an array. */
  readonly nestedClass?: Constructor;
  /** Whether it is text of people, or several of them, which is read in NFC: two texts that look the same are the same. */
  readonly isProse?: true;
  /** Reads the text of a URL parameter; what cannot be read is left as it is. */
  readonly parse?: (text: string) => unknown;
}

export interface ValueRule {
  readonly code: FieldErrorCode;
  readonly isValid: (value: unknown) => boolean;
  readonly expects?: string;
}

export interface FieldOptions {
  /** Unknown is a value: the field may be absent. */
  readonly optional?: true;
  /** Null clears what is known. */
  readonly nullable?: true;
  /** Stands where the field is absent. */
  readonly default?: unknown;
  readonly means?: string;
}

export interface Field extends FieldOptions {
  readonly name: string;
  readonly valueType: ValueType;
}

const registered = new Map<object, Field[]>();

/** The fields of a class, those that it inherits first. */
export const fieldsOf = (type: Constructor): readonly Field[] => {
  const parent = Object.getPrototypeOf(type.prototype) as object | null;
  const inherited = parent === null || parent === Object.prototype ? [] : fieldsOf(parent.constructor as Constructor);
  return [...inherited, ...(registered.get(type.prototype as object) ?? [])];
};

/** Declares a field of a kind; required unless it is optional or has a default. */
export const field =
  (kind: ValueType, options: FieldOptions = {}): PropertyDecorator =>
  (target, key) => {
    const own = registered.get(target) ?? [];
    own.push({ name: String(key), valueType: kind, ...options });
    registered.set(target, own);
    for (const decorate of decorators(kind, options)) decorate(target, key);
  };

const decorators = (kind: ValueType, options: FieldOptions): readonly PropertyDecorator[] => [
  ...(isRequired(options) ? [IsDefined({ message: kind.expects })] : []),
  ...(options.nullable === true ? [ValidateIf((_, value) => value !== null)] : [notNull(kind)]),
  ...kind.rules.map(({ code, isValid, expects }) => check(code, expects ?? kind.expects, isValid)),
  ...(kind.nestedClass === undefined ? [] : [ValidateNested()]),
];

export const isRequired = (options: FieldOptions): boolean =>
  options.optional !== true && !Object.hasOwn(options, 'default');

const notNull = (kind: ValueType): PropertyDecorator => check('FIELD.NULL', kind.expects, (value) => value !== null);

/** What is absent breaks no rule but that of being there. */
const check = (code: FieldErrorCode, expects: string, holds: (value: unknown) => boolean): PropertyDecorator =>
  ValidateBy({
    name: code,
    validator: { validate: (value: unknown) => value === undefined || holds(value), defaultMessage: () => expects },
  });

/**
 * A rule about an object whose fields are each right: stands at a field that its class itself declares (class-validator
 * drops the inherited rules of a field that a subclass gives rules), a code once a field, and reports at `at`. Rules that compare fields are heard only where every field of the object is valid by itself.
 */
export const ObjectRule = <T extends object>(
  code: FieldErrorCode,
  at: string,
  expects: string,
  holds: (whole: T) => boolean,
): PropertyDecorator =>
  ValidateBy(
    {
      name: code,
      validator: { validate: (_, args) => holds(args?.object as T), defaultMessage: () => expects },
    },
    { context: { at } satisfies ObjectRuleContext },
  );

/** Marks the error of a rule that compares fields, with the field it reports at (empty: the object). */
export interface ObjectRuleContext {
  readonly at: string;
}
