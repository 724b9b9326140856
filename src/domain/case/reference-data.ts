/** The lists and instruments that the events of a case refer to, loaded before a decision or a timeline. */
import type { Instrument } from '../instrument/instrument.js';
import type { ListDefinition } from '../list/list.js';
import type { Day } from '../time.js';
import type { CaseEvent } from './events.js';

export interface ReferenceData {
  readonly today: Day;
  /** By id: the lists and instruments that the events name, without those that do not exist. */
  readonly lists: ReadonlyMap<string, ListDefinition>;
  readonly instruments: ReadonlyMap<string, Instrument>;
}

/** The ids of the lists and instruments to load as reference data of these events. */
export const referencedIds = (
  events: readonly CaseEvent[],
): { readonly lists: ReadonlySet<string>; readonly instruments: ReadonlySet<string> } => ({
  lists: new Set(events.flatMap(listIdsIn)),
  instruments: new Set(events.flatMap(instrumentIdsIn)),
});

export const listIdsIn = (event: CaseEvent): readonly string[] => {
  if (event.type === 'opened') return (event.references ?? []).map(({ list }) => list);
  return 'list' in event ? [event.list] : [];
};

const instrumentIdsIn = (event: CaseEvent): readonly string[] => {
  if (event.type === 'pardoned') return [event.decree];
  return event.type === 'amnestied' ? [event.act] : [];
};
