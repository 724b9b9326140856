/** DTO classes of the events that amend earlier events, in streams of every kind. */
import { field } from './field.js';
import { registerId, someFields, text, textMatching } from './kinds.js';
import { LIMITS } from './limits.js';
import { CommonFields } from './parts.js';

const reason = text(LIMITS.note, 'lines');

export class Corrected extends CommonFields {
  @field(registerId, { means: 'The id of the event, or of a correction of it.' })
  event: string;

  @field(textMatching(/^[a-z]+(-[a-z]+)*$/, 'the type of an event: arrested'), {
    optional: true,
    means: 'The type of the event that is corrected. The register adds it; where it is given, it must be that type.',
  })
  correctedType?: string;

  @field(someFields, { means: 'The fields that are wrong, as they should be; null clears an optional one.' })
  data: Record<string, unknown>;
}

export class Retracted extends CommonFields {
  @field(registerId, { means: 'The id of the event, of a correction or of a retraction.' })
  event: string;

  @field(reason)
  reason: string;
}
