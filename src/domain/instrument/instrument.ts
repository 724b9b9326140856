/** A legal instrument as its events make it, folded in order of recording. */
import type { NonAmendment } from '../amendments.js';
import type { Source } from '../event.js';
import type { ClauseFields, InstrumentEvent, InstrumentFields } from './events.js';

/** A version of a clause with the sources that report it. */
export interface ClauseVersion extends ClauseFields {
  readonly sources: readonly Source[];
}

export interface Instrument extends Omit<InstrumentFields['instrument-registered'], 'clauses'> {
  readonly id: string;
  readonly sources: readonly Source[];
  /** The ids of its clauses: those that it was registered with, then those that were set later. */
  readonly clauses: readonly string[];
  /** The versions of its clauses that stand, in order of recording. */
  readonly clauseVersions: readonly ClauseVersion[];
}

/** Folds an instrument's events as they stand onto `initial` (null: from the start); null where it has not been registered. */
export const foldInstrument = (
  id: string,
  events: readonly NonAmendment<InstrumentEvent>[],
  initial: Instrument | null = null,
): Instrument | null => {
  let instrument = initial;
  for (const event of events) instrument = applyToInstrument(id, instrument, event);
  return instrument;
};

const applyToInstrument = (
  id: string,
  instrument: Instrument | null,
  event: NonAmendment<InstrumentEvent>,
): Instrument | null => {
  switch (event.type) {
    case 'instrument-registered':
      return instrument ?? { ...instrumentFieldsOf(event), id, clauses: event.clauses ?? [], clauseVersions: [] };
    case 'instrument-amended':
      return instrument && instrumentChangedByLaterLaw(instrument, event);
    case 'clause-set':
      return instrument && withClauseVersion(instrument, instrumentFieldsOf(event));
    case 'clause-withdrawn':
      return instrument && instrumentWithoutClauseVersion(instrument, event);
    case 'application-started':
    case 'application-finished':
      return instrument;
  }
};

/** The fields of an event that an instrument keeps. */
const instrumentFieldsOf = <E extends NonAmendment<InstrumentEvent>>({
  type: _,
  reliability: __,
  note: ___,
  ...fields
}: E): Omit<E, 'type' | 'reliability' | 'note'> => fields;

/**
 * Applies an amendment by a later law; null removes a field. The instrument keeps the sources of its registration:
 * those of the amendment report the amendment alone.
 */
const instrumentChangedByLaterLaw = (
  instrument: Instrument,
  event: Extract<InstrumentEvent, { readonly type: 'instrument-amended' }>,
): Instrument => {
  const { sources: _, ...changes } = instrumentFieldsOf(event);
  const entries = Object.entries({ ...instrument, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as unknown as Instrument;
};

const withClauseVersion = (instrument: Instrument, { clause, ...said }: ClauseVersion): Instrument => ({
  ...instrument,
  clauses: [...new Set([...instrument.clauses, clause])],
  clauseVersions: [...instrument.clauseVersions, { clause, ...said }],
});

/** The instrument keeps the id of the clause, which events of cases may name. */
const instrumentWithoutClauseVersion = (
  instrument: Instrument,
  withdrawn: Pick<ClauseFields, 'clause' | 'version'>,
): Instrument => ({
  ...instrument,
  clauseVersions: instrument.clauseVersions.filter((standing) => !isSameClauseVersion(standing, withdrawn)),
});

export const isSameClauseVersion = (
  a: Pick<ClauseFields, 'clause' | 'version'>,
  b: Pick<ClauseFields, 'clause' | 'version'>,
): boolean => a.clause === b.clause && a.version === b.version;
