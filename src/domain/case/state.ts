/** The four axes of a case, and what stands on each at one point of its order. */

export const CUSTODIES = [
  'unknown',
  'free',
  'detained',
  'remand',
  'house-arrest',
  'imprisoned',
  'medical-custody',
  'conditional-liberty',
  'abroad',
  'fugitive',
  'deceased',
] as const;
export type Custody = (typeof CUSTODIES)[number];

export const PROCEEDINGS = [
  'none',
  'charged',
  'on-trial',
  'convicted',
  'on-appeal',
  'final',
  'terminated',
  'acquitted',
  'quashed',
] as const;
export type Proceedings = (typeof PROCEEDINGS)[number];

export const SENTENCE_STATES = ['none', 'active', 'suspended', 'completed', 'extinguished'] as const;
export type SentenceState = (typeof SENTENCE_STATES)[number];

export const RECOGNITIONS = ['none', 'proposed', 'recognised', 'declined', 'delisted'] as const;
export type Recognition = (typeof RECOGNITIONS)[number];

/** Custody in which a recognised person is on a list, unless the list's policy names other values. */
export const DEFAULT_POLICY: readonly Custody[] = ['detained', 'remand', 'imprisoned', 'medical-custody'];

/** Held: one of those four, or house arrest. */
export const HELD: ReadonlySet<Custody> = new Set<Custody>([...DEFAULT_POLICY, 'house-arrest']);

/** Proceedings that count as convicted when people are counted by stage. */
export const CONVICTED_STAGE: ReadonlySet<Proceedings> = new Set<Proceedings>(['convicted', 'on-appeal', 'final']);
