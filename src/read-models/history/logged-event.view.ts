import type { RecordedEvent } from '../../domain/event.js';
import type { AnyEvent } from '../../domain/events.js';

/** An event with its whole record, sufficient to store it again. */
export interface LoggedEvent extends RecordedEvent<AnyEvent> {
  readonly position: number;
}
