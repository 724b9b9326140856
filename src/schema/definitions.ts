/** DTO classes of the events of lists and instruments. */
import { CUSTODIES, type Custody } from '../domain/case/state.js';
import { INSTRUMENT_KINDS } from '../domain/instrument/events.js';
import { field, ObjectRule } from './field.js';
import { edtf, boolean, fullDay, oneOf, objectOf, arrayOf, slug, text, integer } from './kinds.js';
import { LIMITS } from './limits.js';
import { LocalName, CommonFields } from './parts.js';

const optional = { optional: true } as const;

const NAME_EXPECTED = 'a name in at least one of az, en, ru';
const hasLanguage = ({ name }: { readonly name: LocalName }): boolean =>
  [name.az, name.en, name.ru].some((text) => text !== undefined);

export class ListDefined extends CommonFields {
  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasLanguage)
  @field(objectOf(LocalName))
  name: LocalName;
}

export class CategoryDefined extends CommonFields {
  @field(slug)
  category: string;

  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasLanguage)
  @field(objectOf(LocalName))
  name: LocalName;
}

export class PolicySet extends CommonFields {
  @field(fullDay, { means: 'The first day on which the policy counts.' })
  from: string;

  @field(arrayOf(oneOf(CUSTODIES), 1, CUSTODIES.length), {
    means: 'Custody in which a recognised person is on the list.',
  })
  custody: Custody[];

  @field(boolean, {
    ...optional,
    means: 'Recognition needs the letters of PACE Resolution 1900 with a rationale each.',
  })
  paceRequired?: boolean;
}

export class InstrumentRegistered extends CommonFields {
  @field(oneOf(INSTRUMENT_KINDS))
  kind: (typeof INSTRUMENT_KINDS)[number];

  @field(text(LIMITS.name), optional)
  title?: string;

  @field(text(LIMITS.name), optional)
  issuer?: string;

  @field(edtf, optional)
  issued?: string;

  @field(edtf, optional)
  submitted?: string;

  @field(edtf, optional)
  adopted?: string;

  @field(edtf, optional)
  inForce?: string;

  @field(edtf, { ...optional, means: 'The last day on which it may be applied.' })
  windowEnd?: string;

  @field(integer(0, 100_000_000), { ...optional, means: 'For how many people, as its authors said.' })
  forecast?: number;

  @field(arrayOf(slug, 0, LIMITS.clauses), optional)
  clauses?: string[];
}
