import { INSTRUMENT_KINDS } from '../../domain/instrument/events.js';
import { arrayOf, count, enumOf, nullable, object, string } from '../view-schema.js';
import type { JsonSchema } from '../../schema/field.js';

const instrumentFields = {
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
};

export const instrumentViews: Readonly<Record<string, JsonSchema>> = {
  Instrument: object({ ...instrumentFields, knownAt: string, position: count }),
  Instruments: object({ knownAt: string, position: count, items: arrayOf(object(instrumentFields)) }),
};
