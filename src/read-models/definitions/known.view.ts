/** Definitions as they were known. */
export interface Known<View> {
  readonly knownAt: string;
  /** Position of the last event that the answer includes. */
  readonly position: number;
  readonly items: readonly View[];
}
