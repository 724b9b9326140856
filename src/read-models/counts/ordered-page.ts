/** Collects one page of an ordered list from items that are offered in any order. */

import { compareKeys } from '../list/walk.js';

/** Where an item stands in the order: by rank, name key and case id. */
export interface SortPosition {
  readonly rank: number;
  readonly key: string;
  readonly caseId: string;
}

const compareSortPositions = (a: SortPosition, b: SortPosition): number =>
  a.rank - b.rank || compareKeys(a.key, b.key) || (a.caseId < b.caseId ? -1 : Number(a.caseId > b.caseId));

/** Keeps the first `limit` items after a place in the sort order, with at most two pages of items in memory. */
export class OrderedPage<Item extends SortPosition> {
  #kept: Item[] = [];
  /** Items of a higher rank cannot be on the page. */
  #lastRank: number | null = null;

  /** With a limit of 0, the page stays empty. */
  constructor(
    private readonly limit: number,
    private readonly after: SortPosition | null,
  ) {}

  /** Whether an item of the rank may be on the page, so that it is worth making. */
  mayContain(rank: number): boolean {
    return (
      this.limit > 0 &&
      (this.after === null || rank >= this.after.rank) &&
      (this.#lastRank === null || rank <= this.#lastRank)
    );
  }

  offer(item: Item): void {
    if (this.after !== null && compareSortPositions(item, this.after) <= 0) return;
    this.#kept.push(item);
    if (this.#kept.length < 2 * (this.limit + 1)) return;
    this.#kept = this.#kept.sort(compareSortPositions).slice(0, this.limit + 1);
    this.#lastRank = this.#kept.at(-1)?.rank ?? null;
  }

  /** `last` is where the last item stands in the order, after which the next page begins; null on the last page. */
  finish(): { readonly items: readonly Item[]; readonly last: SortPosition | null } {
    const sorted = this.#kept.sort(compareSortPositions);
    const items = sorted.slice(0, this.limit);
    const end = sorted.length > this.limit ? items.at(-1) : undefined;
    return { items, last: end === undefined ? null : { rank: end.rank, key: end.key, caseId: end.caseId } };
  }
}
