/** Round trips of the log through export and import, and exports of lists. */
import { parse } from 'csv-parse/sync';
import { streamXlsxRows } from 'hucre/xlsx';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataFilePaths, openDataFolder } from '../../src/event-store/data-folder.js';
import { readSettings } from '../../src/settings.js';
import { withRegister, type OpenRegister } from '../../src/cli/register.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { COUNTED_BY, MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { ReadLog } from '../../src/read-models/history/read-log.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import { Instruments } from '../../src/read-models/definitions/instruments.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { Lists } from '../../src/read-models/definitions/lists.query.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import { SORTS } from '../../src/read-models/list/paging.js';
import { DEFINITIONS, fixture } from '../register-files/real-register.js';
import { runCli, runAbortedCli } from '../support/command-line.js';
import { copyDemonstration } from '../support/demonstration.js';
import { effort } from '../support/effort.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { NOW, scopeOf } from '../support/scopes.js';

const TODAY = '2026-01-05';
let folder: TemporaryFolder;
let data: string;
/** The answers of the imported register, which no test changes. */
let original: string;
const at = (name: string): string => join(folder.path, name);

/** The demonstration, cases with uncertain dates, and a name that looks like a formula; its log, and more than one batch of it. */
beforeAll(async () => {
  folder = await temporaryFolder();
  data = at('data');
  await copyDemonstration(data);
  const files = [fixture('register-uncertain.csv'), fixture('register-bad.csv')];
  expect((await runCli(['import', '--data', data, ...files])).code).toBe(1);
  expect((await runCli(['export', '--data', data, '--out', at('log.ndjson')])).code).toBe(0);
  const lines = readFileSync(at('log.ndjson'), 'utf8').split('\n').slice(0, 700);
  writeFileSync(at('beginning.ndjson'), lines.map((line) => `${line}\n`).join(''));
  original = await answers(data);
});
afterAll(() => folder.remove());

const eventsIn = (file: string): number => readFileSync(file, 'utf8').trim().split('\n').length;

/** One case in so many is asked for by itself, with its history. */
const EVERY = effort(6, 1);

/** The results of all queries, for every page and some cases, as one text. */
const answers = (data: string): Promise<string> => {
  const settings = readSettings({ HABEAS_DATA: data, HABEAS_TODAY: TODAY });
  const silent = { err: { write: () => true } as never, signal: new AbortController().signal };
  return withRegister(settings, silent, async ({ queries }: OpenRegister) => {
    const results: unknown[] = [];
    const page = { limit: 500 };
    const all = await queries.execute(new Cases(NOW, { filters: {}, page }));
    for (const { caseId: id } of all.items.filter((_, index) => index % EVERY === 0)) {
      results.push(await queries.execute(new OneCase(NOW, id)));
      results.push(await queries.execute(new History(NOW, { subject: { kind: 'case', id }, after: 0, limit: 500 })));
    }
    for (const asOf of ['2024-02-15', '2025-10-07', TODAY]) {
      for (const sort of SORTS) {
        results.push(
          await queries.execute(new ListMembers(scopeOf({ asOf }), 'union', { filters: {}, page: { ...page, sort } })),
        );
        results.push(await queries.execute(new Cases(scopeOf({ asOf }), { filters: {}, page: { ...page, sort } })));
      }
      for (const by of COUNTED_BY)
        results.push(await queries.execute(new MemberCounts(scopeOf({ asOf }), 'union', { by, filters: {} })));
      results.push(await queries.execute(new Movements(NOW, 'union', { from: '2024-01-01', to: asOf, limit: 1_000 })));
    }
    results.push(await queries.execute(new Lists(NOW)), await queries.execute(new Instruments(NOW)));
    for await (const batch of await queries.execute(new ReadLog(NOW, { after: 0 }))) results.push(batch);
    expect(all.next).toBeNull();
    expect(results.length).toBeGreaterThan(900 / EVERY);
    return JSON.stringify(results);
  });
};

