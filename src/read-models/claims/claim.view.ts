/** The views of claims and of the numbers that the register counts for them. */
import { AGREEMENTS, type Agreement } from '../../domain/claim/claim.js';
import type { ClaimedRange as ClaimedRangeOf, ClaimSubject as ClaimSubjectOf } from '../../domain/claim/events.js';
import type { Source as SourceOf } from '../../domain/event.js';
import { ClaimedRange, ClaimSubject } from '../../schema/claims.js';
import { IsBoolean, IsDay, IsInteger, IsNullable, IsObjectOf, IsOneOf } from '../../schema/decorators.js';
import { intersectionOf } from '../../schema/field.js';
import { Source } from '../../schema/parts.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';
import { CountedReason } from '../counts/movement.view.js';
import { EligibilityTotals } from '../eligibility/eligibility.view.js';
import { KnownView } from '../known.view.js';

/** How the list came from one number to another: opening + entered + movedIn - movedOut - left = closing. */
export class ListFlowView {
  @IsDay()
  readonly from: string;

  @IsDay()
  readonly to: string;

  @IsCount()
  readonly opening: number;

  @IsCount()
  readonly entered: number;

  @IsCount({ description: 'Into the category asked for, from another one.' })
  readonly movedIn: number;

  @IsCount()
  readonly movedOut: number;

  @IsCount()
  readonly left: number;

  @IsObjectOf(CountedReason, { each: true })
  readonly leftByReason: readonly CountedReason[];

  @IsCount()
  readonly closing: number;
}

export class ReckoningView {
  @IsDay({ description: 'The day, or the last of the days, for which the register counts.' })
  readonly on: string;

  @IsCount({ description: 'In every possible course of events.' })
  readonly yes: number;

  @IsCount({ description: 'In some possible courses only.' })
  readonly uncertain: number;

  @IsNullable()
  @IsObjectOf(ListFlowView, {
    description:
      'Of claims about movements: those between the two days, of people who are certainly on the list. Of a number on a day: from the day of the claim to the day asked for; where these are one day and the numbers differ, from the last day of the year before on which the register counted what is claimed. Null where there is no such day.',
  })
  readonly flow: ListFlowView | null;

  @IsNullable()
  @IsObjectOf(EligibilityTotals, { description: 'Of claims about whom an instrument reaches.' })
  readonly verdicts: EligibilityTotals | null;
}

export class WithdrawalView {
  @IsString()
  readonly reason: string;

  @IsNullable()
  @IsString()
  readonly on: string | null;
}

export class RegisteredClaim {
  @IsString()
  readonly id: string;

  @IsCount()
  readonly revision: number;

  @IsString()
  readonly speaker: string;

  @IsNullable()
  @IsString()
  readonly organisation: string | null;

  @IsString({ description: 'EDTF.' })
  readonly saidOn: string;

  @IsObjectOf(ClaimSubject)
  readonly about: ClaimSubjectOf;

  @IsNullable()
  @IsCount()
  readonly value: number | null;

  @IsNullable()
  @IsObjectOf(ClaimedRange)
  readonly range: ClaimedRangeOf | null;

  @IsBoolean({ description: 'The speaker denies that there is anybody.' })
  readonly denies: boolean;

  @IsNullable()
  @IsString()
  readonly text: string | null;

  @IsObjectOf(Source, { each: true })
  readonly sources: readonly SourceOf[];

  @IsNullable()
  @IsObjectOf(WithdrawalView)
  readonly withdrawn: WithdrawalView | null;

  @IsString({ each: true, description: 'The ids of claims about the same that cannot be true together with this one.' })
  readonly conflicts: readonly string[];

  @IsNullable()
  @IsObjectOf(ReckoningView, {
    description: 'What the register itself counts, of which claims are no part; null where it cannot be asked.',
  })
  readonly register: ReckoningView | null;

  @IsNullable()
  @IsString({ description: 'The code of why the register cannot be asked: CLAUSE.AMBIGUOUS, SUBJECT.UNKNOWN.' })
  readonly unanswered: string | null;

  @IsNullable()
  @IsOneOf(AGREEMENTS, { description: '`possibly`: in some possible courses of events only.' })
  readonly agreement: Agreement | null;

  @IsNullable()
  @IsInteger(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, {
    description: 'How many more (negative: fewer) the register counts than the claim allows; 0 unless they differ.',
  })
  readonly difference: number | null;
}

/** One claim, in an answer of its own. */
export class ClaimView extends intersectionOf(RegisteredClaim, KnownView) {}

export class ClaimsView extends KnownView {
  @IsObjectOf(RegisteredClaim, {
    each: true,
    description: 'Claims about one thing stand together, in the order in which they were made.',
  })
  readonly items: readonly RegisteredClaim[];

  @IsNullable()
  @IsString()
  readonly next: string | null;
}
