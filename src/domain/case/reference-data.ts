/** The lists and instruments that the events of a case or a claim refer to, loaded before findings are computed. */
import type { Instrument } from '../instrument/instrument.js';
import type { ListDefinition } from '../list/list.js';
import type { Day } from '../time.js';
import type { CaseEvent } from './events.js';

export interface ReferenceData {
  readonly today: Day;
  /** By id: the lists that the events name, without those that do not exist. */
  readonly lists: ReadonlyMap<string, ListDefinition>;
  /** By id: the instruments that the events name, without those that do not exist. */
  readonly instruments: ReadonlyMap<string, Instrument>;
}

/** The ids of the lists and instruments to load as reference data of these events. */
export const listAndInstrumentIdsIn = (
  events: readonly CaseEvent[],
): { readonly lists: ReadonlySet<string>; readonly instruments: ReadonlySet<string> } => ({
  lists: new Set(events.flatMap(listIdsIn)),
  instruments: new Set(events.flatMap(instrumentIdsIn)),
});

export const listIdsIn = (event: CaseEvent): readonly string[] => {
  const fields = eventOrCorrectedFields(event);
  const references = fields.type === 'opened' ? fields.references : null;
  return 'list' in fields ? idsIn(fields.list) : idsIn(...(references ?? []).map(({ list }) => list));
};

export const instrumentIdsIn = (event: CaseEvent): readonly string[] => {
  const fields = eventOrCorrectedFields(event);
  if (fields.type === 'pardoned') return idsIn(fields.decree);
  return fields.type === 'amnestied' ? idsIn(fields.act) : [];
};

/** The event; of a correction, the fields that it sets, with the corrected type. Any of those may be absent. */
const eventOrCorrectedFields = (event: CaseEvent): Partial<CaseEvent> =>
  event.type === 'corrected' ? ({ ...event.data, type: event.correctedType } as Partial<CaseEvent>) : event;

const idsIn = (...values: readonly (string | null | undefined)[]): readonly string[] =>
  values.filter((value) => typeof value === 'string');
