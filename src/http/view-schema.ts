/** Building blocks for the JSON Schemas of responses. */
import type { JsonSchema } from '../schema/field.js';

export const string = { type: 'string' } as const;
export const boolean = { type: 'boolean' } as const;
export const count = { type: 'integer', minimum: 0 } as const;
export const day = { type: 'string', format: 'date' } as const;
export const instant = { type: 'string', format: 'date-time' } as const;
export const enumOf = (values: readonly string[]): JsonSchema => ({ type: 'string', enum: values });
export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const arrayOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

/** An object with exactly these fields; a `?` at the end of a name makes the field optional. */
export const object = (fields: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(fields).filter((name) => !name.endsWith('?')),
  properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
});
