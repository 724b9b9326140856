/** The fields of DTO and view classes, as their decorators declare them. */
import { ValidateBy, ValidateNested } from 'class-validator';
import type { FieldErrorCode } from './problems.js';

export type Constructor<T extends object = object> = new () => T;
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The type of a field's value. Rules are checked in order; only the first that fails is reported. */
export interface ValueType {
  /** JSON Schema of the value. Where it has objects of `nestedClass`, the `$ref` to that class is added later. */
  readonly schema: JsonSchema;
  /** The `expected` text of errors. */
  readonly expects: string;
  readonly rules: readonly ValueRule[];
  /** The class of an object, or of the items of an array. */
  readonly nestedClass?: Constructor;
  /** In answers: the classes of which the object, or each item of the array, is one. */
  readonly alternativeClasses?: readonly Constructor[];
  /** Brings a text, or each of an array, into the one form in which it is stored, before the rules see it. */
  readonly normalise?: (text: string) => string;
  /** Converts a URL parameter; returns the text unchanged if it cannot, so that the rules report it. */
  readonly parse?: (text: string) => unknown;
}

export interface ValueRule {
  readonly code: FieldErrorCode;
  readonly isValid: (value: unknown) => boolean;
  readonly expects?: string;
}

interface FieldOptions {
  /** The field may be absent. */
  readonly optional?: true;
  readonly nullable?: true;
  readonly description?: string;
}

export interface Field extends FieldOptions {
  readonly name: string;
  readonly valueType: ValueType;
  /** The value of an absent field: what the class initialises the property with. */
  readonly default?: unknown;
}

type DeclaredField = { -readonly [K in keyof FieldOptions]: FieldOptions[K] } & { readonly valueType: ValueType };

const fieldsByPrototype = new Map<object, Map<string, DeclaredField>>();

/** Declares a field of the class with the prototype `target`, and registers its rules with class-validator. */
export const declareField = (target: object, name: string, valueType: ValueType, options: FieldOptions = {}): void => {
  const field: DeclaredField = { valueType, ...options };
  fieldsByPrototype.set(target, (fieldsByPrototype.get(target) ?? new Map<string, DeclaredField>()).set(name, field));
  const { expects, rules, nestedClass } = valueType;
  const decorators = [
    ruleDecorator('FIELD.MISSING', expects, (value) => value !== undefined || field.optional === true),
    ruleDecorator('FIELD.NULL', expects, (value) => value !== null || field.nullable === true),
    ...rules.map((rule) =>
      ruleDecorator(
        rule.code,
        rule.expects ?? expects,
        (value) => value === undefined || value === null || rule.isValid(value),
      ),
    ),
    ...(nestedClass === undefined ? [] : [ValidateNested()]),
  ];
  for (const decorate of decorators) decorate(target, name);
};

/** Changes the options of a field that a decorator below this one has declared; decorators run from the bottom up. */
export const changeFieldOptions =
  (options: FieldOptions): PropertyDecorator =>
  (target, key) => {
    const field = fieldsByPrototype.get(target)?.get(String(key));
    if (field === undefined) throw new Error(`no decorator below gives ${String(key)} a type`);
    Object.assign(field, options);
  };

const ruleDecorator = (
  code: FieldErrorCode,
  expects: string,
  isValid: (value: unknown) => boolean,
): PropertyDecorator => ValidateBy({ name: code, validator: { validate: isValid, defaultMessage: () => expects } });

/** A rule about several fields of an object. */
export type ObjectCheck = (object: object) => boolean;

const objectRulesByPrototype = new Map<object, ObjectCheck[]>();

/** Adds a rule about several fields to the class with the prototype `target`. */
export const declareObjectRule = (target: object, holds: ObjectCheck): void => {
  objectRulesByPrototype.set(target, [...(objectRulesByPrototype.get(target) ?? []), holds]);
};

const objectRulesCache = new Map<Constructor, readonly ObjectCheck[]>();

/** The rules about several fields of a class, inherited ones too. */
export const objectRulesOf = (type: Constructor): readonly ObjectCheck[] => {
  const rules = objectRulesCache.get(type) ?? collectObjectRules(type.prototype as object);
  objectRulesCache.set(type, rules);
  return rules;
};

const collectObjectRules = (prototype: object): readonly ObjectCheck[] => {
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return [...(parent === null ? [] : collectObjectRules(parent)), ...(objectRulesByPrototype.get(prototype) ?? [])];
};

const fieldsCache = new Map<Constructor, readonly Field[]>();

/** The fields of a class, inherited ones first; a field that the class declares again replaces the inherited one. */
export const fieldsOf = (type: Constructor): readonly Field[] => {
  const fields = fieldsCache.get(type) ?? collectFields(type);
  fieldsCache.set(type, fields);
  return fields;
};

const collectFields = (type: Constructor): readonly Field[] => {
  const prototype = type.prototype as object;
  const parent = Object.getPrototypeOf(prototype) as object;
  const inherited = parent === Object.prototype ? [] : fieldsOf(parent.constructor as Constructor);
  const own = fieldsByPrototype.get(prototype) ?? new Map<string, DeclaredField>();
  const defaults = new type() as Readonly<Record<string, unknown>>;
  return [
    ...inherited.filter(({ name }) => !own.has(name)),
    ...[...own].map(([name, field]) => ({
      name,
      ...field,
      ...(defaults[name] === undefined ? {} : { default: defaults[name] }),
    })),
  ];
};

/** Every class that declares fields, a parent before its subclasses, with the fields that it declares itself. */
export const declaredClasses = (): readonly (readonly [type: Constructor, own: readonly Field[]])[] =>
  [...fieldsByPrototype].map(([prototype, own]) => {
    const type = prototype.constructor as Constructor;
    return [type, fieldsOf(type).filter(({ name }) => own.has(name))];
  });

/** Whether a value of the field must be given: it is not optional and has no default. */
export const isRequired = (field: Field): boolean => field.optional !== true && field.default === undefined;

/** A class with the fields of two classes. Defaults, and rules about several fields, are not taken over. */
export const intersectionOf = <A extends object, B extends object>(
  a: Constructor<A>,
  b: Constructor<B>,
): Constructor<A & B> => {
  const Intersection = function (): void {} as unknown as Constructor<A & B>;
  for (const { name, valueType, default: _, ...options } of [...fieldsOf(a), ...fieldsOf(b)])
    declareField(Intersection.prototype as object, name, valueType, options);
  return Intersection;
};
