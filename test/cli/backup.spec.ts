/** A log that lost its end is consistent in itself; only read models and earlier backups show the loss, which every command reports. */
import Database from '../../src/sqlite/database.js';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { demoFile, fixture } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { newEvents, newStreamName } from '../support/new-events.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let data: string;
const at = (name: string): string => join(folder.path, name);
beforeEach(async () => {
  folder = await temporaryFolder();
  data = at('data');
  mkdirSync(at('backups'));
  const words = ['import', '--data', data, demoFile('register.json'), fixture('register-uncertain.csv')];
  expect(await runCli(words)).toMatchObject({ code: 0 });
});
afterEach(() => folder.remove());

const onLog = (...sql: readonly string[]): void => {
  const db = new Database(join(data, 'events.sqlite'));
  for (const statement of sql) db.exec(statement);
  db.close();
};
const LAST = '(SELECT max(position) FROM events)';
/** The position of a case's only event: without it, no stream has a gap. */
const ALONE = '(SELECT max(position) FROM events GROUP BY stream HAVING count(*) = 1 ORDER BY 1 LIMIT 1)';

/** Ways to remove events that leave a consistent log. */
const losses: readonly (readonly [string, () => Promise<void> | void])[] = [
  ['its last row', () => onLog(`DELETE FROM events WHERE position = ${LAST}`)],
  [
    'a row, the later ones renumbered',
    () =>
      onLog(
        `CREATE TEMP TABLE gone AS SELECT ${ALONE} AS position`,
        'DELETE FROM events WHERE position = (SELECT position FROM gone)',
        'UPDATE events SET position = -position WHERE position > (SELECT position FROM gone)',
        'UPDATE events SET position = -position - 1 WHERE position < 0',
      ),
  ],
  ['all its rows', () => onLog('DELETE FROM events', 'DELETE FROM streams')],
];

describe('a backup of a log that lost', () => {
  it.each(losses)('%s is detected by the read models, kept, and exits with 3', async (_, lose) => {
    await lose();
    const { code, out } = await runCli(['backup', at('backup'), '--data', data]);
    expect([code, out]).toEqual([3, expect.stringMatching(/whole as far as it goes.*[^]*BUT the log .*read models/)]);
    expect(existsSync(at('backup'))).toBe(true);
  });

  it.each(losses)('%s is detected by the earlier backup in the folder', async (_, lose) => {
    expect(await runCli(['backup', at('backups'), '--data', data])).toMatchObject({ code: 0 });
    await lose();
    rmSync(join(data, 'read-models.sqlite'));
    const { code, out } = await runCli(['backup', at('backups/later'), '--data', data]);
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/BUT it is shorter than the backup habeas-.*\.sqlite, which/),
    ]);
  });

  it.each(losses)('%s is detected by the backup given by --previous, also without its manifest', async (_, lose) => {
    expect(await runCli(['backup', at('before'), '--data', data])).toMatchObject({ code: 0 });
    rmSync(at('before.json'));
    await lose();
    rmSync(join(data, 'read-models.sqlite'));
    const { code, out } = await runCli(['backup', at('backups'), '--previous', at('before'), '--data', data]);
    expect([code, out]).toEqual([3, expect.stringContaining('BUT it is shorter than the backup before, which')]);
  });

  it('its write-ahead log after a kill', async () => {
    const store = createSqliteStore({ file: join(data, 'events.sqlite') });
    await store.append(newStreamName(), 'no-stream', newEvents(2));
    expect(await runCli(['backup', at('backups'), '--data', data])).toMatchObject({ code: 0 });
    mkdirSync(at('killed'));
    copyFileSync(join(data, 'events.sqlite'), at('killed/events.sqlite'));
    await store.close();
    const { code, out } = await runCli(['backup', at('backups/later'), '--data', at('killed')]);
    expect([code, out]).toEqual([3, expect.stringContaining('BUT it is shorter than the backup')]);
  });
});

it('a backup of a log with a changed event reports it', async () => {
  expect(await runCli(['backup', at('backups'), '--data', data])).toMatchObject({ code: 0 });
  onLog('UPDATE events SET recorded_at = recorded_at + 1 WHERE position = 2');
  const { code, out, err } = await runCli(['backup', at('backups/later'), '--data', data]);
  expect([code, out]).toEqual([3, '']);
  expect(err).toContain('revision 1: it is not what its leaf hash was made of');
});

it('a longer log matches the newest backup', async () => {
  expect(await runCli(['backup', at('backups/one'), '--data', data])).toMatchObject({ code: 0 });
  const store = createSqliteStore({ file: join(data, 'events.sqlite') });
  await store.append(newStreamName(), 'no-stream', newEvents(2));
  await store.close();
  expect(await runCli(['backup', at('backups/two'), '--data', data])).toMatchObject({ code: 0 });
});

it('a restore of a backup that lacks events reports it again', async () => {
  onLog(`DELETE FROM events WHERE position = ${LAST}`);
  await runCli(['backup', at('backup'), '--data', data]);
  const { code, out } = await runCli(['restore', at('backup'), '--data', at('restored')]);
  expect([code, out]).toEqual([3, expect.stringMatching(/BUT the log has lost its end[^]*The register is in/)]);
  expect(readFileSync(at('restored/events.sqlite'))).toEqual(readFileSync(at('backup')));
});
