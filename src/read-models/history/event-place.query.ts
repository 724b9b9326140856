/** Where an event stands in the log. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Cursor } from '../../event-store/port.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';

export interface EventPositionView {
  readonly position: number;
  /** The cursor of the previous event: reading the store after it yields this event. Null for the first event. */
  readonly before: Cursor | null;
}

export class EventPosition extends Query<EventPositionView | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

/** Asks where in the log an event is; null if none has the id, or it was recorded after the position of the scope. */
@QueryHandler(EventPosition)
export class EventPositionHandler implements IQueryHandler<EventPosition> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: EventPosition): Promise<EventPositionView | null> {
    const { logTables, scope } = await openScope(this.reader, asked);
    const place = logTables.eventPlaceOf(id);
    return place === null || place.position > scope.position ? null : place;
  }
}
