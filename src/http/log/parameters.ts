import { allEvents } from '../../domain/events.js';
import { field } from '../../schema/field.js';
import { oneOf, arrayOf, slug, integer } from '../../schema/kinds.js';
import { LIMITS } from '../../schema/limits.js';
import { AtLeastQuery, optional, pageSize } from '../parameters.js';

const position = integer(0, Number.MAX_SAFE_INTEGER);
const eventTypes = arrayOf(oneOf(Object.keys(allEvents)), 1, Object.keys(allEvents).length);

class FromPositionQuery extends AtLeastQuery {
  @field(eventTypes, optional)
  type?: string[];

  @field(position, { default: 0, means: 'Only what was recorded after this position.' })
  after: number;
}

export class HistoryQuery extends FromPositionQuery {
  @field(pageSize, { default: LIMITS.defaultPage })
  limit: number;
}

export class EventsQuery extends FromPositionQuery {
  @field(integer(1, Number.MAX_SAFE_INTEGER), { ...optional, means: 'At most so many events.' })
  limit?: number;
}

export class FeedQuery {
  @field(slug, {
    ...optional,
    means:
      'Only what concerns this list: its own events, and those of a case from the first that names the list, by a judgment or a reference.',
  })
  list?: string;

  @field(eventTypes, optional)
  type?: string[];

  @field(position, { default: 0, means: 'Only what was recorded after this position.' })
  after: number;
}

/** By header name in lower case. */
export class FeedHeaders {
  @field(position, { ...optional, means: 'The id of the last event that the reader has; stands before `after`.' })
  'last-event-id'?: number;
}
