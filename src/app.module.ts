/** The composition root: puts the rooms together. */
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
import { CqrsModule } from '@nestjs/cqrs';
import { setTimeout as sleep } from 'node:timers/promises';
import { COMMAND_HANDLERS } from './commands/handlers.js';
import { CLOCK, type Clock } from './domain/clock.js';
import { dayOfInstant } from './domain/time.js';
import { permissionNotices, openDataFolder, type DataFolder } from './event-store/data-folder.js';
import { EVENT_STORE, StoreDamaged, type EventStore } from './event-store/port.js';
import { HEALTH, type Health } from './http/health.controller.js';
import { METRICS } from './http/metrics.controller.js';
import { HttpModule } from './http/http.module.js';
import { QUERY_HANDLERS } from './read-models/handlers.js';
import { ReadModels, type Problem } from './read-models/read-models.js';
import { ReadModelReader } from './read-models/reader.js';
import type { Settings } from './settings.js';
import { openLog } from './stores.js';
import { conditionOf } from './watching/condition.js';
import { LatestCondition } from './watching/latest.js';
import { LogTime } from './watching/log-time.js';
import { Metrics } from './watching/metrics.js';
import { WatchedStore } from './watching/watched-store.js';

/** What a process holds of a register. */
interface Resources {
  readonly folder: DataFolder;
  readonly store: WatchedStore;
  readonly clock: Clock;
  readonly readModels: ReadModels;
  readonly metrics: Metrics;
}
const RESOURCES = Symbol('Resources');
/** Token of the data folder that is held. */
export const DATA_FOLDER = Symbol('DataFolder');

/** Milliseconds that the read models may take to stop before the store is closed under them. */
const STOP_MS = 300;

/** The real time; today is the one that is set, or the day it is in the register's time zone. */
export const systemClock = ({ timeZone, today }: Pick<Settings, 'timeZone' | 'today'>): Clock => ({
  timeZone,
  now: () => new Date(),
  today: () => today ?? dayOfInstant(timeZone, new Date()),
});

/** Takes the data folder and opens what is in it; lets go of everything where a part fails. */
const hold = async (settings: Settings, serving: boolean): Promise<Resources> => {
  const folder = openDataFolder(settings.data);
  for (const notice of permissionNotices(folder)) log.warn(notice);
  try {
    const clock = systemClock(settings);
    const metrics = new Metrics(async () => ({
      ...(await conditionOf(store, readModels)),
      waiting: store.waiting,
      events: await eventsIn(store),
      check: store.check,
    }));
    const store: WatchedStore = new WatchedStore(
      await openLog(settings, folder, serving),
      (append) => metrics.append(append),
      () => readModels.checkLog(),
      new LogTime(clock, settings.acceptClock?.getTime()),
    );
    const readModels = ReadModels.open(folder.readModels, store, clock);
    return { folder, store, clock, readModels, metrics };
  } catch (error) {
    folder.release();
    throw error;
  }
};

const healthOf = ({ store, readModels }: Resources): Health => {
  const latest = new LatestCondition(() => conditionOf(store, readModels));
  return { check: () => latest.check(), met: (error) => readModels.onQueryError(error) };
};

/** Only the embedded store's cursors are positions; null for another, or one that cannot say. */
const eventsIn = async (store: EventStore): Promise<number | null> =>
  store.kind === 'sqlite'
    ? store.head().then(
        (head) => Number(head ?? 0),
        () => null,
      )
    : null;

const log = new Logger('read models');
/** Nothing of what an error says: its words may be personal. */
const tellOf = (problem: Problem | null): void =>
  problem === null
    ? log.log('the read models follow the log')
    : log.warn(`the read models stopped after event ${problem.after}: ${problem.code}, ${problem.error}`);

/** What it says has positions in it and nothing else of the events. */
const tellOfDamage = ({ message }: StoreDamaged): void =>
  log.error(`the log is damaged, and not written to any more: ${message}`);

@Module({})
export class AppModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(@Inject(RESOURCES) private readonly held: Resources) {}

  /**
   * A register behind these settings, for a service or for one command. Errors of the data folder and the store come out of
   * NestFactory.
   */
  static forSettings(settings: Settings, { serving = false } = {}): DynamicModule {
    const from = <T>(provide: InjectionToken, pick: (held: Resources) => T) => ({
      provide,
      inject: [RESOURCES],
      useFactory: pick,
    });
    const shared = [
      from(DATA_FOLDER, (held) => held.folder),
      from(EVENT_STORE, (held) => held.store),
      from(CLOCK, (held) => held.clock),
      from(ReadModels, (held) => held.readModels),
      from(ReadModelReader, (held) => held.readModels),
      from(HEALTH, healthOf),
      from(METRICS, (held) => held.metrics),
    ];
    return {
      module: AppModule,
      global: true,
      imports: [CqrsModule.forRoot(), HttpModule],
      providers: [
        { provide: RESOURCES, useFactory: () => hold(settings, serving) },
        ...shared,
        ...COMMAND_HANDLERS,
        ...QUERY_HANDLERS,
      ],
      exports: shared.map(({ provide }) => provide),
    };
  }

  /** Requests are taken while the read models are still being built; they wait a while, then are told so. */
  onApplicationBootstrap(): void {
    const { readModels, store } = this.held;
    void readModels.start(undefined, (problem) => {
      tellOf(problem);
      if (problem?.code === 'STORE_DAMAGED') store.foundDamaged(new StoreDamaged('the read models stopped before it'));
    });
    void store.check?.result.then((damage) => {
      if (damage === null) return;
      tellOfDamage(damage);
      store.foundDamaged(damage);
    });
  }

  /** Comes before the server answers what is under way: reads that wait for a token would outlast that. */
  beforeApplicationShutdown(): void {
    this.held.readModels.cancelWaits();
  }

  /**
   * Comes after the server has answered what was under way. Read models that wait for a store that hangs end with it, so that they
   * are not waited for in vain.
   */
  async onApplicationShutdown(): Promise<void> {
    const { readModels, store, folder } = this.held;
    const stopped = readModels.stop();
    await Promise.race([stopped, sleep(STOP_MS, undefined, { ref: false })]);
    await store.close();
    await stopped;
    folder.release();
  }
}
