/** A legal instrument as its events make it. */
import type { EventOf } from '../event.js';
import type { InstrumentEvent, InstrumentFields } from './events.js';

export type Instrument = { readonly id: string } & Omit<EventOf<InstrumentFields>, 'type' | 'sources' | 'reliability'>;

/** Folds an instrument's events, from the start or onto the instrument as earlier events made it; null where it has not been registered. */
export const foldInstrument = (
  id: string,
  events: readonly InstrumentEvent[],
  initial: Instrument | null = null,
): Instrument | null => {
  if (initial !== null) return initial;
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- one type today, more to come
  const registered = events.find((f) => f.type === 'instrument-registered');
  return registered === undefined ? null : { ...registered, id };
};
