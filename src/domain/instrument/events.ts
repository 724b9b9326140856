/** The events of an instrument stream. */
import { amendmentEvents, type AmendmentFields } from '../amendments.js';
import type { Edtf, EventDescription, EventOf } from '../event.js';

export const INSTRUMENT_KINDS = ['amnesty-act', 'pardon-decree'] as const;

export interface InstrumentFields extends AmendmentFields {
  'instrument-registered': {
    readonly kind: (typeof INSTRUMENT_KINDS)[number];
    readonly title?: string;
    readonly issuer?: string;
    readonly issued?: Edtf;
    readonly submitted?: Edtf;
    readonly adopted?: Edtf;
    readonly inForce?: Edtf;
    readonly windowEnd?: Edtf;
    /** The number of beneficiaries that its authors announced. */
    readonly forecast?: number;
    /** Ids of its clauses. */
    readonly clauses?: readonly string[];
  };
}

export type InstrumentEventType = keyof InstrumentFields;
export type InstrumentEvent = EventOf<InstrumentFields>;

export const instrumentEvents: { readonly [T in InstrumentEventType]: EventDescription<InstrumentFields[T]> } = {
  'instrument-registered': { means: 'A legal instrument was registered.', version: 1, dated: false, personal: [] },
  ...amendmentEvents,
};
