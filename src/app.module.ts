/** The composition root: opens the resources of a register and wires the modules. */
import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type InjectionToken,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CqrsModule, QueryBus } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplyInstrument } from './commands/apply-instrument.js';
import { COMMAND_HANDLERS } from './commands/handlers.js';
import { ELIGIBLE_PERSONS } from './commands/eligible-persons.js';
import { MERGED_CASES, type MergedCases } from './commands/merged-cases.js';
import { POSSIBLE_DUPLICATES, type PossibleDuplicates } from './commands/possible-duplicates.js';
import {
  CHECKPOINT_SIGNER,
  EDITION_DRAFTS,
  type CheckpointSigner,
  type EditionDrafts,
} from './commands/publish-edition.js';
import { CLOCK, type Clock } from './domain/clock.js';
import { permissionNotices, openDataFolder, type DataFolder } from './event-store/data-folder.js';
import { eligiblePersonsOf } from './eligible-persons.js';
import { EVENT_STORE, StoreDamaged, type EventStore } from './event-store/port.js';
import { HEALTH_MONITOR, type HealthMonitor } from './http/health/health.controller.js';
import { METRICS } from './http/metrics/metrics.controller.js';
import { HttpModule } from './http/http.module.js';
import { DurableJobs } from './jobs/durable-jobs.js';
import { IN_MEMORY, JobFile } from './jobs/job-file.js';
import { LOG_PROOFS } from './http/log/proof.controller.js';
import { UNWATCHED, type JobContext } from './jobs/job.js';
import { Jobs } from './jobs/jobs.js';
import { LogProofs } from './proof/log-proofs.js';
import { LogTree } from './proof/log-tree.js';
import { ProofFiles } from './proof/proof-files.js';
import { ensureContinuesCheckpoint, LogWatch, verifyWholeLog } from './proof/log-watch.js';
import { VERIFY_JOB } from './proof/verify-log.js';
import { startProjectionWorker, type ProjectionThread } from './projection.js';
import { DraftEdition } from './read-models/editions/draft-edition.query.js';
import { GRAVITY_DATA, readGravityFile, type GravityData } from './read-models/eligibility/gravity-file.js';
import { QUERY_HANDLERS } from './read-models/handlers.js';
import { FindDuplicates } from './read-models/names/find-duplicates.js';
import { ReadModels, REBUILD_JOB, type Problem } from './read-models/read-models.js';
import { ReadModelReader } from './read-models/reader.js';
import { Scope, UNRESTRICTED } from './read-models/scope.js';
import type { Settings } from './settings.js';
import { GRAVITY_FILE } from './shipped-file.js';
import { openLog } from './stores.js';
import { systemClock } from './system-clock.js';
import { LatestReadiness } from './watching/latest-readiness.js';
import { LogTime } from './watching/log-time.js';
import { Metrics } from './watching/metrics.js';
import { readinessOf, warningsOf } from './watching/readiness.js';
import { WatchedStore } from './watching/watched-store.js';

/** What a process keeps open of a register, and closes when it stops. */
interface Resources {
  readonly folder: DataFolder;
  readonly store: WatchedStore;
  readonly clock: Clock;
  readonly readModels: ReadModels;
  readonly metrics: Metrics;
  readonly jobs: Jobs;
  readonly gravity: GravityData;
  readonly durableJobs: DurableJobs;
  readonly tree: LogTree;
  /** Null for a command of the CLI: only a service verifies and signs its log while it runs. */
  readonly watch: LogWatch | null;
}
const RESOURCES = Symbol('Resources');
/** Injection token of the locked data folder. */
export const DATA_FOLDER = Symbol('DataFolder');

/** Milliseconds for jobs, read models, tree and log watch to stop before the store is closed in any case. */
const MAX_STOP_WAIT_MS = 300;

