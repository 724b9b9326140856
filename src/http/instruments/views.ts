import { INSTRUMENT_KINDS } from '../../domain/instrument/events.js';
import { ref } from '../operation.js';
import { arrayOf, count, enumOf, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

export const instrumentViews: Readonly<Record<string, JsonSchema>> = {
  Instrument: object({
    id: string,
    revision: count,
    kind: enumOf(INSTRUMENT_KINDS),
    title: nullable(string),
    issuer: nullable(string),
    issued: nullable(string),
    submitted: nullable(string),
    adopted: nullable(string),
    inForce: nullable(string),
    windowEnd: nullable(string),
    forecast: nullable(count),
    clauses: arrayOf(string),
  }),
  Instruments: object({ items: arrayOf(ref('Instrument')) }),
};
