/**
 * Rows of a position are made from those of the position before where an event leaves them alone. They must be the rows that follow
 * from all events of the case, computed anew at every position.
 */
import { CASE_EVENT_TYPES, type CaseEvent } from '../../../src/domain/case/events.js';
import { timelineOf } from '../../../src/domain/case/timeline.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { caseHistoryOf } from '../../../src/read-models/log-tables.js';
import { ModelFile, PROJECTED_TABLES } from '../../../src/read-models/model-file.js';
import { historyAt } from '../../../src/read-models/projection/case-histories.js';
import type { AnyTable, CaseHistory } from '../../../src/read-models/table.js';
import { eventExamples } from '../../../src/schema/examples.js';
import { effort } from '../../support/effort.js';
import { randomLog } from '../../support/random-log.js';
import { toEvent } from '../../support/two-times-events.js';
import { clock, emptyFile, Log, uuid } from '../support.js';

const REFERENCES = { today: clock.today(), lists: new Map(), instruments: new Map() };
/** Rows of the others depend on definitions too, and are computed anew for each event. */
const TABLES = PROJECTED_TABLES.filter(({ dependsOn }) => dependsOn === 'events');

/** For events of these types no table is asked whether its rows may change (`readsEvent`): they change which events stand, so all rows may. */
const UNREAD: readonly string[] = ['corrected', 'retracted', 'merged', 'unmerged'];

/** The rows that the file has for a case at a position, sorted. */
const storedRows = ({ db }: ModelFile, { name, columns }: AnyTable, caseNo: number, position: number): string[] =>
  db
    .prepare(
      `SELECT ${Object.keys(columns).join(', ')} FROM ${name}
        WHERE case_no = ? AND known_from <= ? AND ? < known_to`,
    )
    .raw()
    .all(caseNo, position, position)
    .map((cells) => JSON.stringify(cells))
    .sort();

const rowsAnew = ({ logTables }: ModelFile, table: AnyTable, caseNo: number, position: number): string[] => {
  const history = historyAt(logTables, caseNo, position);
  if (history === null) return [];
  const cellsOf = (row: object): unknown[] =>
    Object.keys(table.columns).map((column) => (row as Record<string, unknown>)[column] ?? null);
  return table
    .rows(history, REFERENCES)
    .map((row) => JSON.stringify(cellsOf(row)))
    .sort();
};

/** How many rows of a table are closed and begun again with the same cells at one position; there should be none. */
const repeatedRows = ({ db }: ModelFile, { name, columns }: AnyTable): number => {
  const same = Object.keys(columns).map((column) => `a.${column} IS b.${column}`);
  return db
    .prepare(
      `SELECT count(*) FROM ${name} a JOIN ${name} b
        ON a.case_no = b.case_no AND a.known_to = b.known_from AND ${same.join(' AND ')}`,
    )
    .pluck()
    .get() as number;
};

const opening: EventWithId<CaseEvent> = { id: uuid(1), event: eventExamples.opened };
const historyOf = (...events: readonly EventWithId<CaseEvent>[]): CaseHistory => caseHistoryOf('c', timelineOf(events));

it.each(CASE_EVENT_TYPES.filter((type) => !UNREAD.includes(type)))(
  'gives the same rows before and after %s in each table that does not read it',
  (type) => {
    const event: EventWithId<CaseEvent> = { id: uuid(2), event: eventExamples[type] };
    for (const table of TABLES.filter(({ readsEvent }) => !readsEvent(event.event)))
      expect({ table: table.name, rows: table.rows(historyOf(opening, event), REFERENCES) }).toEqual({
        table: table.name,
        rows: table.rows(historyOf(opening), REFERENCES),
      });
  },
);

it.each(Array.from({ length: effort(3, 100) }, (_, block) => block))(
  'gives the rows of all events, live and rebuilt, at every position (hundred %i of logs)',
  async (block) => {
    for (let seed = 100 * block; seed < 100 * block + effort(10, 100); seed += 1) {
      const { log: entries } = randomLog(seed);
      const log = new Log();
      for (const entry of entries) await log.append('case', entry.stream, toEvent(entry, entries));
      const events = await log.events();
      const live = emptyFile();
      for (const event of events) live.applyBatch([event]);
      const rebuilt = ModelFile.create(':memory:', clock.timeZone);
      rebuilt.store(events);
      for (const step of rebuilt.eventIndexSteps()) step();
      const cases = rebuilt.logTables.cases.caseNosAfter(0, 100);
      rebuilt.projectCases(cases);
      for (const file of [live, rebuilt])
        for (const table of TABLES) {
          for (const caseNo of cases)
            for (let position = 1; position <= events.length; position += 1) {
              const stored = storedRows(file, table, caseNo, position);
              const anew = rowsAnew(file, table, caseNo, position);
              // Compares texts first: `expect` takes longer than the rows.
              if (stored.join() === anew.join()) continue;
              const at = { seed, table: table.name, caseNo, position };
              expect({ ...at, rows: stored }).toEqual({ ...at, rows: anew });
            }
          expect({ seed, table: table.name, repeated: repeatedRows(file, table) }).toMatchObject({ repeated: 0 });
        }
      live.close();
      rebuilt.close();
      await log.store.close();
    }
  },
);
