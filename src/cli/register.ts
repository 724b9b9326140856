/** A register opened for a command, without serving it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { NestFactory } from '@nestjs/core';
import { AppModule, DATA_FOLDER } from '../app.module.js';
import { CLOCK, type Clock } from '../domain/clock.js';
import { DataFolderInUse, type DataFolder } from '../event-store/data-folder.js';
import { StoreDamaged } from '../event-store/port.js';
import { ReadModels } from '../read-models/read-models.js';
import type { Register } from '../register-files/recorder.js';
import type { Settings } from '../settings.js';
import type { Context } from './context.js';
import { CannotRun } from './exit.js';
import { tellModes } from './folder.js';
import { logFileOf } from './log.js';
import { rehearse } from './rehearsal.js';
import { gauge } from './terminal.js';

export interface OpenRegister extends Register {
  readonly readModels: ReadModels;
}

/**
 * Opens the register of these settings, waits until its read models have come to the end of the log, and closes it after
 * use. Throws what stands in the way of opening it, and the signal's reason where it aborts meanwhile.
 */
export const withRegister = async <R>(
  settings: Settings,
  context: Pick<Context, 'err' | 'signal'>,
  use: (register: OpenRegister) => Promise<R>,
): Promise<R> => {
  const app = await NestFactory.createApplicationContext(AppModule.forSettings(settings), {
    abortOnError: false,
    logger: false,
  });
  try {
    tellModes(app.get<DataFolder>(DATA_FOLDER), context);
    const readModels = app.get(ReadModels);
    await catchUp(readModels, context);
    const today = app.get<Clock>(CLOCK).today();
    return await use({ commands: app.get(CommandBus), queries: app.get(QueryBus), today, readModels });
  } finally {
    await app.close();
  }
};

/** The same to read from only: a copy of the register where another process has it, a service for example. */
export const withRegisterToRead = async <R>(
  settings: Settings,
  context: Pick<Context, 'err' | 'signal'>,
  use: (register: OpenRegister) => Promise<R>,
): Promise<R> => {
  if (settings.store === 'sqlite') logFileOf(settings);
  try {
    return await withRegister(settings, context, use);
  } catch (error) {
    if (!(error instanceof DataFolderInUse)) throw error;
    return rehearse(settings, (copy) => withRegister(copy, context, use));
  }
};

const LOOK_EVERY_MS = 20;

/** The read models begin to follow the log when the application starts; those of another build are built first. */
const catchUp = async (readModels: ReadModels, { err, signal }: Pick<Context, 'err' | 'signal'>): Promise<void> => {
  const shown = gauge('read models, events taken in', err);
  for (;;) {
    signal.throwIfAborted();
    const { caughtUp, problem, position } = await readModels.readiness();
    if (problem?.code === 'STORE_DAMAGED') await tellDamage(readModels, problem.after);
    if (problem !== null) throw new CannotRun(`The read models cannot follow the log: ${problem.code}`);
    if (caughtUp) break;
    await sleep(LOOK_EVERY_MS);
    if (position > 0) shown.show(position, position, '');
  }
  shown.end();
};

/** Throws StoreDamaged with what is wrong with the log. */
const tellDamage = async (readModels: ReadModels, after: number): Promise<never> => {
  await readModels.checkLog();
  throw new StoreDamaged(`an event after position ${after}`);
};

type Progress = Parameters<NonNullable<Parameters<ReadModels['rebuild']>[0]>>[0];

/** Runs what builds read models, with its progress on the terminal. */
export const showing = async (
  label: string,
  err: Context['err'],
  build: (show: (progress: Progress) => void) => Promise<void>,
): Promise<void> => {
  let phase: string | undefined;
  let shown = gauge(label, err);
  await build((progress) => {
    if (phase !== progress.phase) {
      shown.end();
      shown = gauge(`${label}, ${progress.phase === 'reading' ? 'events read' : 'cases derived'}`, err);
      phase = progress.phase;
    }
    shown.show(progress.done, progress.of ?? progress.done, '');
  });
  shown.end();
};
