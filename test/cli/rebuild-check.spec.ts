/** `habeas rebuild --check`: the read models in use against those that the log gives. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from '../../src/sqlite/database.js';
import { demoFile, fixture } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
let data: string;
const check = (...args: string[]) => runCli(['rebuild', '--check', '--data', data, ...args]);

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
  const files = [demoFile('register.json'), fixture('register-uncertain.csv')];
  expect((await runCli(['import', '--data', data, ...files])).code).toBe(0);
});
afterAll(() => folder.remove());

it('finds every row of an untouched file equal, and leaves no second file', async () => {
  expect(await check()).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^\d+ rows compared.*the log gives the same/),
  });
  expect(readdirSync(data).filter((name) => name.includes('.check'))).toEqual([]);
});

it('stops on a signal, and leaves no second file', async () => {
  const stopped = await runCli(['rebuild', '--check', '--data', data], ({ err }) => err.includes('events read'));
  expect(stopped.code).toBe(130);
  expect(readdirSync(data).filter((name) => name.includes('.check'))).toEqual([]);
});

it('names tables and cases of rows that differ, never their cells; a rebuild mends them', async () => {
  const db = new Database(join(data, 'read-models.sqlite'));
  const caseId = db.prepare('SELECT id FROM cases WHERE no = 1').pluck().get() as string;
  const changed = db
    .prepare(
      'UPDATE periods SET known_from = known_from + 1 WHERE rowid = (SELECT min(rowid) FROM periods WHERE case_no = 1)',
    )
    .run().changes;
  const gone = db.prepare('DELETE FROM facets WHERE rowid = (SELECT min(rowid) FROM facets)').run().changes;
  db.close();
  expect([changed, gone]).toEqual([1, 1]);
  const { code, out } = await check();
  expect([code, out]).toEqual([4, expect.stringContaining(': 3 differ')]);
  expect(out).toMatch(new RegExp(`periods +${caseId} +live`));
  expect(out).toMatch(/facets +\S+ +rebuilt/);
  expect((await check()).code).toBe(4);
  expect((await runCli(['rebuild', '--data', data])).code).toBe(0);
  expect((await check()).code).toBe(0);
});

it('refuses --accept-log beside --check', async () => {
  expect(await check('--accept-log')).toMatchObject({ code: 2, err: expect.stringContaining('--check') });
});
