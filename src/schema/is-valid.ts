/**
 * A fast check of whether an instance of a DTO class is valid: it takes a tenth of the time of class-validator, with
 * the same rules from the same declarations, but produces no errors. An invalid instance goes through class-validator
 * (`read.ts`) for those; a test compares the two.
 */
import { fieldsOf, objectRulesOf, type Constructor, type Field } from './field.js';

/** `instance` is what `read` builds: objects of a nested class are instances of it. */
export const isValid = (type: Constructor, instance: object): boolean => {
  for (const field of fieldsOf(type))
    if (!isFieldValid(field, (instance as Readonly<Record<string, unknown>>)[field.name])) return false;
  return objectRulesOf(type).every((holds) => holds(instance));
};

const isFieldValid = ({ optional, nullable, valueType }: Field, value: unknown): boolean => {
  if (value === undefined) return optional === true;
  if (value === null) return nullable === true;
  for (const rule of valueType.rules) if (!rule.isValid(value)) return false;
  const { nestedClass } = valueType;
  if (nestedClass === undefined) return true;
  return Array.isArray(value)
    ? value.every((item) => isValid(nestedClass, item as object))
    : isValid(nestedClass, value);
};
