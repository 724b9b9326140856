/** Where an event stands in the log. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Cursor } from '../../event-store/port.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';

export interface EventLogPositionView {
  readonly position: number;
  /** The cursor of the previous event: reading the store after it yields this event. Null for the first event. */
  readonly before: Cursor | null;
}

export class EventLogPosition extends Query<EventLogPositionView | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

/** Asks where in the log an event is, whatever the `knownAt` of the scope; null if no event has the id. */
@QueryHandler(EventLogPosition)
export class EventLogPositionHandler implements IQueryHandler<EventLogPosition> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: EventLogPosition): Promise<EventLogPositionView | null> {
    const { logTables } = await openScope(this.reader, asked);
    return logTables.eventPlaceOf(id);
  }
}
