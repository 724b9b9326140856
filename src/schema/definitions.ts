/** DTO classes of the events of lists and instruments. */
import { CUSTODIES, type Custody } from '../domain/case/state.js';
import { INSTRUMENT_KINDS } from '../domain/instrument/events.js';
import {
  IsBoolean,
  IsDay,
  IsEdtf,
  IsInteger,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsText,
  ObjectRule,
} from './decorators.js';
import { LIMITS } from './limits.js';
import { LocalName, CommonFields } from './parts.js';

const NAME_EXPECTED = 'a name in at least one of az, en, ru';
const hasLanguage = ({ name }: { readonly name: LocalName }): boolean =>
  [name.az, name.en, name.ru].some((text) => text !== undefined);

export class ListDefined extends CommonFields {
  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasLanguage)
  @IsObjectOf(LocalName)
  name: LocalName;
}

export class CategoryDefined extends CommonFields {
  @IsSlug()
  category: string;

  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasLanguage)
  @IsObjectOf(LocalName)
  name: LocalName;
}

export class PolicySet extends CommonFields {
  @IsDay({ description: 'The first day on which the policy counts.' })
  from: string;

  @IsOneOf(CUSTODIES, {
    each: { min: 1, max: CUSTODIES.length },
    description: 'Custody in which a recognised person is on the list.',
  })
  custody: Custody[];

  @IsOptional()
  @IsBoolean({ description: 'Recognition needs the letters of PACE Resolution 1900 with a rationale each.' })
  paceRequired?: boolean;
}

export class InstrumentRegistered extends CommonFields {
  @IsOneOf(INSTRUMENT_KINDS)
  kind: (typeof INSTRUMENT_KINDS)[number];

  @IsOptional()
  @IsText(LIMITS.name)
  title?: string;

  @IsOptional()
  @IsText(LIMITS.name)
  issuer?: string;

  @IsOptional()
  @IsEdtf()
  issued?: string;

  @IsOptional()
  @IsEdtf()
  submitted?: string;

  @IsOptional()
  @IsEdtf()
  adopted?: string;

  @IsOptional()
  @IsEdtf()
  inForce?: string;

  @IsOptional()
  @IsEdtf({ description: 'The last day on which it may be applied.' })
  windowEnd?: string;

  @IsOptional()
  @IsInteger(0, 100_000_000, { description: 'For how many people, as its authors said.' })
  forecast?: number;

  @IsOptional()
  @IsSlug({ each: { min: 0, max: LIMITS.clauses } })
  clauses?: string[];
}
