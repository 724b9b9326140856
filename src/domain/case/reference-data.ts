/** What a case's events refer to, loaded before anything is decided or shown. */
import type { Instrument } from '../instrument/instrument.js';
import type { ListDefinition } from '../list/list.js';
import type { Day } from '../time.js';

export interface ReferenceData {
  readonly today: Day;
  /** By id; every list and instrument that any of the events names, as far as they exist. */
  readonly lists: ReadonlyMap<string, ListDefinition>;
  readonly instruments: ReadonlyMap<string, Instrument>;
}
