/** Opens a register for one command, without the HTTP server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { AppModule, DATA_FOLDER } from '../app.module.js';
import { ApplyInstrument } from '../commands/apply-instrument.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import { DataFolderInUse, type DataFolder } from '../event-store/data-folder.js';
import { StoreDamaged } from '../event-store/port.js';
import { DurableJobs } from '../jobs/durable-jobs.js';
import { ReadModels } from '../read-models/read-models.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { printFolderNotices } from './folder.js';
import { requireLogFile } from './log.js';
import { withRegisterCopy } from './register-copy.js';
import { progressBar } from './terminal.js';

export interface OpenRegister extends RegisterAccess {
  readonly readModels: ReadModels;
  readonly jobs: DurableJobs;
  readonly applications: ApplyInstrument;
}

/**
 * Opens a register, waits until its read models have reached the end of the log, and closes it after use. Throws errors of opening
 * it, and the signal's reason if it aborts meanwhile.
 */
export const withRegister = async <R>(
  settings: Settings,
  context: Pick<Context, 'err' | 'signal'>,
  work: (register: OpenRegister) => Promise<R>,
): Promise<R> => {
  const app = await NestFactory.createApplicationContext(AppModule.forSettings(settings), {
    abortOnError: false,
    logger: false,
  });
  try {
    printFolderNotices(app.get<DataFolder>(DATA_FOLDER), context);
    const readModels = app.get(ReadModels);
    await waitUntilCaughtUp(readModels, context);
    const today = app.get<Clock>(CLOCK).today();
    return await work({
      commands: app.get(CommandBus),
      queries: app.get(QueryBus),
      today,
      readModels,
      jobs: app.get(DurableJobs),
      applications: app.get(ApplyInstrument),
    });
  } finally {
    await app.close();
  }
};

/** For reading only: uses a copy of the register where another process, such as the service, has it open. */
export const withRegisterToRead = async <R>(
  settings: Settings,
  context: Pick<Context, 'err' | 'signal'>,
  work: (register: OpenRegister) => Promise<R>,
): Promise<R> => {
  if (settings.store === 'sqlite') requireLogFile(settings);
  try {
    return await withRegister(settings, context, work);
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    return withRegisterCopy(settings, context, (copy) => withRegister(copy, context, work));
  }
};

const POLL_MS = 20;

/** Waits for the projection, which AppModule has started; it may first rebuild read models of another version. */
const waitUntilCaughtUp = async (
  readModels: ReadModels,
  { err, signal }: Pick<Context, 'err' | 'signal'>,
): Promise<void> => {
  const progress = progressBar('read models, events projected', err);
  for (;;) {
    signal.throwIfAborted();
    const { caughtUp, problem, position } = await readModels.readiness();
    if (problem?.code === 'STORE_DAMAGED') await throwDamage(readModels, problem.after);
    if (problem !== null) throw new CannotRun(`The read models cannot follow the log: ${problem.code}`);
    if (caughtUp) break;
    await sleep(POLL_MS);
    if (position > 0) progress.update(position, position, '');
  }
  progress.end();
};

/** Throws StoreDamaged, with the details if the check of the log finds them. */
const throwDamage = async (readModels: ReadModels, after: number): Promise<never> => {
  await readModels.checkLog();
  throw new StoreDamaged(`an event after position ${after}`);
};
