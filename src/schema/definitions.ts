/** DTO classes of the events of lists. */
import { CUSTODIES, type Custody } from '../domain/case/state.js';
import { IsBoolean, IsDay, IsObjectOf, IsGroupId, IsOneOf, IsOptional, ObjectRule } from './decorators.js';
import { LocalName, CommonFields } from './parts.js';

const NAME_EXPECTED = 'a name in at least one of az, en, ru';
const hasNameInAnyLanguage = ({ name }: { readonly name: LocalName }): boolean =>
  [name.az, name.en, name.ru].some((text) => text !== undefined);

export class ListDefined extends CommonFields {
  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasNameInAnyLanguage)
  @IsObjectOf(LocalName)
  name: LocalName;
}

export class CategoryDefined extends CommonFields {
  @IsGroupId()
  category: string;

  @ObjectRule('NAME.NO_LANGUAGE', 'name', NAME_EXPECTED, hasNameInAnyLanguage)
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