/** Locks the data folder and opens store and read models; releases the folder if that fails. */
const openResources = async (
  settings: Settings,
  isService: boolean,
  projection: ProjectionThread,
): Promise<Resources> => {
  const folder = openDataFolder(settings.data);
  for (const notice of permissionNotices(folder)) logger.warn(notice);
  try {
    const gravity = readGravityFile(settings.gravity ?? GRAVITY_FILE);
    const proof = new ProofFiles(settings.data);
    proof.removeAbandonedPartFiles();
    const clock = systemClock(settings);
    const jobs = new Jobs();
    const metrics = new Metrics(async () => ({
      ...(await readinessOf(store, readModels)),
      pendingAppends: store.pendingAppends,
      events: await countEvents(store),
      logCheck: store.logCheck,
      rebuild: jobs.get(REBUILD_JOB),
      proof: watch?.state() ?? null,
    }));
    const unwatched = await openLog(settings, folder, isService);
    const store: WatchedStore = new WatchedStore(
      unwatched,
      (append) => metrics.appendEnded(append),
      async () => {
        await readModels.checkLog();
        await ensureContinuesCheckpoint(unwatched, proof, watch);
      },
      new LogTime(clock, settings.acceptClock?.getTime()),
    );
    const verify = async (job: JobContext): Promise<void> => {
      if (watch === null) await verifyWholeLog(store, proof, job);
      else await runVerification(jobs, watch, job);
    };
    const writer = startProjectionWorker(projection, unwatched, folder, settings.timeZone);
    const readModels = ReadModels.open(folder.readModels, store, clock, jobs, verify, writer);
    const durableJobs = new DurableJobs(openJobFile(folder.jobs), jobs, () => clock.now(), logFailedJob);
    const tree = new LogTree(proof.tilesPath, store, () => ensureContinuesCheckpoint(unwatched, proof, watch));
    // Throws for a signing key that cannot be used, so that the service does not start.
    const watch: LogWatch | null = isService ? createLogWatch(settings, store, proof) : null;
    return { folder, store, clock, readModels, metrics, jobs, gravity, durableJobs, tree, watch };
  } catch (error) {
    folder.release();
    throw error;
  }
};

const createLogWatch = (settings: Settings, store: WatchedStore, files: ProofFiles): LogWatch =>
  new LogWatch({
    ...settings,
    store,
    files,
    onDamage: (damage) => stopWriting(store, damage),
    warn: (sentence) => logger.warn(sentence),
  });

/** Verifies the log as a job; callers share one that is running already. Throws StoreDamaged. */
const runVerification = async (jobs: Jobs, watch: LogWatch, { onProgress }: JobContext = UNWATCHED): Promise<void> => {
  const damage = await jobs.run(VERIFY_JOB, (job) => watch.verify(job), onProgress);
  if (damage !== null) throw damage;
};

const stopWriting = (store: WatchedStore, damage: StoreDamaged): void => {
  logDamage(damage);
  store.markDamaged(damage);
};

const healthOf = ({ store, readModels, watch }: Resources): HealthMonitor => {
  const latest = new LatestReadiness(() => readinessOf(store, readModels));
  return {
    check: () => latest.check(),
    warnings: () => warningsOf(watch?.state() ?? null),
    damage: () => store.damage,
    onError: (error) => readModels.onQueryError(error),
  };
};

const mergedCasesOf = ({ readModels }: Resources): MergedCases => ({
  absorbedInto: (caseId) => Promise.resolve().then(() => readModels.absorbedInto(caseId)),
});

const possibleDuplicatesOf = ({ readModels }: Resources): PossibleDuplicates => ({
  candidatesFor: (person, upTo) => Promise.resolve().then(() => readModels.possibleDuplicates(person, upTo)),
});

const editionDraftsOf = (queries: QueryBus): EditionDrafts => ({
  draft: (list, asOf, cursor) =>
    queries.execute(new DraftEdition(new Scope(UNRESTRICTED, { asOf, ...(cursor && { atLeast: cursor }) }), list)),
});

/** Signs nothing for a command of the CLI (`watch` is null): it would have to verify the log first. */
const checkpointSignerOf = ({ watch }: Resources): CheckpointSigner => ({ sign: async () => watch?.sign() });

/** For metrics. Null where the head cannot be read, or for a server store: only cursors of the embedded store are positions. */
const countEvents = async (store: EventStore): Promise<number | null> =>
  store.kind === 'sqlite'
    ? store.head().then(
        (head) => Number(head ?? 0),
        () => null,
      )
    : null;

const logger = new Logger('read models');
/** Logs codes and positions only: the message of an error may contain personal data. */
const logProjectionProblem = (problem: Problem | null): void =>
  problem === null
    ? logger.log('the read models follow the log')
    : logger.warn(`the read models stopped after event ${problem.after}: ${problem.code}, ${problem.error}`);

/** For log lines: the message of an error may contain personal data. */
const errorName = (error: unknown): string => (error instanceof Error ? error.name : 'unknown error');

/** Only warns: the service goes on, without tiles and proofs. */
const logTreeProblem = (error: unknown): void =>
  logger.warn(`the tree over the log does not follow it: ${errorName(error)}`);

