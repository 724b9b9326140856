/** A minimal fold, the same for both variants, so that they differ only in how they read. */
import type { AnyEvent } from '../src/domain/events.js';

export interface Folded {
  readonly status: string;
  readonly category: string | null;
  readonly events: number;
}

export const EMPTY: Folded = { status: '', category: null, events: 0 };

export const step = (folded: Folded, event: AnyEvent): Folded => ({
  status: event.type,
  category: event.type === 'recognised' ? event.category : folded.category,
  events: folded.events + 1,
});

/** Folds a whole log, case by case. */
export class FoldedLog {
  readonly #cases = new Map<string, Folded>();

  apply(stream: string, event: AnyEvent): void {
    this.#cases.set(stream, step(this.#cases.get(stream) ?? EMPTY, event));
  }

  /** Totals to check the result. */
  get totals(): { readonly cases: number; readonly events: number } {
    return { cases: this.#cases.size, events: [...this.#cases.values()].reduce((sum, { events }) => sum + events, 0) };
  }
}
