/** The commands, run in this process, each test in a new folder. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDataFolder } from '../../src/event-store/data-folder.js';
import { demoFile, fixture } from '../register-files/real-register.js';
import { runCli, runAbortedCli } from '../support/command-line.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'habeas-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => join(folder, name);

/** The files of a folder without SQLite's -wal and -shm files. */
const contentsOf = (path: string): object =>
  Object.fromEntries(
    readdirSync(path)
      .filter((name) => !/-(wal|shm)$/.test(name))
      .map((name) => [name, readFileSync(join(path, name)).toString('base64')]),
  );

const importInto = (data: string, ...words: readonly string[]) => runCli(['import', '--data', data, ...words]);
const DEFINITIONS = demoFile('register.json');
const BAD = fixture('register-bad.csv');

describe('habeas', () => {
  it('has help with examples for every command', async () => {
    const { code, out } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const word of ['serve', 'demo', '$ habeas import', 'Exit codes']) expect(out).toContain(word);
    for (const command of ['serve', 'demo', 'import', 'find', 'export', 'backup', 'restore', 'rebuild', 'replay']) {
      expect(out).toContain(`  ${command} `);
      const help = await runCli([command, '--help']);
      expect([help.code, help.out]).toEqual([0, expect.stringContaining('$ habeas ')]);
    }
  });

  it.each([
    ['an unknown command', ['bogus'], /unknown command 'bogus'/],
    ['an unknown option', ['serve', '--colour'], /unknown option '--colour'/],
    ['no files', ['import'], /missing required argument 'files'/],
    ['a port that is none', ['serve', '--port', 'http'], /HABEAS_PORT: expected a port/],
    ['a file that is not there', ['import', 'none.csv'], /none.csv .*FILE.NOT_READABLE/],
    ['a report of no known format', ['import', DEFINITIONS, '--report', 'wrong.txt'], /must end in .csv or .json/],
    ['a report where none can be', ['import', DEFINITIONS, '--report', '/none/wrong.csv'], /there is no folder \/none/],
  ])('prints an error without a stack: %s', async (_, words, message) => {
    const data = words[0] === 'bogus' ? [] : ['--data', inFolder('data')];
    const { code, err } = await runCli([...words, ...data]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('reports that another process uses the folder', async () => {
    const held = openDataFolder(inFolder('data'));
    const { code, err } = await importInto(inFolder('data'), DEFINITIONS);
    held.release();
    expect([code, err]).toEqual([2, expect.stringContaining('another process uses the data folder')]);
  });

  it('reports that the folder is a file', async () => {
    writeFileSync(inFolder('data'), '');
    const { code, err } = await importInto(inFolder('data'), DEFINITIONS);
    expect(code).toBe(2);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

describe('habeas import', () => {
  it('imports, reports wrong rows on the terminal and in a file, and ends with 1', async () => {
    const data = inFolder('data');
    for (const name of ['wrong.csv', 'wrong.json']) {
      const { code, out, err } = await importInto(data, BAD, DEFINITIONS, '--report', inFolder(name));
      expect(code).toBe(1);
      expect(out).toMatch(/register-bad.csv +13 /);
      expect(err).toMatch(/register-bad.csv +12 +born +DATE.INVALID/);
      expect(out + err).not.toContain('19880');
    }
    const [header, ...lines] = readFileSync(inFolder('wrong.csv'), 'utf8').trim().split('\r\n');
    expect(header).toBe('file,row,column,code,expected');
    expect(lines).toHaveLength(13);
    const report = JSON.parse(readFileSync(inFolder('wrong.json'), 'utf8')) as { row: number }[];
    expect(report.map(({ row }) => row)).toEqual(lines.map((line) => Number(line.split(',')[1])));
    expect(await importInto(data, DEFINITIONS)).toMatchObject({ code: 0 });
  });

  it('ends with 2 where a file cannot be read, and records nothing', async () => {
    writeFileSync(inFolder('x.csv'), 'a,b\n');
    const { code, err, out } = await importInto(inFolder('data'), DEFINITIONS, inFolder('x.csv'));
    expect([code, err, out]).toEqual([2, expect.stringMatching(/x.csv +1 +FILE.UNKNOWN_KIND/), expect.anything()]);
    expect(await importInto(inFolder('data'), DEFINITIONS)).toMatchObject({ out: expect.stringMatching(/3 +3 +0 +0/) });
  });

  it('takes lines of JSON for events where they are none of a log, and records nothing in a dry run', async () => {
    const data = inFolder('data');
    const sources = [{ kind: 'press', citation: 'synthetic' }];
    const names = [{ text: 'Anar Sınaqov', script: 'Latn', language: 'az', kind: 'full' }];
    const lines = [
      { type: 'opened', names, references: [{ list: 'union', reference: 'N-1' }], sources },
      { type: 'arrested', case: { list: 'union', reference: 'N-1' }, occurredOn: '2024-02', sources },
    ];
    writeFileSync(inFolder('events.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const dry = await importInto(data, inFolder('events.ndjson'), DEFINITIONS, '--dry-run');
    expect([dry.code, dry.out]).toEqual([0, expect.stringMatching(/events.ndjson +2 +2 +0 +0/)]);
    expect(existsSync(data)).toBe(false);
    for (const counts of [/events.ndjson +2 +2 +0 +0/, /events.ndjson +2 +0 +2 +0/]) {
      const { code, out } = await importInto(data, inFolder('events.ndjson'), DEFINITIONS);
      expect([code, out]).toEqual([0, expect.stringMatching(counts)]);
    }
  });

  it('checks everything in a dry run, against the register and against each other, and records nothing', async () => {
    const data = inFolder('data');
    const dry = await importInto(data, DEFINITIONS, fixture('register-uncertain.csv'), '--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.out).toMatch(/register-uncertain.csv +5 +5 +0 +0/);
    expect(dry.out).toContain('nothing was recorded');
    expect(existsSync(data)).toBe(false);
    await importInto(data, DEFINITIONS, fixture('register-uncertain.csv'));
    const before = contentsOf(data);
    const again = await importInto(data, DEFINITIONS, fixture('register-uncertain.csv'), BAD, '--dry-run');
    expect(again.code).toBe(1);
    expect(again.out).toMatch(/register-uncertain.csv +5 +0 +5 +0/);
    expect(again.out).toMatch(/register-bad.csv +13 +2 +0 +11/);
    expect(contentsOf(data)).toEqual(before);
    const real = await importInto(data, BAD);
    expect(real.out).toMatch(/register-bad.csv +13 +2 +0 +11/);
  });

  it('stops on a signal, and continues when run again', async () => {
    const data = inFolder('data');
    const words = ['import', '--data', data, DEFINITIONS, demoFile('new-cases-2026-01-05.csv')];
    const stopped = await runCli(words, ({ err }) => err.includes('register.json'));
    expect([stopped.code, stopped.out]).toEqual([130, expect.stringContaining('goes on where this one ended')]);
    expect(await runCli(words)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/new-cases-2026-01-05.csv +27 +(26 +1|27 +0) /),
    });
  });
});

it('rebuilds', async () => {
  const data = inFolder('data');
  await importInto(data, DEFINITIONS, fixture('register-uncertain.csv'));
  const { code, out } = await runCli(['rebuild', '--data', data]);
  expect([code, out]).toEqual([0, expect.stringMatching(/rebuilt from \d\d events/)]);
  expect(await importInto(data, fixture('register-uncertain.csv'))).toMatchObject({ code: 0 });
  expect(await runAbortedCli(['rebuild', '--data', data])).toMatchObject({ code: 130, err: 'Stopped.\n' });
});

describe('habeas demo', () => {
  it('imports, shows and serves the demonstration, and exits with 0 when stopped', async () => {
    const data = inFolder('demo');
    const stopped = await runCli(['demo', '--data', data], ({ err }) => err.includes('register-2025'));
    expect(stopped.code).toBe(0);
    expect(stopped.out).toContain('Stopped.');

    const once = await runCli(['demo', '--data', data, '--once']);
    expect(once.code).toBe(0);
    expect(once.err.split('\n').at(-2)).toMatch(/10\/10/);
    for (const line of [
      /Believers +206/,
      /together +367/,
      /2025-10-07 +392 +27 +52 +367 +amnesty 52/,
      /2026-02-06 +AZ-0019/,
      /not reached by 2026-04-22: 355/,
      /The headline of the article +left union by pardon.* at least 51 +0 +differs by -51: .*52 left \(amnesty 52\)/,
      /The authorities .* nobody +367 +differs by \+367/,
      /Of 62 numbers in published editions of the list, the register counts 62 likewise/,
      /amnestied/,
    ])
      expect(once.out).toMatch(line);

    // The latest entries and exits come first, those of one day in reverse order of names.
    expect([...once.out.matchAll(/^ {2}2026-01-05 +(AZ-\d+)/gm)].map(([, reference]) => reference)).toEqual(
      ['0455', '0448', '0445', '0466', '0470', '0016', '0062', '0072', '0032', '0067'].map((number) => `AZ-${number}`),
    );

    let answer: Promise<unknown> | undefined;
    const served = await runCli(['demo', '--data', data, '--port', '0'], ({ out }, stop) => {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
      if (url !== undefined)
        answer ??= fetch(`${url}/v1/lists/union/members?limit=1`)
          .then((response) => response.json())
          .finally(stop);
      return false;
    });
    expect(served.code).toBe(0);
    expect(served.out).toMatch(/register-2025-10-07.csv +444 +0 +444 +0/);
    expect(await answer).toMatchObject({ asOf: '2026-01-05', total: { yes: 367 } });
  });

  it('reports that its port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = String((server.address() as AddressInfo).port);
    const { code, err } = await runCli(['serve', '--data', inFolder('data'), '--port', port]);
    server.close();
    expect([code, err]).toEqual([2, expect.stringContaining('the port is taken')]);
  });

  it('refuses the folder of a real register', async () => {
    await importInto(inFolder('data'), DEFINITIONS);
    const { code, err } = await runCli(['demo', '--once', '--data', inFolder('data')]);
    expect([code, err]).toEqual([2, expect.stringContaining('no folder of a demonstration')]);
  });
});
