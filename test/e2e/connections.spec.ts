/** How durable the connections of a running service are: those that are there, not those that the code means to open. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuiltService } from '../support/built-service.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const PRELOAD = join(import.meta.dirname, '../support/report-connections.cjs');
const [NORMAL, FULL] = [1, 2];

it('acknowledges by connections that flush every commit, and reads by connections that cannot write', async () => {
  const folder = await temporaryFolder();
  const reportsFolder = join(folder.path, 'reports');
  mkdirSync(reportsFolder);
  const service = await BuiltService.start(join(folder.path, 'data'), {
    environment: { NODE_OPTIONS: `--require ${PRELOAD}`, REPORT_CONNECTIONS_TO: reportsFolder },
  });
  /** Each connection as text, of all threads. */
  const connections = (): readonly string[] =>
    readdirSync(reportsFolder)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => JSON.parse(readFileSync(join(reportsFolder, name), 'utf8')) as object[])
      .map((connection) => JSON.stringify(connection))
      .sort();
  const wal = (file: string, synchronous: number, { readonly = false, query_only = 0 } = {}): string =>
    JSON.stringify({ file, readonly, journal_mode: 'wal', synchronous, query_only });
  const expected = [
    wal('events.sqlite', FULL),
    wal('events.sqlite', NORMAL, { readonly: true }),
    wal('jobs.sqlite', FULL),
    // What follows can be made anew from the log.
    wal('log-tiles.sqlite', NORMAL),
    wal('read-models.sqlite', NORMAL),
    wal('read-models.sqlite', NORMAL, { query_only: 1 }),
  ].sort();
  try {
    const isBuilding = (): boolean => connections().some((text) => text.includes('.building'));
    await until(async () => connections().length >= expected.length && !isBuilding());
    expect(connections()).toEqual(expected);
  } finally {
    await service.stop();
    await folder.remove();
  }
});
