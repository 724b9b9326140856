/** The DTO class of a request to apply an act or a decree to many persons. */
import { CLEMENCY_EFFECTS } from '../domain/case/events.js';
import type { ApplicationStarted } from '../domain/instrument/applications.js';
import { IsDay, IsEdtf, IsFindingCode, IsObjectOf, IsOneOf, IsOptional, IsSlug, IsTerm, IsText } from './decorators.js';
import { LIMITS } from './limits.js';
import { EffectRules, Sentence, Source } from './parts.js';

export class InstrumentApplication {
  @EffectRules()
  @IsOptional()
  @IsSlug({ description: 'A clause of the act.' })
  clause?: string;

  @IsOptional()
  @IsSlug({ description: 'The version of the clause, where several stand.' })
  version?: string;

  @IsSlug({ description: 'The list in which the persons are named.' })
  list: string;

  @IsOptional()
  @IsDay({ description: 'The day of the list about which it is asked who is eligible.' })
  listDay?: string;

  @IsText(LIMITS.reference, { each: { min: 1, max: LIMITS.persons }, description: 'References in the list.' })
  persons: string[];

  @IsEdtf({ description: 'When it was applied to them, or they were pardoned.' })
  amnestiedOn: string;

  @IsOptional()
  @IsEdtf({ description: 'When they were released; without it they are not.' })
  releasedOn?: string;

  @IsOptional()
  @IsOneOf(CLEMENCY_EFFECTS, { description: 'Where the clause does not say it.' })
  effect?: ApplicationStarted['effect'];

  @IsOptional()
  @IsTerm()
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