describe('the log', () => {
  it('exported, deleted and imported gives an equal register: the same result for every query', async () => {
    expect(original).toContain(JSON.stringify('=HYPERLINK("http://127.0.0.1/x","Sınaqov")'));
    rmSync(data, { recursive: true });
    const { code, out } = await runCli(['import', '--data', data, at('log.ndjson')]);
    const count = eventsIn(at('log.ndjson'));
    expect([code, out]).toEqual([0, `${count} events stand as in the file, ${count} of them new.\n`]);
    expect(await answers(data)).toBe(original);
  });

  it('exported again to standard output is the same file', async () => {
    const { code, out } = await runCli(['export', '--data', data]);
    expect([code, out === readFileSync(at('log.ndjson'), 'utf8')]).toEqual([0, true]);
  });

  it('is exported while another process writes, into a file with mode 600', async () => {
    const held = openDataFolder(data);
    expect((await runCli(['export', '--data', data, '--out', at('again.ndjson')])).code).toBe(0);
    held.release();
    expect(statSync(at('again.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('import continues where it was stopped', async () => {
    const count = eventsIn(at('beginning.ndjson'));
    const words = ['import', '--data', at('slow'), at('beginning.ndjson')];
    const stopped = await runAbortedCli(words);
    expect([stopped.code, stopped.out]).toEqual([130, expect.stringContaining('goes on where this one ended')]);
    const { out } = await runCli(words);
    expect(out).toMatch(new RegExp(`^${count} events stand as in the file`));
  });

  it('is refused by a register with other events, which stays unchanged', async () => {
    await runCli(['import', '--data', at('other'), DEFINITIONS]);
    const { code, err } = await runCli(['import', '--data', at('other'), at('log.ndjson')]);
    expect([code, err]).toEqual([2, expect.stringMatching(/^The log cannot be copied there: position 1: /m)]);
    expect((await runCli(['export', '--data', at('other')])).out.trim().split('\n').length).toBeLessThan(30);
  });

  it('is imported without other files, and a dry run creates nothing', async () => {
    const both = await runCli(['import', '--data', at('new'), DEFINITIONS, at('log.ndjson')]);
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('imported alone')]);
    const dry = await runCli(['import', '--data', at('new'), '--dry-run', at('beginning.ndjson')]);
    expect([dry.code, dry.out]).toEqual([0, expect.stringMatching(/A dry run: nothing was recorded\.\n$/)]);
    expect(existsSync(at('new'))).toBe(false);
  });

  it('that is damaged is reported with its line', async () => {
    const lines = readFileSync(at('log.ndjson'), 'utf8').split('\n');
    writeFileSync(at('damaged.ndjson'), [...lines.slice(0, 2), lines[2]?.slice(0, -9), ...lines.slice(3)].join('\n'));
    const { code, err } = await runCli(['import', '--data', at('damaged'), at('damaged.ndjson')]);
    expect([code, err]).toEqual([2, expect.stringMatching(/line 3: no JSON object/)]);
  });
});

describe('a list', () => {
  it('is written as CSV with filters, and the message names what it leaves out', async () => {
    const words = ['export', '--data', data, '--format', 'csv', '--as-of', '2026-01-05'];
    const filtered = await runCli([...words, '--category', 'believers', '--stage', 'convicted', '--out', at('b.csv')]);
    expect([filtered.code, filtered.out]).toEqual([
      0,
      expect.stringMatching(/people of union on 2026-01-05.*\nNot in the file: .*sources/s),
    ]);
    const [header, ...rows] = parse(readFileSync(at('b.csv')), { bom: true });
    expect(header?.slice(0, 3)).toEqual(['ref', 'name', 'category']);
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map((row) => row[2]))).toEqual(new Set(['believers']));
    const whole = await runCli(words);
    expect(whole.out.trim().split('\r\n').length).toBeGreaterThan(rows.length + 100);
    expect(whole.err).toContain('Not in the file');
    expect(whole.out).toContain(`BAD-09,"'=HYPERLINK(`);
  });

  it('is written as a workbook while another process has the register open', async () => {
    const held = openDataFolder(data);
    const { code } = await runCli(['export', '--data', data, '--format', 'xlsx', '--out', at('union.xlsx')]);
    held.release();
    expect(code).toBe(0);
    let rows = 0;
    for await (const _ of streamXlsxRows(readFileSync(at('union.xlsx')))) rows += 1;
    expect(rows).toBeGreaterThan(367);
    expect(readdirSync(data).filter((name) => name.startsWith('copy-'))).toEqual([]);
  });

  it('leaves no file when stopped', async () => {
    const words = ['export', '--data', data, '--format', 'csv', '--out', at('stopped.csv')];
    expect((await runAbortedCli(words)).code).toBe(130);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it.each([
    ['a filter of the log', ['--list', 'union'], /The log is exported whole; list is for/],
    ['a day that is none', ['--format', 'csv', '--as-of', '2026-02-30'], /--as-of: expected a day/],
    ['knowledge that is none', ['--format', 'csv', '--known-at', 'then'], /--known-at: expected a day, an instant/],
    ['knowledge to come', ['--format', 'csv', '--known-at', '2099-01-01'], /--known-at: expected today, or/],
    ['a list that was not defined then', ['--format', 'csv', '--known-at', 'position:0'], /There is no list union/],
    ['a filter that is none', ['--format', 'csv', '--custody', 'lost'], /--custody: expected /],
    [
      'a category that is none',
      ['--format', 'csv', '--category', 'believers', 'beleivers'],
      /--category: the list union has no category beleivers; it has .*believers/,
    ],
    ['a list that is none', ['--format', 'csv', '--list', 'nobody'], /There is no list nobody/],
    ['a format that is none', ['--format', 'pdf'], /Allowed choices are ndjson, csv, xlsx/],
  ])('is refused with %s', async (_, words, message) => {
    const { code, err } = await runCli(['export', '--data', data, ...words]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.each(['ndjson', 'csv'])('cannot be exported, nor can the log, without a register (%s)', async (format) => {
    const { code, err } = await runCli(['export', '--data', at('nowhere'), '--format', format]);
    expect([code, err]).toEqual([2, expect.stringContaining('There is no register in')]);
    expect(existsSync(at('nowhere'))).toBe(false);
  });
});

describe('backup and restore', () => {
  it('give an equal register', async () => {
    const held = openDataFolder(data);
    const backedUp = await runCli(['backup', folder.path, '--data', data]);
    held.release();
    expect([backedUp.code, backedUp.out]).toEqual([
      0,
      expect.stringMatching(
        /^\d+ events, each read and found whole; the last is [0-9a-f-]{36}\.\nSHA-256 [0-9a-f]{64}\n/,
      ),
    ]);
    const backup = /The backup is (\S+),/.exec(backedUp.out)?.[1] ?? '';
    const restored = await runCli(['restore', backup, '--data', at('restored')]);
    expect([restored.code, restored.out.split('\n')[0]]).toEqual([0, backedUp.out.split('\n')[0]]);
    expect(await answers(at('restored'))).toBe(original);
  });

  it('overwrite nothing, and leave nothing behind when they fail', async () => {
    await runCli(['backup', at('one.sqlite'), '--data', data]);
    const again = await runCli(['backup', at('one.sqlite'), '--data', data]);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('a backup overwrites nothing')]);
    const { events } = dataFilePaths(data);
    const before = readFileSync(events);
    const over = await runCli(['restore', at('one.sqlite'), '--data', data]);
    expect([over.code, over.err]).toEqual([2, expect.stringContaining('a restore overwrites nothing')]);
    expect(readFileSync(events).equals(before)).toBe(true);
    writeFileSync(at('letter'), 'a letter');
    const none = await runCli(['restore', at('letter'), '--data', at('unmade')]);
    expect([none.code, existsSync(at('unmade'))]).toEqual([3, false]);
    const stopped = await runAbortedCli(['restore', at('one.sqlite'), '--data', at('unmade')]);
    expect([stopped.code, existsSync(at('unmade'))]).toEqual([130, false]);
    const nowhere = await runCli(['backup', at('two.sqlite'), '--data', at('nowhere')]);
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('There is no register in')]);
    const missing = await runCli(['restore', at('missing.sqlite'), '--data', at('unmade')]);
    expect([missing.code, missing.err]).toEqual([2, expect.stringContaining('There is no backup')]);
  });
});
