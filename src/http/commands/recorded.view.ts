import { SUBJECT_KINDS, type SubjectKind } from '../../domain/events.js';
import { IsObjectOf, IsOneOf, IsOptional } from '../../schema/decorators.js';
import { DuplicateCandidateView } from '../problem.view.js';
import { FindingView } from '../../schema/finding.view.js';
import { IsCount, IsString } from '../../schema/view-decorators.js';

export class RecordedSubject {
  @IsOneOf(SUBJECT_KINDS)
  readonly kind: SubjectKind;

  @IsString()
  readonly id: string;
}

export class Recorded {
  @IsObjectOf(RecordedSubject)
  readonly subject: RecordedSubject;

  @IsCount()
  readonly revision: number;

  @IsString({ each: true, description: 'The ids of what was recorded.' })
  readonly events: readonly string[];

  @IsObjectOf(FindingView, { each: true })
  readonly findings: readonly FindingView[];

  @IsString({ description: 'For `atLeast`: a read with it takes account of this write.' })
  readonly token: string;

  @IsOptional()
  @IsObjectOf(DuplicateCandidateView, {
    each: true,
    description: 'Cases of a like name, the likeliest first, where a case was opened; not in the answer to a repeat.',
  })
  readonly candidates?: readonly DuplicateCandidateView[];
}
