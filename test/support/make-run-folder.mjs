/** Makes a folder that the workers of a run of Jest share; they inherit its path. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default () => {
  process.env.TEST_RUN_FOLDER = mkdtempSync(join(tmpdir(), 'habeas-run-'));
};
