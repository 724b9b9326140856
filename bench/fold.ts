/** The simplest fold of a case, the same on both sides, so that what differs is the reading. */
import type { AnyEvent } from '../src/domain/events.js';

export interface Folded {
  readonly status: string;
  readonly category: string | null;
  readonly events: number;
}

export const NOTHING: Folded = { status: '', category: null, events: 0 };

export const step = (folded: Folded, event: AnyEvent): Folded => ({
  status: event.type,
  category: event.type === 'recognised' ? event.category : folded.category,
  events: folded.events + 1,
});

/** Folds a whole log, case by case. */
export class Everybody {
  readonly #cases = new Map<string, Folded>();

  take(stream: string, event: AnyEvent): void {
    this.#cases.set(stream, step(this.#cases.get(stream) ?? NOTHING, event));
  }

  /** Something to compare: how many cases, how many events. */
  get sums(): { readonly cases: number; readonly events: number } {
    return { cases: this.#cases.size, events: [...this.#cases.values()].reduce((sum, { events }) => sum + events, 0) };
  }
}
