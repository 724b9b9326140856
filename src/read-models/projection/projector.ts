/** Writes the rows of cases: the differences that an event, or a change of a list or an instrument, makes to them. */
import { LRUCache } from 'lru-cache';
import type { CaseEvent } from '../../domain/case/events.js';
import type { ReferenceData } from '../../domain/case/reference-data.js';
import type { Timeline } from '../../domain/case/timeline.js';
import { instrumentIdsIn, listIdsIn, listAndInstrumentIdsIn } from '../../domain/case/reference-data.js';
import type { DefinitionKind, DefinitionByKind } from '../../domain/definitions.js';
import type { EventWithId } from '../../domain/event.js';
import { dayFinder } from '../../domain/time.js';
import type { DefinitionVersion } from '../log/definition-versions.js';
import type { LogTables } from '../log-tables.js';
import { rememberForItems } from '../remember.js';
import {
  updateRowVersions,
  noVersions,
  rowWriter,
  type AnyTable,
  type CaseHistory,
  type Db,
  type RowVersions,
  type RowWriter,
} from '../table.js';
import { historiesOfCase, historyAt, type HistoryAt } from './case-histories.js';

/** A new version of a list or an instrument, made by an event that is not stored yet. */
export interface DefinitionChange {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly recordedAt: string;
  readonly version: DefinitionVersion;
}

/** Events of all timelines that are kept; together they take some 50 MB. */
const MAX_CACHED_EVENTS = 20_000;

export class Projector {
  readonly #writers;
  /** The writers of tables whose rows depend on lists and instruments too. */
  readonly #definitionWriters;
  readonly #dayOf;
  /** The timelines of the cases that were projected last, by their numbers: a case that has one event more often has another soon. */
  readonly #timelines = new LRUCache<number, Timeline>({
    maxSize: MAX_CACHED_EVENTS,
    sizeCalculation: ({ order }) => order.recorded.length + 1,
  });

  /** `timeZone` is that of the register, for the day on which an event was recorded. */
  constructor(
    db: Db,
    private readonly logTables: LogTables,
    tables: readonly AnyTable[],
    timeZone: string,
  ) {
    this.#writers = tables.map((table) => rowWriter(db, table));
    this.#definitionWriters = this.#writers.filter(({ table }) => table.dependsOn === 'definitions');
    this.#dayOf = dayFinder(timeZone);
  }

  /** Re-projects a case event by event from position `since`; 0 projects it from scratch. */
  project(caseNo: number, since: number): void {
    const changedVersions = new Map<RowWriter, RowVersions>();
    const versionsOf = (writer: RowWriter): RowVersions => {
      const versions = changedVersions.get(writer) ?? (since === 0 ? noVersions() : writer.load(caseNo));
      changedVersions.set(writer, versions);
      return versions;
    };
    // A rebuild projects each case once.
    const known = since === 0 ? null : (this.#timelines.get(caseNo) ?? null);
    let latest: Timeline | null = null;
    for (const at of historiesOfCase(this.logTables, caseNo, since, known)) {
      latest = at.timeline;
      const references = at.history && this.#references(at.history, at.position);
      for (const writer of this.#writers)
        if (rowsMayChange(writer.table, at))
          updateRowVersions(
            writer.columns,
            versionsOf(writer),
            rowsOf(writer.table, at.history, references),
            at.position,
          );
    }
    for (const [writer, versions] of changedVersions) writer.write(caseNo, versions);
    if (since > 0 && latest !== null) this.#timelines.set(caseNo, latest);
  }

  /**
   * Re-projects a case for a changed list or instrument, before the event of the change is stored. Idempotent, so that it can be
   * repeated after a crash.
   */
  projectDefinitionChange(caseNo: number, change: DefinitionChange): void {
    const { position } = change.version;
    const history = historyAt(this.logTables, caseNo, position - 1);
    const references = history && this.#references(history, position, change);
    for (const writer of this.#definitionWriters) {
      const versions = writer.load(caseNo);
      updateRowVersions(writer.columns, versions, rowsOf(writer.table, history, references), position);
      writer.write(caseNo, versions);
    }
  }

  /**
   * The lists and instruments that the events of a case name, as defined at a position, one of them as `change` makes it; `today` is the
   * day on which the event there was recorded.
   */
  #references({ events }: CaseHistory, position: number, change?: DefinitionChange): ReferenceData {
    const ids = definitionIdsIn(events);
    const definedAt = <K extends DefinitionKind>(kind: K, id: string): DefinitionByKind[K] | null => {
      const version =
        change?.kind === kind && change.id === id
          ? (change.version as DefinitionVersion<K>)
          : this.logTables.definitions.at(kind, id, position);
      return version?.definition ?? null;
    };
    return {
      today: this.#dayOf(change?.recordedAt ?? this.logTables.recordedAt(position)),
      lists: definitionsById(ids.lists, (id) => definedAt('list', id)),
      instruments: definitionsById(ids.instruments, (id) => definedAt('instrument', id)),
    };
  }
}

/** The lists and instruments that events name. */
const definitionIdsIn = rememberForItems(
  ({ event }: EventWithId<CaseEvent>) => listIdsIn(event).length + instrumentIdsIn(event).length > 0,
  (events) => listAndInstrumentIdsIn(events.map(({ event }) => event)),
);

/** Whether the rows of a table may differ from those at the position before. */
const rowsMayChange = (table: AnyTable, { changed, addedEvent }: HistoryAt): boolean =>
  table.dependsOn === 'definitions' || (changed === 'events' && (addedEvent === null || table.readsEvent(addedEvent)));

const rowsOf = (table: AnyTable, history: CaseHistory | null, references: ReferenceData | null): readonly object[] =>
  history === null || references === null ? [] : table.rows(history, references);

const definitionsById = <D>(ids: ReadonlySet<string>, definedAt: (id: string) => D | null): ReadonlyMap<string, D> => {
  const found = new Map<string, D>();
  for (const id of ids) {
    const definition = definedAt(id);
    if (definition !== null) found.set(id, definition);
  }
  return found;
};
