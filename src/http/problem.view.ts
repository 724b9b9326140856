/** Problem documents (RFC 9457), as the OpenAPI document shows them. */
import { LikenessView } from '../read-models/names/likeness.view.js';
import { IsInteger, IsObjectOf, IsOneOf, IsOptional, IsNullable } from '../schema/decorators.js';
import { FindingView } from '../schema/finding.view.js';
import { Reference } from '../schema/parts.js';
import { codeCatalogue, type FieldErrorCode, type ProblemCode } from '../schema/problems.js';
import { IsCount, IsEither, IsString } from '../schema/view-decorators.js';

const codesUsedIn = (place: 'problem' | 'error'): readonly string[] =>
  codeCatalogue.filter((entry) => entry.in === place).map(({ code }) => code);

class ErrorInRequest {
  @IsOneOf(codesUsedIn('error'))
  readonly code: FieldErrorCode;

  @IsString()
  readonly expected: string;
}

export class BodyError extends ErrorInRequest {
  @IsString({ description: 'Where in the body (RFC 6901).' })
  readonly pointer: string;
}

export class ParameterError extends ErrorInRequest {
  @IsString({ description: 'The name of the query parameter.' })
  readonly parameter: string;
}

export class HeaderError extends ErrorInRequest {
  @IsString({ description: 'The name of the header.' })
  readonly header: string;
}

/** One error of a request: where it is, its code, and what was expected there. */
export type RequestError = BodyError | ParameterError | HeaderError;

export class TakenReference {
  @IsString()
  readonly list: string;

  @IsString()
  readonly reference: string;

  @IsString({ description: 'The case that has it.' })
  readonly case: string;
}

export class DuplicateCandidateView extends LikenessView {
  @IsString()
  readonly caseId: string;

  @IsObjectOf(Reference, { each: true })
  readonly references: readonly Reference[];
}

export class ProblemView {
  @IsInteger(400, 599)
  readonly status: number;

  @IsOneOf(codesUsedIn('problem'))
  readonly code: ProblemCode;

  @IsString()
  readonly title: string;

  @IsString()
  readonly detail: string;

  @IsOptional()
  @IsEither([BodyError, ParameterError, HeaderError], { each: true })
  readonly errors?: readonly RequestError[];

  @IsOptional()
  @IsObjectOf(FindingView, { each: true })
  readonly findings?: readonly FindingView[];

  @IsOptional()
  @IsObjectOf(DuplicateCandidateView, {
    each: true,
    description: 'With the finding CASE.POSSIBLE_DUPLICATE: the cases of a like name, the likeliest first.',
  })
  readonly candidates?: readonly DuplicateCandidateView[];

  @IsOptional()
  @IsNullable()
  @IsCount({ description: "The subject's current revision; null where the subject does not exist." })
  readonly revision?: number | null;

  @IsOptional()
  @IsObjectOf(TakenReference)
  readonly reference?: TakenReference;

  @IsOptional()
  @IsCount()
  readonly limit?: number;

  @IsOptional()
  @IsCount({ description: 'The first position of the log that is known to be wrong.' })
  readonly position?: number;
}
