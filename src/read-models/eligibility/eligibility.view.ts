/** The views of eligible persons and the reasons of each verdict. */
import { CONDITION_CODES } from '../../domain/instrument/conditions.js';
import type { ConditionVerdict } from '../../domain/instrument/eligibility.js';
import { CONDITION_VERDICTS, LISTED_CODE, VERDICTS, type Verdict } from '../../domain/instrument/verdicts.js';
import { IsDay, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { KnownView } from '../known.view.js';
import { ListEntryView } from '../list/list-entry.view.js';

export class ConditionVerdictView implements ConditionVerdict {
  @IsOneOf([LISTED_CODE, ...CONDITION_CODES], {
    description: 'What is asked; `listed`: whether the person is on the list.',
  })
  readonly code: ConditionVerdict['code'];

  @IsOneOf(CONDITION_VERDICTS, { description: '`possibly`: in some possible courses of events only.' })
  readonly verdict: ConditionVerdict['verdict'];

  @IsString({ each: true, description: 'The value that was looked at, several where courses differ; none if unknown.' })
  readonly saw: readonly string[];
}

export class EligiblePersonView extends ListEntryView {
  @IsOneOf(VERDICTS, { description: 'Over several days: the best of any of them.' })
  readonly verdict: Verdict;

  @IsNullable()
  @IsDay({ description: 'The first day with this verdict; null if it is `not` on all.' })
  readonly firstDay: string | null;

  @IsString({
    description: 'The clause that reaches the person, as clause@version; the first one asked where none does.',
  })
  readonly clause: string;

  @IsObjectOf(ConditionVerdictView, {
    each: true,
    description: 'On the first day; where that is null, on the last day asked.',
  })
  readonly conditions: readonly ConditionVerdict[];
}

export class EligibilityTotals {
  @IsCount()
  readonly eligible: number;

  @IsCount()
  readonly possibly: number;

  @IsCount()
  readonly not: number;
}

export class EligibilityView extends KnownView {
  @IsString()
  readonly instrument: string;

  @IsString({ each: true, description: 'The clauses asked, as clause@version; they are alternatives.' })
  readonly clauses: readonly string[];

  @IsString()
  readonly list: string;

  @IsDay({ description: 'Whoever is on the list on this day is asked about, as if nothing happened after it.' })
  readonly listDay: string;

  @IsDay()
  readonly from: string;

  @IsDay()
  readonly to: string;

  @IsString({ each: true, description: 'What the answer takes for granted.' })
  readonly assumptions: readonly string[];

  @IsObjectOf(EligibilityTotals, { description: 'Of everybody who is on the list, or perhaps on it.' })
  readonly total: EligibilityTotals;

  @IsObjectOf(EligiblePersonView, { each: true, description: 'In the order of their references.' })
  readonly items: readonly EligiblePersonView[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}
