import { eventDescriptions } from '../../domain/events.js';
import { KnowledgeParameters } from '../../read-models/scope.js';
import {
  IsInteger,
  IsOneOf,
  IsOptional,
  IsRegisterId,
  IsSlug,
  ObjectRule,
  type TypeOptions,
} from '../../schema/decorators.js';
import { LIMITS } from '../../schema/limits.js';
import { PARAMETER_DESCRIPTIONS } from '../parameters.js';

const ALL_EVENT_TYPES = Object.keys(eventDescriptions);
const IsEventTypes = (): PropertyDecorator =>
  IsOneOf(ALL_EVENT_TYPES, {
    each: { min: 1, max: ALL_EVENT_TYPES.length },
    description: 'Only events of these types.',
  });
const IsPosition = (options: TypeOptions): PropertyDecorator => IsInteger(0, Number.MAX_SAFE_INTEGER, options);

class RecordedAfterParameters extends KnowledgeParameters {
  @IsOptional()
  @IsEventTypes()
  type?: string[];

  @IsPosition({ description: 'Only what was recorded after this position.' })
  after: number = 0;
}

export class HistoryQueryParameters extends RecordedAfterParameters {
  @IsInteger(1, LIMITS.page, { description: PARAMETER_DESCRIPTIONS.limit })
  limit: number = LIMITS.defaultPage;
}

/** The parameters of the query History. */
export const toHistoryParameters = ({ type, after, limit }: HistoryQueryParameters) => ({
  ...(type === undefined ? {} : { types: type }),
  after,
  limit,
});

export class EventsQueryParameters extends RecordedAfterParameters {
  @IsOptional()
  @IsInteger(1, Number.MAX_SAFE_INTEGER, { description: 'At most so many events.' })
  limit?: number;
}

const IsLogSize = (description: string): PropertyDecorator => IsInteger(1, Number.MAX_SAFE_INTEGER, { description });

export class InclusionQueryParameters extends KnowledgeParameters {
  @IsRegisterId({ description: 'The id of the event.' })
  event: string;

  @IsOptional()
  @IsLogSize('The number of events whose root the proof leads to; where absent, that of the last checkpoint.')
  size?: number;
}

export class ConsistencyQueryParameters {
  @ObjectRule<ConsistencyQueryParameters>(
    'PARAMETER.NEEDS',
    'to',
    'a number that is not below `from`',
    ({ from, to }) => to === undefined || from <= to,
  )
  @IsLogSize('The number of events in the earlier log.')
  from: number;

  @IsOptional()
  @IsLogSize('The number of events in the later log; where absent, that of the last checkpoint.')
  to?: number;
}

export class FeedQueryParameters {
  @IsOptional()
  @IsSlug({
    description:
      'Only what concerns this list: its own events, and those of a case from the first that names the list, by a judgment or a reference.',
  })
  list?: string;

  @IsOptional()
  @IsEventTypes()
  type?: string[];

  @IsPosition({ description: 'Only what was recorded after this position.' })
  after: number = 0;
}

/** The headers of a request for a feed, by their names in lower case. */
export class FeedHeaders {
  @IsOptional()
  @IsPosition({ description: 'The id of the last event that the reader has; stands before `after`.' })
  'last-event-id'?: number;
}
