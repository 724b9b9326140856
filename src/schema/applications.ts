/** The DTO class of a request to apply an act or a decree to many persons. */
import { CLEMENCY_EFFECTS } from '../domain/case/events.js';
import type { ApplicationStarted } from '../domain/instrument/applications.js';
import { parseDay } from '../domain/time.js';
import {
  IsClauseName,
  IsDay,
  IsEdtf,
  IsFindingCode,
  IsObjectOf,
  IsOneOf,
  IsOptional,
  IsSlug,
  IsDuration,
  IsWordOrTexts,
  ObjectRule,
} from './decorators.js';
import { LIMITS } from './limits.js';
import { EffectRules, Sentence, Source } from './parts.js';

/** Stands for the persons whom a clause makes eligible. */
const ALL_ELIGIBLE = 'eligible';

export class InstrumentApplication {
  @EffectRules()
  @ObjectRule<InstrumentApplication>(
    'FIELD.MISSING',
    'clause',
    'a clause where it is applied to all who are eligible',
    (a) => a.persons !== ALL_ELIGIBLE || a.clause !== undefined,
  )
  @IsOptional()
  @IsClauseName({ description: 'A clause of the act; with its version where several stand.' })
  clause?: string;

  @IsSlug({ description: 'The list in which the persons are named.' })
  list: string;

  @IsOptional()
  @IsDay({ description: 'The day of the list about which it is asked who is eligible.' })
  listDay?: string;

  @IsWordOrTexts(
    ALL_ELIGIBLE,
    LIMITS.reference,
    { min: 1, max: LIMITS.persons },
    {
      description:
        'References in the list; `eligible`: everybody of the list whom the clause reaches on the day `amnestiedOn`.',
    },
  )
  persons: typeof ALL_ELIGIBLE | string[];

  @ObjectRule<InstrumentApplication>(
    'DAY.INVALID',
    'amnestiedOn',
    'a full day where it is applied to all who are eligible',
    (a) => a.persons !== ALL_ELIGIBLE || parseDay(a.amnestiedOn) !== null,
  )
  @IsEdtf({ description: 'When it was applied to them, or they were pardoned.' })
  amnestiedOn: string;

  @IsOptional()
  @IsEdtf({ description: 'When they were released; without it they are not.' })
  releasedOn?: string;

  @IsOptional()
  @IsOneOf(CLEMENCY_EFFECTS, { description: 'Where the clause does not say it.' })
  effect?: ApplicationStarted['effect'];

  @IsOptional()
  @IsDuration()
  reducedBy?: string;

  @IsOptional()
  @IsObjectOf(Sentence)
  replacement?: Sentence;

  @IsOptional()
  @IsObjectOf(Source, {
    each: { min: 1, max: LIMITS.sources },
    description: 'The instrument itself, where absent.',
  })
  sources?: Source[];

  @IsFindingCode({
    each: { min: 0, max: LIMITS.acknowledge },
    description: 'Codes of findings of the grade `ask` that the caller stands by, for every person.',
  })
  acknowledge: string[] = [];
}
