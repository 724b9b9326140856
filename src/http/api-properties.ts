/**
 * Composes `ApiProperty` with the decorators of schema/, for every class that has them. Not in schema/ itself, which register files
 * and command line load without Nest's swagger.
 */
import { ApiExtraModels, ApiProperty, ApiSchema, type ApiPropertyOptions } from '@nestjs/swagger';
import { declaredClasses, isRequired, type Constructor, type Field } from '../schema/field.js';

/** Afterwards Nest's swagger knows the fields of all classes that are loaded. */
export const declareApiProperties = (): void => {
  for (const [type, fields] of declaredClasses()) {
    ApiSchema({ name: schemaNameOf(type) })(type);
    for (const field of fields) {
      ApiProperty(propertyOf(field))(type.prototype as object, field.name);
      ApiExtraModels(...classesOf(field))(type);
    }
  }
};

/** What a class is called in the document: `StandingView` is `Standing`. */
export const schemaNameOf = ({ name }: Constructor): string => name.replace(/View$/, '');

export const ref = (type: Constructor | string): { readonly $ref: string } => {
  // Also names a class that only inherits fields, which declareApiProperties does not meet.
  if (typeof type !== 'string') ApiSchema({ name: schemaNameOf(type) })(type);
  return { $ref: `#/components/schemas/${typeof type === 'string' ? type : schemaNameOf(type)}` };
};

const classesOf = ({ valueType: { nestedClass, alternativeClasses } }: Field): readonly Constructor[] =>
  alternativeClasses ?? (nestedClass === undefined ? [] : [nestedClass]);

const propertyOf = (field: Field): ApiPropertyOptions => ({
  ...typeOf(field),
  required: isRequired(field),
  ...(field.description === undefined ? {} : { description: field.description }),
  ...(field.default === undefined ? {} : { default: field.default }),
});

/**
 * Always with `type`, for which Nest's swagger would otherwise take the class of the property's TypeScript type, if that is known.
 * With `anyOf` or `oneOf` it leaves out either.
 */
const typeOf = (field: Field): object => {
  const { schema, nestedClass, alternativeClasses } = field.valueType;
  const isArray = schema['type'] === 'array';
  if (field.nullable === true) {
    const type = nestedClass === undefined ? schema : ref(nestedClass);
    return { type: 'object', anyOf: [type, { type: 'null' }] };
  }
  if (nestedClass !== undefined) return { ...schema, type: () => nestedClass, isArray };
  if (alternativeClasses === undefined) return { type: 'object', ...schema };
  const either = { oneOf: alternativeClasses.map(ref) };
  return isArray ? { type: 'array', items: either } : { type: 'object', ...either };
};
