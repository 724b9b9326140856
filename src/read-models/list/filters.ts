import type { Custody, Proceedings } from '../../domain/case/state.js';

export const CERTAINTIES = ['yes', 'uncertain'] as const;
export type Certainty = (typeof CERTAINTIES)[number];
export const STAGES = ['convicted', 'awaiting-judgment'] as const;

/** Values of one filter are alternatives (OR); filters are combined with AND. */
export interface Filters {
  readonly category?: readonly string[];
  readonly custody?: readonly Custody[];
  readonly proceedings?: readonly Proceedings[];
  readonly stage?: (typeof STAGES)[number];
  /** `234` also matches its parts; `234.4` matches parts that begin with 4. */
  readonly article?: readonly string[];
  readonly facility?: string;
  readonly incident?: string;
  readonly certainty?: Certainty;
}
