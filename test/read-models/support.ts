/** A register on an in-memory SQLite store; tests append events directly, without the rules of `decide`. */
import { randomUUID } from 'node:crypto';
import type { Custody } from '../../src/domain/case/state.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { Clock } from '../../src/domain/clock.js';
import type { EventWithId } from '../../src/domain/event.js';
import type { AnyEvent, StreamKind } from '../../src/domain/events.js';
import { streamName } from '../../src/domain/events.js';
import type { Cursor, EventStore, LogEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { MemberCountsHandler } from '../../src/read-models/counts/counts.query.js';
import { ListDifferencesHandler } from '../../src/read-models/counts/differences.query.js';
import { MovementsHandler } from '../../src/read-models/counts/movements.query.js';
import { PeopleByEligibilityHandler } from '../../src/read-models/eligibility/eligibility.query.js';
import { readGravityFile } from '../../src/read-models/eligibility/gravity-file.js';
import { InstrumentsHandler } from '../../src/read-models/definitions/instruments.query.js';
import { ListsHandler } from '../../src/read-models/definitions/lists.query.js';
import { OneStatisticHandler } from '../../src/read-models/statistics/statistics.query.js';
import { ReadLogHandler } from '../../src/read-models/history/read-log.query.js';
import { HistoryHandler } from '../../src/read-models/history/history.query.js';
import { CasesHandler } from '../../src/read-models/list/cases.query.js';
import { ListMembersHandler } from '../../src/read-models/list/list-members.query.js';
import { ModelFile } from '../../src/read-models/model-file.js';
import { ModelReader } from '../../src/read-models/model-reader.js';
import { SurvivorOfHandler } from '../../src/read-models/survivor-of.query.js';
import { OneCaseHandler } from '../../src/read-models/one-case.query.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { ReadModelReader, type QueryContext } from '../../src/read-models/reader.js';
import { GRAVITY_FILE } from '../../src/shipped-file.js';
import { day, caseEvent } from '../support/events.js';
import { appendToEnd } from '../support/extend.js';
import { newEvent } from '../support/new-events.js';

export const TODAY = '2026-01-05';
export const clock: Clock = {
  timeZone: 'Asia/Baku',
  now: () => new Date('2026-01-05T08:00:00.000Z'),
  today: () => day(TODAY),
};

type EventFields = Record<string, unknown> & { type: string };
const toEvent = (fields: EventFields): AnyEvent => caseEvent(fields as Parameters<typeof caseEvent>[0]);

export const NAME = { script: 'Latn', language: 'az', kind: 'full' };
export const opened = (name: string, ...references: readonly string[]): EventFields => ({
  type: 'opened',
  names: [{ ...NAME, text: name }],
  references: references.map((reference) => ({ list: 'union', reference })),
});

export class Log {
  readonly store: EventStore;
  #token: Cursor | null = null;
  constructor(store: EventStore = createSqliteStore({ file: ':memory:' })) {
    this.store = store;
  }

  /** The token of the last append. Throws if there was none. */
  get token(): Cursor {
    if (this.#token === null) throw new Error('nothing was appended');
    return this.#token;
  }

  /** Appends events to a stream in one append. An event may set its own `id`. */
  async append(kind: StreamKind, id: string, ...events: readonly EventFields[]): Promise<Cursor> {
    const newEvents = events.map(({ id: eventId, ...fields }) =>
      newEvent({ id: typeof eventId === 'string' ? eventId : randomUUID(), event: toEvent(fields as EventFields) }),
    );
    const appended = await appendToEnd(this.store, streamName(kind, id), newEvents);
    if (appended.outcome !== 'appended') throw new Error('conflict');
    return (this.#token = appended.cursor);
  }

  /** Appends one case event with a given id. */
  async appendCaseEvent(id: string, { id: eventId, event: told }: EventWithId<CaseEvent>): Promise<Cursor> {
    const appended = await appendToEnd(this.store, streamName('case', id), [newEvent({ id: eventId, event: told })]);
    if (appended.outcome !== 'appended') throw new Error('conflict');
    return (this.#token = appended.cursor);
  }

  async events(): Promise<readonly LogEvent[]> {
    return this.store.read(null, 5_000);
  }

  async list(id = 'union', custody: readonly Custody[] = ['detained', 'remand', 'imprisoned', 'medical-custody']) {
    await this.append(
      'list',
      id,
      { type: 'list-defined', name: { en: id } },
      ...['believers', 'journalists', 'others'].map((category) => ({
        type: 'category-defined',
        category,
        name: { en: category },
      })),
      { type: 'policy-set', from: '2020-01-01', custody },
    );
  }
}

export const handlersOf = (reader: ReadModelReader) => ({
  members: new ListMembersHandler(reader),
  cases: new CasesHandler(reader),
  one: new OneCaseHandler(reader),
  survivor: new SurvivorOfHandler(reader),
  history: new HistoryHandler(reader),
  events: new ReadLogHandler(reader),
  counts: new MemberCountsHandler(reader),
  movements: new MovementsHandler(reader),
  differences: new ListDifferencesHandler(reader),
  lists: new ListsHandler(reader),
  instruments: new InstrumentsHandler(reader),
  eligibility: new PeopleByEligibilityHandler(reader, readGravityFile(GRAVITY_FILE)),
  statistics: new OneStatisticHandler(reader, readGravityFile(GRAVITY_FILE)),
});
export type Handlers = ReturnType<typeof handlersOf>;

/** A log with started read models and query handlers. */
export const register = async (): Promise<
  Log & { models: ReadModels; handlers: Handlers; close: () => Promise<void> }
> => {
  const log = new Log();
  const models = ReadModels.open(':memory:', log.store, clock);
  await models.start();
  const close = async (): Promise<void> => {
    await models.stop();
    await log.store.close();
  };
  return Object.assign(log, { models, handlers: handlersOf(models), close });
};

/** Reads a file as it is, without a projection. */
export class FixedReader extends ReadModelReader {
  readonly #reader: ModelReader;

  constructor(
    readonly file: ModelFile,
    readonly store: EventStore,
  ) {
    super();
    this.#reader = new ModelReader(file.db);
  }
  override async contextAt(): Promise<QueryContext> {
    const { db, logTables, counters, checkpoint, logId } = this.#reader;
    return { db, logTables, counters, position: checkpoint.position, logId, clock };
  }
}

/** An empty, complete file in memory. */
export const emptyFile = (): ModelFile => {
  const file = ModelFile.create(':memory:', clock.timeZone);
  for (const step of [...file.eventIndexSteps(), ...file.finishSteps()]) step();
  file.makeDurable();
  return file;
};

/** A valid UUID made from a number. */
export const uuid = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** No filters, and one page for all rows. */
export const WHOLE_PAGE = { filters: {}, page: { limit: 100 } };
