/** What can be said of a legal instrument: an amnesty act or a pardon decree. */
import type { Edtf, FactDescription, FactOf } from '../fact.js';

export const INSTRUMENT_KINDS = ['amnesty-act', 'pardon-decree'] as const;

export interface InstrumentFields {
  'instrument-registered': {
    readonly kind: (typeof INSTRUMENT_KINDS)[number];
    readonly title?: string;
    readonly issuer?: string;
    readonly issued?: Edtf;
    readonly submitted?: Edtf;
    readonly adopted?: Edtf;
    readonly inForce?: Edtf;
    readonly windowEnd?: Edtf;
    /** For how many people, as its authors said. */
    readonly forecast?: number;
    /** Names of its clauses. */
    readonly clauses?: readonly string[];
  };
}

export type InstrumentFactType = keyof InstrumentFields;
export type InstrumentFact = FactOf<InstrumentFields>;

export const instrumentFacts: { readonly [T in InstrumentFactType]: FactDescription<InstrumentFields[T]> } = {
  'instrument-registered': { means: 'A legal instrument was registered.', version: 1, dated: false, personal: [] },
};
