/** A backup taken under 64 concurrent writers restores a prefix of the log that has every event acknowledged before the backup. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { record } from '../support/ask-again.js';
import { BuiltService, CLI } from '../support/built-service.js';
import { runCli } from '../support/command-line.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

const WRITERS = 64;

let folder: TemporaryFolder;
let service: BuiltService;
const at = (name: string): string => join(folder.path, name);
beforeAll(async () => {
  folder = await temporaryFolder();
  service = await BuiltService.start(at('data'));
});
afterAll(async () => {
  await service.stop();
  await folder.remove();
});

/** The events of a log, as lines of JSON. */
const logOf = async (data: string): Promise<readonly string[]> => {
  const { code, out } = await runCli(['export', '--data', data]);
  expect(code).toBe(0);
  return out.split('\n').filter((line) => line !== '');
};

test('a backup under 64 writers is a prefix of the log with everything acknowledged before it began', async () => {
  const acknowledged: string[] = [];
  let [onThousand, stop] = [(): void => undefined, false];
  const thousand = new Promise<void>((resolve) => (onThousand = resolve));
  const writers = Array.from({ length: WRITERS }, async () => {
    while (!stop) {
      const { body } = await record(service, '/v1/cases', { names: [latinName('Nümunə')], ...WITH_SOURCES });
      acknowledged.push(...(body['events'] as string[]));
      if (acknowledged.length >= 1_000) onThousand();
    }
  });
  await Promise.race([thousand, Promise.all(writers)]);

  const before = [...acknowledged];
  // A process of its own, as an operator runs it.
  const env = { PATH: process.env['PATH'] };
  await promisify(execFile)(process.execPath, [CLI, 'backup', at('backup'), '--data', at('data')], { env });
  const during = acknowledged.length - before.length;
  stop = true;
  await Promise.all(writers);

  expect(await runCli(['restore', at('backup'), '--data', at('restored')])).toMatchObject({ code: 0 });
  const all = await logOf(at('data'));
  const restoredLog = await logOf(at('restored'));

  expect(during).toBeGreaterThan(0);
  expect(restoredLog.length).toBeGreaterThanOrEqual(before.length);
  expect(restoredLog.length).toBeLessThan(all.length);
  expect(restoredLog.every((line, index) => line === all[index])).toBe(true);
  const ids = new Set(restoredLog.map((line) => (JSON.parse(line) as Loose)['id']));
  expect(before.filter((id) => !ids.has(id))).toEqual([]);
}, 300_000);
