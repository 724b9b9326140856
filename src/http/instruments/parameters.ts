import { VERDICTS, type Verdict } from '../../domain/instrument/verdicts.js';
import { ScopeParameters } from '../../read-models/scope.js';
import { SEPARATOR_NAMES, type Separator } from '../../register-files/csv-table.js';
import { parseDay } from '../../domain/time.js';
import {
  REPEATED_PARAMETER_BOUNDS,
  IsClauseName,
  IsDay,
  IsInteger,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsText,
  ObjectRule,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PARAMETER_DESCRIPTIONS, isSpan } from '../parameters.js';

const isWithinMaxSpan = ({ from, to }: { readonly from?: string; readonly to?: string }): boolean =>
  from === undefined || to === undefined || (parseDay(to) ?? 0) - (parseDay(from) ?? 0) < LIMITS.askedDays;

/** A page of instruments, in the order of their ids. */
export class InstrumentsQueryParameters extends ScopeParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.page;

  @IsOptional()
  @IsSlug({ description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

/** The clauses, people and days for which eligibility is asked. */
export class EligibilityQueryParameters extends ScopeParameters {
  @IsSlug({ description: 'The list whose people are asked about.' })
  list: string;

  @IsOptional()
  @IsClauseName({
    each: REPEATED_PARAMETER_BOUNDS,
    description: 'These clauses, which are alternatives; every clause of the instrument where absent.',
  })
  clause?: string[];

  @IsOptional()
  @IsDay({
    description:
      'Whoever is on the list on this day, as if nothing happened after it; the eve of the act in force where absent.',
  })
  listDay?: string;

  @ObjectRule<EligibilityQueryParameters>(
    'PARAMETER.NEEDS',
    'on',
    'a day, or from and to, or asOf: one of the three',
    (q) => [q.on, q.from, q.asOf].filter((day) => day !== undefined).length <= 1,
  )
  @IsOptional()
  @IsDay({ description: 'The day that is asked about; today where nothing is said.' })
  on?: string;

  @ObjectRule<EligibilityQueryParameters>(
    'PARAMETER.NEEDS',
    'from',
    'from and to, or neither',
    (q) => (q.from === undefined) === (q.to === undefined),
  )
  @IsOptional()
  @IsDay({ description: 'The first of several days: the answer says for each person the first on which it holds.' })
  from?: string;

  @ObjectRule<EligibilityQueryParameters>('PARAMETER.NEEDS', 'to', 'a day not before from', isSpan)
  @ObjectRule<EligibilityQueryParameters>('SPAN.TOO_LONG', 'to', `at most ${LIMITS.askedDays} days`, isWithinMaxSpan)
  @IsOptional()
  @IsDay({ description: 'The last of several days.' })
  to?: string;

  @IsOptional()
  @IsOneOf(VERDICTS, { description: 'Only those of this verdict; all, those whom it reaches first, where absent.' })
  verdict?: Verdict;
}

export class EligibilityPageQueryParameters extends EligibilityQueryParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;

  @IsOptional()
  @IsText(LIMITS.cursor, { description: PARAMETER_DESCRIPTIONS.after })
  after?: string;
}

export class EligibilityCsvQueryParameters extends EligibilityQueryParameters {
  @IsOptional()
  @IsOneOf(SEPARATOR_NAMES, { description: PARAMETER_DESCRIPTIONS.separator })
  separator?: Separator;
}
