/** A legal instrument as its events make it. */
import type { Unamended } from '../amendments.js';
import type { InstrumentEvent } from './events.js';

export type Instrument = { readonly id: string } & Omit<Unamended<InstrumentEvent>, 'type' | 'sources' | 'reliability'>;

/** Folds an instrument's events as they stand, from the start or onto the instrument as earlier events made it; null where it has not been registered. */
export const foldInstrument = (
  id: string,
  events: readonly Unamended<InstrumentEvent>[],
  initial: Instrument | null = null,
): Instrument | null => {
  if (initial !== null) return initial;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- one type today, more to come
  const registered = events.find((f) => f.type === 'instrument-registered');
  return registered === undefined ? null : { ...registered, id };
};
