/** Orders and pages of people. */
export const SORTS = ['name', '-name', 'recognised', '-recognised', 'reference', '-reference'] as const;
export type Sort = (typeof SORTS)[number];

/** The order, the length and the beginning of a page. */
export interface Paging {
  readonly sort?: Sort;
  readonly limit: number;
  /** The `next` cursor of the previous page. */
  readonly after?: string;
}
