/** The headers of commands, and the fields of their bodies that are not part of an event. */
import {
  IsFindingCode,
  IsInteger,
  IsObjectOf,
  IsOptional,
  IsRegisterId,
  IsSlug,
  IsText,
  Matches,
  ObjectRule,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { ENTITY_TAGS } from '../entity-tag.js';

const IsActor = (): PropertyDecorator =>
  Matches(/^person:[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/, 'person: and an opaque id: person:7f3a', {
    description: 'Who records it. Nobody checks it yet, so it is stored as asserted; the id must not be a name.',
  });
const IsIdempotencyKey = (): PropertyDecorator =>
  Matches(/^[\x21-\x7e]{1,128}$/, '1 to 128 visible ASCII characters', {
    description: 'Makes a repeat of the same request answer as the first time did, for ever.',
  });

/** The headers of a batch, by name in lower case. */
export class BatchHeaders {
  @IsActor()
  'x-actor': string;

  @IsOptional()
  @IsIdempotencyKey()
  'idempotency-key'?: string;
}

/** The headers of a command about one subject. */
export class CommandHeaders {
  @IsActor()
  'x-actor': string;

  @IsOptional()
  @IsIdempotencyKey()
  'idempotency-key'?: string;

  @IsOptional()
  @Matches(ENTITY_TAGS, 'entity tags in quotes, separated by commas, or *', {
    description:
      "The subject's revision that the caller saw, as its ETag, or several; the write is refused where it is none of them by now. " +
      'A weak tag (`W/`) matches no revision.',
  })
  'if-match'?: string;
}

/** The fields of a body that are not part of the event. */
export class RequestOptions {
  @IsFindingCode({
    each: { min: 0, max: LIMITS.acknowledge },
    description: 'Codes of findings of the grade `ask` that the caller stands by.',
  })
  acknowledge: string[] = [];
}

/** For new lists and instruments, whose id the caller chooses. */
export class RequestOptionsWithId extends RequestOptions {
  @IsSlug({ description: 'The id by which it will be known.' })
  id: string;
}

/** For new claims, whose id the caller may choose. */
export class RequestOptionsWithOptionalId extends RequestOptions {
  @IsOptional()
  @IsSlug({ description: 'The id by which it will be known; the register gives one where it is absent.' })
  id?: string;
}

/** Identifies the case of a row of a batch, by its id or by one of its references. */
export class CaseName {
  @ObjectRule<CaseName>(
    'CASE.UNNAMED',
    '',
    'an id, or a list and a reference',
    ({ id, list, reference }) =>
      (id === undefined) !== (list === undefined) && (list === undefined) === (reference === undefined),
  )
  @IsOptional()
  @IsRegisterId()
  id?: string;

  @IsOptional()
  @IsSlug()
  list?: string;

  @IsOptional()
  @IsText(LIMITS.reference)
  reference?: string;
}

/** The fields of a row of a batch that are not part of the event. */
export class RowOptions extends RequestOptions {
  @IsOptional()
  @IsObjectOf(CaseName, {
    description:
      'The case: by its `id`, or by `list` and `reference`, also one that an earlier row gives it. Only `opened` has none.',
  })
  case?: CaseName;

  @IsOptional()
  @IsInteger(0, Number.MAX_SAFE_INTEGER, {
    description: "The case's revision that the caller saw; the row is refused where it is another when its turn comes.",
  })
  ifMatch?: number;
}
