/** The simplest fold of a case, the same on both sides, so that what differs is the reading. */
import type { AnyFact } from '../src/domain/facts.js';

export interface Folded {
  readonly status: string;
  readonly category: string | null;
  readonly facts: number;
}

export const NOTHING: Folded = { status: '', category: null, facts: 0 };

export const step = (folded: Folded, fact: AnyFact): Folded => ({
  status: fact.type,
  category: fact.type === 'recognised' ? fact.category : folded.category,
  facts: folded.facts + 1,
});

/** Folds a whole log, case by case. */
export class Everybody {
  readonly #cases = new Map<string, Folded>();

  take(stream: string, fact: AnyFact): void {
    this.#cases.set(stream, step(this.#cases.get(stream) ?? NOTHING, fact));
  }

  /** Something to compare: how many cases, how many facts. */
  get sums(): { readonly cases: number; readonly facts: number } {
    return { cases: this.#cases.size, facts: [...this.#cases.values()].reduce((sum, { facts }) => sum + facts, 0) };
  }
}
