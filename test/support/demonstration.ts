/** The demonstration register as a data folder. Its import takes seconds: it is done once in a run of Jest, and copied. */
import { cpSync, existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { dataFilePaths } from '../../src/event-store/data-folder.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { DEFINITIONS, openRealRegister, REGISTER_FILES, type RealRegister } from '../register-files/real-register.js';
import { runCli } from './command-line.js';
import { until } from './until.js';

/** Shared by the workers of this run (make-run-folder.mjs). */
const shared = (name: string): string => join(process.env['TEST_RUN_FOLDER'] as string, name);

/** Copies a data folder with the whole demonstration, known on 5 January 2026, to `data`, where nothing is yet. */
export const copyDemonstration = async (data: string): Promise<void> => {
  const imported = shared('demonstration');
  await until(() => existsSync(imported) || importOnce(imported));
  cpSync(imported, data, { recursive: true });
};

/** The demonstration in a folder that does not exist yet, with today fixed. */
export const openDemonstration = async (data: string, { findsDuplicates = false } = {}): Promise<RealRegister> => {
  await copyDemonstration(data);
  const { events, readModels } = dataFilePaths(data);
  return openRealRegister(createSqliteStore({ file: events }), { findsDuplicates, readModelsFile: readModels });
};

/** Imports into `folder`; false where another worker does that. */
const importOnce = async (folder: string): Promise<boolean> => {
  const lock = `${folder}.lock`;
  try {
    mkdirSync(lock);
  } catch {
    return false;
  }
  try {
    const part = `${folder}.part`;
    const { code, err } = await runCli(['import', '--data', part, DEFINITIONS, ...REGISTER_FILES]);
    if (code !== 0) throw new Error(`the demonstration was not imported: ${err}`);
    renameSync(part, folder);
    return true;
  } finally {
    rmdirSync(lock);
  }
};
