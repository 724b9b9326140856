/**
 * Decorators for view classes only; views also use those of decorators.ts. These decorators add no validation rules, since
 * answers are not validated at run time; the specs check every answer against the OpenAPI document.
 */
import { decoratorFactory, typeDecorator, type TypeOptions } from './decorators.js';
import type { Constructor, JsonSchema, ValueType } from './field.js';

const unvalidatedType = (schema: JsonSchema): ValueType => ({ schema, expects: '', rules: [] });

export const IsString = decoratorFactory(unvalidatedType({ type: 'string' }));

/** A whole number from 0 up: how many, or a position. */
export const IsCount = decoratorFactory(unvalidatedType({ type: 'integer', minimum: 0 }));

/** A score from 0 to 1. */
export const IsScore = decoratorFactory(unvalidatedType({ type: 'number', minimum: 0, maximum: 1 }));

/** An instant in UTC: ISO 8601 with milliseconds. */
export const IsInstant = decoratorFactory(unvalidatedType({ type: 'string', format: 'date-time' }));

export const IsConstant = (value: string): PropertyDecorator =>
  typeDecorator(unvalidatedType({ type: 'string', const: value }), {});

/** An object whose fields are all text. */
export const IsTextMap = decoratorFactory(
  unvalidatedType({ type: 'object', additionalProperties: { type: 'string' } }),
);

/** An object whose fields are all whole numbers from 0 up. */
export const IsCountMap = decoratorFactory(
  unvalidatedType({ type: 'object', additionalProperties: { type: 'integer', minimum: 0 } }),
);

/** A table of whole numbers from 0 up, row by row. */
export const IsCountMatrix = decoratorFactory(
  unvalidatedType({ type: 'array', items: { type: 'array', items: { type: 'integer', minimum: 0 } } }),
);

/** An object of any fields. */
export const IsAnyObject = decoratorFactory(unvalidatedType({ type: 'object' }));

/** Event data of any type, with or without its personal fields. */
export const IsEvent = decoratorFactory(unvalidatedType({ $ref: '#/components/schemas/EventData' }));

/** An object of one of several classes. */
export const IsEither = (classes: readonly Constructor[], options: TypeOptions = {}): PropertyDecorator =>
  typeDecorator({ ...unvalidatedType({}), alternativeClasses: classes }, options);
