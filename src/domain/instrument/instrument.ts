/** A legal instrument as its facts make it. */
import type { FactOf } from '../fact.js';
import type { InstrumentFact, InstrumentFields } from './facts.js';

export type Instrument = { readonly id: string } & Omit<FactOf<InstrumentFields>, 'type' | 'sources' | 'reliability'>;

/** Folds an instrument's facts; null where it has not been registered. */
export const foldInstrument = (id: string, facts: readonly InstrumentFact[]): Instrument | null => {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- one type today, more to come
  const registered = facts.find((f) => f.type === 'instrument-registered');
  return registered === undefined ? null : { ...registered, id };
};
