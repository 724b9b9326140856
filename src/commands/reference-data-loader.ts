/** Loads the lists and instruments that events name, from their streams and not from a read model, which may lag behind. */
import type { CaseEvent } from '../domain/case/events.js';
import { listAndInstrumentIdsIn, type ReferenceData } from '../domain/case/reference-data.js';
import { DefinitionCache, type DefinitionKind, type DefinitionByKind } from '../domain/definitions.js';
import { streamName } from '../domain/events.js';
import type { ListDefinition } from '../domain/list/list.js';
import type { Day } from '../domain/time.js';
import type { EventStore } from '../event-store/port.js';
import { loadStream } from './streams.js';

export class ReferenceDataLoader {
  private readonly cache = new DefinitionCache();

  constructor(private readonly store: EventStore) {}

  /** Lists and instruments that do not exist are left out. */
  load(events: readonly CaseEvent[], today: Day): Promise<ReferenceData> {
    return this.loadByIds(listAndInstrumentIdsIn(events), today);
  }

  /** Lists and instruments that do not exist are left out. */
  async loadByIds(named: ReturnType<typeof listAndInstrumentIdsIn>, today: Day): Promise<ReferenceData> {
    return {
      today,
      lists: await this.loadLists(named.lists),
      instruments: await this.loadDefinitions('instrument', named.instruments),
    };
  }

  /** The lists with these ids; ids of no list are left out. */
  loadLists(ids: ReadonlySet<string>): Promise<ReadonlyMap<string, ListDefinition>> {
    return this.loadDefinitions('list', ids);
  }

  private async loadDefinitions<K extends DefinitionKind>(
    kind: K,
    ids: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, DefinitionByKind[K]>> {
    const definitions = new Map<string, DefinitionByKind[K]>();
    for (const id of ids) {
      // Read the cache only once: while the stream loads, another request may replace the entry, to which newEvents would not belong.
      const cached = this.cache.get(kind, id);
      const newEvents = await loadStream(this.store, streamName(kind, id), cached?.revision);
      const folded = this.cache.extend(kind, id, cached, newEvents);
      if (folded !== undefined) definitions.set(id, folded.definition);
    }
    return definitions;
  }
}
