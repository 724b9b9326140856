/** Runs the walk of docs/proof.md, command by command, and compares what is shown below each. */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { copyDemonstration } from '../support/demonstration.js';
import { Service } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const root = join(import.meta.dirname, '../..');
const BLOCK = /```sh\n([\s\S]*?)\n```\n(?:\n```\n([\s\S]*?)\n```\n)?/g;
/** The number of events is that of the demonstration, which may change. */
const masked = (text: string): string => text.replace(/\b\d{4}\b/g, '…').trimEnd();

let folder: TemporaryFolder;
let service: Service;
const register = (): string => service.data;
beforeAll(async () => {
  folder = await temporaryFolder();
  symlinkSync(join(root, 'verify'), join(folder.path, 'verify'));
  service = await Service.start({}, {}, copyDemonstration);
  await service.stop();
});
afterAll(async () => {
  await service.remove();
  await folder.remove();
});

/** What the verifier says, without the messages and the progress of the register's own commands. */
const isVerdict = (line: string): boolean => /^(Yes|No|It could not be checked): /.test(line);

const bash = (script: string): Promise<string> =>
  new Promise((resolve) => {
    const habeas = `habeas() { node ${join(root, 'dist/bundle/cli.js')} "$@"; }`;
    execFile(
      'bash',
      ['--norc', '-c', `${habeas}\n${script}`],
      { cwd: folder.path, env: { PATH: process.env['PATH'] } },
      (_, stdout, stderr) => resolve((stdout + stderr).split('\n').filter(isVerdict).join('\n')),
    );
  });

it('every command of the walk says what the page shows', async () => {
  const page = readFileSync(join(root, 'docs/proof.md'), 'utf8');
  const walk = page.slice(page.indexOf('## A walk'), page.indexOf('## What is found'));
  const shown: string[] = [];
  const answered: string[] = [];
  let isServed = false;
  for (const [, script = '', answer = ''] of walk.matchAll(BLOCK)) {
    if (script === 'habeas demo') {
      await service.restart();
      isServed = true;
      continue;
    }
    // The demonstration is imported already.
    const run = script
      .replace('habeas demo --once\n', '')
      .replaceAll('data-demo', register())
      .replaceAll('http://127.0.0.1:3000', isServed ? service.url : 'http://127.0.0.1:3000');
    shown.push(masked(answer));
    answered.push(masked(await bash(run)));
  }
  expect(answered).toEqual(shown);
  expect(answered.length).toBeGreaterThan(4);
});
