/** Orders and pages of people. */
export const SORTS = ['name', '-name', 'recognised', '-recognised', 'reference', '-reference'] as const;
export type Sort = (typeof SORTS)[number];

export interface Page {
  readonly sort?: Sort;
  readonly limit: number;
  /** The `next` cursor of the previous page. */
  readonly after?: string;
}
