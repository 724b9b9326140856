/** Where an event stands in the log. */
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Cursor } from '../../event-store/port.js';
import { ReadModelReader } from '../reader.js';
import { openScope, type Scope } from '../scope.js';

export interface EventPlaceView {
  readonly position: number;
  /** The cursor of the event before it, after which the store reads it; null for the first. */
  readonly before: Cursor | null;
}

export class EventPlace extends Query<EventPlaceView | null> {
  constructor(
    readonly scope: Scope,
    readonly id: string,
  ) {
    super();
  }
}

/** Asks for the place of an event; null if no event of this id is known. */
@QueryHandler(EventPlace)
export class EventPlaceHandler implements IQueryHandler<EventPlace> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ scope: asked, id }: EventPlace): Promise<EventPlaceView | null> {
    const { logTables } = await openScope(this.reader, asked);
    return logTables.placeOf(id);
  }
}
