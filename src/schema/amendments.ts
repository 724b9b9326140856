/** DTO classes of the events that amend earlier events, in streams of every kind. */
import { IsOptional, IsRegisterId, IsCorrectedFields, IsText, Matches } from './decorators.js';
import { LIMITS } from './limits.js';
import { CommonFields } from './parts.js';

export class Corrected extends CommonFields {
  @IsRegisterId({ description: 'The id of the event, or of a correction of it.' })
  event: string;

  @IsOptional()
  @Matches(/^[a-z]+(-[a-z]+)*$/, 'the type of an event: arrested', {
    description:
      'The type of the event that is corrected. The register adds it; where it is given, it must be that type.',
  })
  correctedType?: string;

  @IsCorrectedFields({ description: 'The fields that are wrong, as they should be; null clears an optional one.' })
  data: Record<string, unknown>;
}

export class Retracted extends CommonFields {
  @IsRegisterId({ description: 'The id of the event, of a correction or of a retraction.' })
  event: string;

  @IsText(LIMITS.note, { multiline: true })
  reason: string;
}

/** The classes of amendments by event type, for streams of every kind. */
export const amendmentClasses = { corrected: Corrected, retracted: Retracted };
