import Database from '../../src/sqlite/database.js';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JobFile } from '../../src/jobs/job-file.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(() => folder.remove());

const path = () => join(folder.path, 'jobs.sqlite');
const JOB = { id: 'j', kind: 'greet', parameters: { to: 'a' }, startedAt: '2026-01-05T10:00:00.000Z' };

describe('the file of the jobs', () => {
  it('has what was stored when it is opened again, and is for its owner only', () => {
    const file = JobFile.open(path());
    file.add(JOB);
    file.save('j', { stage: 'greeted', done: 1, total: 2 }, [
      { no: 1, subject: 'a', caseId: 'c', codes: ['A.B', 'C.D'] },
    ]);
    file.close();
    const again = JobFile.open(path());
    expect(again.get('j')).toEqual({
      ...JOB,
      state: 'running',
      progress: { stage: 'greeted', done: 1, total: 2 },
      error: null,
      endedAt: null,
    });
    expect(again.items('j')).toEqual([{ no: 1, subject: 'a', caseId: 'c', codes: ['A.B', 'C.D'] }]);
    again.close();
    expect(statSync(path()).mode & 0o077).toBe(0);
  });

  it('stores a step once, however often it is saved', () => {
    const file = JobFile.open(path());
    file.add(JOB);
    const item = { no: 1, subject: 'a', caseId: null, codes: [] };
    for (const done of [1, 1]) file.save('j', { stage: 'greeted', done, total: null }, [item]);
    expect(file.items('j')).toEqual([item]);
    file.close();
  });

  it.each([
    ['no database', () => writeFileSync(path(), 'not a database, but long enough to be read as one'.repeat(100))],
    [
      'of a later version',
      () => {
        const db = new Database(path());
        db.pragma('user_version = 99');
        db.close();
      },
    ],
    [
      'one with tables that are not ours',
      () => {
        const db = new Database(path());
        db.exec('CREATE TABLE jobs (n)');
        db.close();
      },
    ],
  ])('is set aside and begun anew where it is %s', (_, make) => {
    make();
    const file = JobFile.open(path());
    expect(file.all()).toEqual([]);
    file.add(JOB);
    file.close();
    expect(existsSync(`${path()}.unusable`)).toBe(true);
  });
});
