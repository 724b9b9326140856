/** `habeas replay`, in a register of a few synthetic people. */
import { join } from 'node:path';
import { readFileSync, writeFileSync } from 'node:fs';
import { DEFINITIONS, REGISTER_FILES } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

let folder: TemporaryFolder;
const replay = (...args: string[]) => runCli(['replay', '--data', join(folder.path, 'data'), ...args]);

beforeAll(async () => {
  folder = await temporaryFolder();
  const [register = ''] = REGISTER_FILES;
  const few = join(folder.path, 'few.csv');
  writeFileSync(few, readFileSync(register, 'utf8').split('\n').slice(0, 4).join('\n'));
  const { code } = await runCli(['import', '--data', join(folder.path, 'data'), DEFINITIONS, few]);
  expect(code).toBe(0);
});
afterAll(() => folder.remove());

interface Line {
  readonly position: number;
  readonly event: { readonly type: string };
  readonly lists: readonly { readonly caseId: string }[];
  readonly totals: readonly { readonly list: string; readonly yes: number }[];
}
const linesOf = (out: string): readonly Line[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

it('shows every event with what it changed, and the totals of the lists as they grow', async () => {
  const { code, out, err } = await replay('--as-of', '2023-05-01');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(/^#1 \S+Z import:\S+: list-defined, list union, event \S+\n/);
  expect(out).toMatch(/: arrested of 2022-\d\d-\d\d, case \S+, event \S+\n {2}custody: unknown → detained from 2022-/);
  const totals = [...out.matchAll(/ now union (\d+) and 0 uncertain/g)].map(([, yes]) => Number(yes));
  expect(totals).toEqual([0, 1, 2, 3]);
});

it('writes an event a line, from one position to another', async () => {
  const all = linesOf((await replay('--format', 'ndjson')).out);
  const some = linesOf((await replay('--format', 'ndjson', '--from', '3', '--to', '7')).out);
  expect(some).toEqual(all.slice(2, 7));
  expect(all.map(({ position }) => position)).toEqual(all.map((_, at) => at + 1));
});

it('begins with the totals before the first event that it shows', async () => {
  const all = linesOf((await replay('--format', 'ndjson', '--as-of', '2023-05-01')).out);
  const recognised = all.find(({ totals }) => totals.some(({ yes }) => yes === 1));
  const { out } = await replay('--as-of', '2023-05-01', '--from', String((recognised?.position ?? 0) + 1));
  expect(out).toMatch(/^union 1 and 0 uncertain on 2023-05-01\n/);
});

it('shows one case alone', async () => {
  const { code, out } = await replay('--case', 'union:AZ-0001');
  expect(code).toBe(0);
  const cases = new Set([...out.matchAll(/, case (\S+), event/g)].map(([, id]) => id));
  expect(cases.size).toBe(1);
  expect(out).not.toContain(' now ');
});

it.each([
  [['--from', '9', '--to', '8'], '--to: expected a position that is not before --from'],
  [['--to', '99999'], '--to: expected a position that the log has reached'],
  [['--from', '99999'], '--from: expected a position that the log has reached'],
  [['--from', '0'], '--from: expected'],
  [['--to', 'yesterday'], '--to: expected'],
  [['--as-of', '2025-02-30'], '--as-of: expected'],
  [['--case', 'union:AZ-9999'], 'There is no case union:AZ-9999'],
  [['--case', 'nobody'], 'There is no case nobody'],
  [['--format', 'xml'], 'Allowed choices are text, ndjson'],
])('refuses %j and says why', async (args, message) => {
  const { code, out, err } = await replay(...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
});
