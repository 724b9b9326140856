/**
 * Composes `ApiProperty` with the decorators of schema/, for every class that has them. Not in schema/ itself, which register files
 * and command line load without Nest's swagger.
 */
import { ApiExtraModels, ApiProperty, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import { declaredClasses, isRequired, type Field } from '../schema/field.js';

/** Afterwards Nest's swagger knows the fields of all classes that are loaded. */
export const declareApiProperties = (): void => {
  for (const [type, fields] of declaredClasses())
    for (const field of fields) {
      ApiProperty(propertyOf(field))(type.prototype as object, field.name);
      // The library does not look into `anyOf` for classes.
      const { nestedClass } = field.valueType;
      if (nestedClass !== undefined && field.nullable === true) ApiExtraModels(nestedClass)(type);
    }
};

const propertyOf = (field: Field): ApiPropertyOptions => {
  const { description, default: defaultValue } = field;
  return {
    ...typeOf(field),
    required: isRequired(field),
    ...(description === undefined ? {} : { description }),
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
};

/** Always with `type`, for which Nest's swagger would otherwise take the class of the property's TypeScript type, if that is known. */
const typeOf = ({ valueType: { schema, nestedClass }, nullable }: Field): object => {
  if (nullable === true) {
    const type = nestedClass === undefined ? schema : { $ref: getSchemaPath(nestedClass) };
    return { type: 'object', anyOf: [type, { type: 'null' }] };
  }
  if (nestedClass !== undefined) return { ...schema, type: () => nestedClass, isArray: schema['type'] === 'array' };
  // Left out of the document where `anyOf` says more.
  return { type: 'object', ...schema };
};
