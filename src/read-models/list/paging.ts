/** Orders and pages of people. */
import type { Totals } from './person.view.js';

export const SORTS = ['name', '-name', 'recognised', '-recognised', 'reference', '-reference'] as const;
export type Sort = (typeof SORTS)[number];

export interface Page {
  readonly sort?: Sort;
  readonly limit: number;
  /** The `next` cursor of the previous page. */
  readonly after?: string;
}

export interface PageOf<T> {
  readonly asOf: string;
  readonly knownAt: string;
  /** Position of the last event that the answer includes. */
  readonly position: number;
  readonly total: Totals;
  /** Of a search by name: whether more names matched than are ranked, so that `total` counts the best of them only. */
  readonly isTruncated?: boolean;
  readonly items: readonly T[];
  readonly next: string | null;
}
