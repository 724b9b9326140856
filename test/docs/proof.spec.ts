/** Runs the walk of docs/proof.md, command by command, and compares what is shown below each (`npm run docs` writes it). */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/command-line.js';
import { Service } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const root = join(import.meta.dirname, '../..');
const BLOCK = /```sh\n([\s\S]*?)\n```\n(?:\n```\n([\s\S]*?)\n```\n)?/g;

const importDemonstration = async (data: string): Promise<void> => {
  const { code, err } = await runCli(['demo', '--once', '--data', data]);
  if (code !== 0) throw new Error(`the demonstration was not imported: ${err}`);
};

let folder: TemporaryFolder;
let service: Service;
const register = (): string => service.data;
beforeAll(async () => {
  folder = await temporaryFolder();
  symlinkSync(join(root, 'verify'), join(folder.path, 'verify'));
  service = await Service.start({}, {}, importDemonstration);
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
  const path = join(root, 'docs/proof.md');
  let page = readFileSync(path, 'utf8');
  const walk = page.slice(page.indexOf('## A walk'), page.indexOf('## What is found'));
  const shown: string[] = [];
  const answered: string[] = [];
  let isServed = false;
  for (const [block, script = '', answer = ''] of walk.matchAll(BLOCK)) {
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
    const verdicts = await bash(run);
    shown.push(answer);
    answered.push(verdicts);
    if (answer !== '') page = page.replace(block, () => block.replace(`\n${answer}\n`, () => `\n${verdicts}\n`));
  }
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, page);
  else expect(answered).toEqual(shown);
  expect(answered.length).toBeGreaterThan(4);
});