/** The message of StoreDamaged contains positions, no event data. */
const logDamage = ({ message }: StoreDamaged): void =>
  logger.error(`the log is damaged, and not written to any more: ${message}`);

/** Opens the job file; where the disk is full or cannot be written, one in memory: jobs then end with the process, reading goes on. */
const openJobFile = (path: string): JobFile => {
  try {
    return JobFile.open(path);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    logger.warn(`jobs are not kept beyond this process: ${typeof code === 'string' ? code : 'unknown error'}`);
    return JobFile.open(IN_MEMORY);
  }
};

const logFailedJob = (id: string, error: unknown): void => logger.error(`job ${id} has failed: ${errorName(error)}`);

@Module({})
export class AppModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(@Inject(RESOURCES) private readonly resources: Resources) {}

  /**
   * `isService`: for the service rather than for one command; `projection`: the thread that projects the log. NestFactory rejects with
   * errors of the data folder and the store.
   */
  static forSettings(
    settings: Settings,
    { isService = false, projection = 'own' }: { isService?: boolean; projection?: ProjectionThread } = {},
  ): DynamicModule {
    const provideFrom = <T>(provide: InjectionToken, pick: (resources: Resources) => T) => ({
      provide,
      inject: [RESOURCES],
      useFactory: pick,
    });
    const shared = [
      provideFrom(DATA_FOLDER, (resources) => resources.folder),
      provideFrom(EVENT_STORE, (resources) => resources.store),
      provideFrom(CLOCK, (resources) => resources.clock),
      provideFrom(MERGED_CASES, mergedCasesOf),
      provideFrom(POSSIBLE_DUPLICATES, possibleDuplicatesOf),
      provideFrom(ReadModels, (resources) => resources.readModels),
      provideFrom(ReadModelReader, (resources) => resources.readModels),
      provideFrom(HEALTH_MONITOR, healthOf),
      provideFrom(METRICS, (resources) => resources.metrics),
      provideFrom(GRAVITY_DATA, (resources) => resources.gravity),
      provideFrom(Jobs, (resources) => resources.jobs),
      provideFrom(DurableJobs, (resources) => resources.durableJobs),
      { provide: ELIGIBLE_PERSONS, inject: [QueryBus], useFactory: eligiblePersonsOf },
      { provide: EDITION_DRAFTS, inject: [QueryBus], useFactory: editionDraftsOf },
      provideFrom(CHECKPOINT_SIGNER, checkpointSignerOf),
      provideFrom(LOG_PROOFS, ({ store, tree }) => new LogProofs(store, tree, new ProofFiles(settings.data))),
    ];
    return {
      module: AppModule,
      global: true,
      imports: [CqrsModule.forRoot(), HttpModule],
      providers: [
        { provide: RESOURCES, useFactory: () => openResources(settings, isService, projection) },
        ...shared,
        ...COMMAND_HANDLERS,
        ApplyInstrument,
        FindDuplicates,
        ...QUERY_HANDLERS,
      ],
      exports: [...shared.map(({ provide }) => provide), ApplyInstrument, FindDuplicates],
    };
  }

  /** Not awaited: the service listens while the read models are built, and reads wait for them up to a timeout. */
  onApplicationBootstrap(): void {
    const { readModels, store, jobs, durableJobs, tree, watch } = this.resources;
    void readModels.start((problem) => {
      logProjectionProblem(problem);
      if (problem?.code === 'STORE_DAMAGED') store.markDamaged(new StoreDamaged('the read models stopped before it'));
    });
    void store.logCheck?.result.then((damage) => damage !== null && stopWriting(store, damage));
    if (watch === null) return;
    readModels.onProjected(() => watch.onLogReached(readModels.position));
    durableJobs.resumeRunning();
    void tree.follow(logTreeProblem);
    void watch.verifyUntilDone(() => runVerification(jobs, watch));
  }

  /** Runs before the server drains requests. Cancels reads that wait for a position (`atLeast`), which would hold up the draining. */
  beforeApplicationShutdown(): void {
    this.resources.readModels.cancelWaits();
  }

  /** Runs after the server has drained. Read models that wait for a hanging store only stop once the store is closed. */
  async onApplicationShutdown(): Promise<void> {
    const { readModels, store, folder, jobs, durableJobs, tree, watch } = this.resources;
    const stopped = Promise.all([jobs.stop(), readModels.stop(), tree.close(), watch?.stop()]);
    await Promise.race([stopped, sleep(MAX_STOP_WAIT_MS, undefined, { ref: false })]);
    await store.close();
    await stopped;
    await durableJobs.close();
    folder.release();
  }
}
