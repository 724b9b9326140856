/** A register on a real store, commands and read models, with today fixed; and imports into it. */
import { join } from 'node:path';
import { CommandBus, CqrsModule, QueryBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { COMMAND_HANDLERS } from '../../src/commands/handlers.js';
import { MERGED_CASES, type MergedCases } from '../../src/commands/merged-cases.js';
import type { PersonData } from '../../src/domain/names/likeness.js';
import { CHECKPOINT_SIGNER, EDITION_DRAFTS } from '../../src/commands/publish-edition.js';
import { POSSIBLE_DUPLICATES, type PossibleDuplicates } from '../../src/commands/possible-duplicates.js';
import { CLOCK, type Clock } from '../../src/domain/clock.js';
import { parseDay } from '../../src/domain/time.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { GRAVITY_DATA, readGravityFile } from '../../src/read-models/eligibility/gravity-file.js';
import { DurableJobs } from '../../src/jobs/durable-jobs.js';
import { IN_MEMORY, JobFile } from '../../src/jobs/job-file.js';
import { Jobs } from '../../src/jobs/jobs.js';
import { QUERY_HANDLERS } from '../../src/read-models/handlers.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { ReadModelReader } from '../../src/read-models/reader.js';
import { importFiles, type ImportResult, type ImportOptions } from '../../src/register-files/import-files.js';
import type { ReportLine } from '../../src/register-files/report.js';
import { GRAVITY_FILE } from '../../src/shipped-file.js';
import { projected } from '../support/projected.js';

const clock: Clock = {
  timeZone: 'Asia/Baku',
  now: () => new Date(),
  today: () => parseDay('2026-01-05') ?? NaN,
};

export interface RealRegister {
  readonly commands: CommandBus;
  readonly queries: QueryBus;
  readonly store: EventStore;
  /** Imports, waits until it can be read, and gives what was reported. */
  import(
    paths: readonly string[],
    options?: Partial<ImportOptions>,
  ): Promise<{ readonly imported: ImportResult; readonly report: readonly ReportLine[] }>;
  duplicatesOf(person: PersonData): NonNullable<ReturnType<ReadModels['possibleDuplicates']>>;
  /** Events in the log. */
  events(): Promise<number>;
  close(): Promise<void>;
}

const duplicatesIn = (readModels: ReadModels): PossibleDuplicates => ({
  candidatesFor: (person, upTo) => Promise.resolve(readModels.possibleDuplicates(person, upTo)),
});

/** Opens a register over the store, which is closed with it. Rows of these specs share a name, so that duplicates are looked for only if asked. */
export const openRealRegister = async (
  store = createSqliteStore({ file: ':memory:' }),
  { findsDuplicates = false, readModelsFile = ':memory:' } = {},
): Promise<RealRegister> => {
  const readModels = ReadModels.open(readModelsFile, store, clock);
  const mergedCases: MergedCases = {
    absorbedInto: (caseId) => Promise.resolve(readModels.absorbedInto(caseId)),
  };
  const durableJobs = new DurableJobs(JobFile.open(IN_MEMORY), new Jobs(), () => clock.now());
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      { provide: EVENT_STORE, useValue: store },
      { provide: CLOCK, useValue: clock },
      { provide: MERGED_CASES, useValue: mergedCases },
      { provide: ReadModelReader, useValue: readModels },
      { provide: ReadModels, useValue: readModels },
      { provide: GRAVITY_DATA, useValue: readGravityFile(GRAVITY_FILE) },
      { provide: DurableJobs, useValue: durableJobs },
      { provide: EDITION_DRAFTS, useValue: { draft: () => Promise.resolve(null) } },
      { provide: CHECKPOINT_SIGNER, useValue: { sign: () => Promise.resolve() } },
      ...(findsDuplicates ? [{ provide: POSSIBLE_DUPLICATES, useValue: duplicatesIn(readModels) }] : []),
      ...COMMAND_HANDLERS,
      ...QUERY_HANDLERS,
    ],
  }).compile();
  await module.init();
  await readModels.start();
  const commands = module.get(CommandBus);
  const queries = module.get(QueryBus);
  return {
    commands,
    queries,
    store,
    async import(paths, options = {}) {
      const report: ReportLine[] = [];
      const register = { commands, queries, today: clock.today() };
      const onReportLine = (line: ReportLine): number => report.push(line);
      const imported = await importFiles(register, paths, { list: 'union', onReportLine, ...options });
      const head = await store.head();
      if (head !== null) await projected(readModels, head);
      return { imported, report };
    },
    duplicatesOf: (person) => readModels.possibleDuplicates(person) ?? [],
    async events() {
      return (await readModels.readiness()).position;
    },
    async close() {
      await durableJobs.close();
      await readModels.stop();
      await store.close();
      await module.close();
    },
  };
};

const root = join(__dirname, '../..');
export const demoFile = (name: string): string => join(root, 'demo', name);
export const fixture = (name: string): string => join(root, 'test/fixtures/register', name);

export const DEFINITIONS = demoFile('register.json');
export const REGISTER_FILES = [
  demoFile('register-2025-10-07.csv'),
  demoFile('new-cases-2026-01-05.csv'),
  demoFile('amnesty-applications-2026-01-05.csv'),
];
