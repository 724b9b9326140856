/**
 * Composes `ApiProperty` with the decorators of schema/, for every class that has them. This is not done in schema/, because
 * register-files/ and cli/ load schema/ without Nest's swagger.
 */
import { ApiExtraModels, ApiProperty, ApiSchema, type ApiPropertyOptions } from '@nestjs/swagger';
import { declaredClasses, isRequired, type Constructor, type Field } from '../schema/field.js';

/** Afterwards Nest's swagger knows the fields of all classes that are loaded. */
export const declareApiProperties = (): void => {
  for (const [type, fields] of declaredClasses()) {
    ApiSchema({ name: schemaNameOf(type) })(type);
    for (const field of fields) {
      ApiProperty(toApiPropertyOptions(field))(type.prototype as object, field.name);
      ApiExtraModels(...nestedClassesOf(field))(type);
    }
  }
};

/** The name of a class's schema in the OpenAPI document: `Standing` for `StandingView`. */
export const schemaNameOf = ({ name }: Constructor): string => name.replace(/View$/, '');

export const ref = (type: Constructor | string): { readonly $ref: string } => {
  // Names the schema here too, since declareApiProperties skips classes that only inherit fields.
  if (typeof type !== 'string') ApiSchema({ name: schemaNameOf(type) })(type);
  return { $ref: `#/components/schemas/${typeof type === 'string' ? type : schemaNameOf(type)}` };
};

const nestedClassesOf = ({ valueType: { nestedClass, alternativeClasses } }: Field): readonly Constructor[] =>
  alternativeClasses ?? (nestedClass === undefined ? [] : [nestedClass]);

const toApiPropertyOptions = (field: Field): ApiPropertyOptions => ({
  ...typeOptionsOf(field),
  required: isRequired(field),
  ...(field.description === undefined ? {} : { description: field.description }),
  ...(field.default === undefined ? {} : { default: field.default }),
});

/**
 * Always sets `type`; without it, Nest's swagger would infer one from the property's TypeScript type. Where there is `anyOf` or
 * `oneOf`, swagger leaves `type` out of the schema.
 */
const typeOptionsOf = (field: Field): object => {
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
