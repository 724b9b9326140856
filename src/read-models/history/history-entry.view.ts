import type { Actor } from '../../domain/event.js';
import type { AnyEvent } from '../../domain/events.js';

/** What an event changed on the days [from, to): the possible values before and after. */
export interface Change {
  readonly axis: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface HistoryEntry {
  readonly position: number;
  readonly subject: { readonly kind: string; readonly id: string };
  readonly revision: number;
  readonly id: string;
  readonly recordedAt: string;
  readonly actor: Actor;
  readonly acknowledged: readonly string[];
  readonly correlationId: string;
  /** The event data as recorded, with its sources. */
  readonly event: AnyEvent;
  readonly changes: readonly Change[];
}
