/**
 * Smoke test: runs comparisons once on small data; every one thoroughly, some by default. The figures themselves mean nothing.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { comparisons } from '../../bench/comparisons.js';
import { effort, THOROUGH } from '../support/effort.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = join(__dirname, '../..');

/** Every so many comparisons one is run. */
const EVERY = effort(13, 1);
/** Items with several comparisons are chosen by one of them. */
const names = new Set(comparisons.filter((_, index) => index % EVERY === 0).map(({ name }) => name));

test('comparisons print two figures and a ratio', async () => {
  const folder = await temporaryFolder();
  try {
    const bench = [
      'run',
      '--silent',
      'bench',
      '--',
      '--quick',
      '--data',
      folder.path,
      ...[...names].flatMap((name) => ['--only', name]),
    ];
    const { stdout } = await promisify(execFile)('npm', bench, { cwd: root });
    const rows = new Map(
      stdout
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => line.split('|').map((cell) => cell.trim()))
        .map(([, what, , measured, beside, ratio]) => [what, [measured, beside, ratio]]),
    );
    for (const { what } of comparisons.filter(({ name }) => names.has(name))) {
      const cells = rows.get(what);
      expect({ what, cells }).toEqual({ what, cells: Array(3).fill(expect.stringMatching(/\d/)) });
      expect(cells?.join(' ')).not.toMatch(/NaN|Infinity/);
    }
  } finally {
    await folder.remove();
  }
}, 600_000);

(THOROUGH ? test : test.skip)(
  'every page is measured',
  async () => {
    const folder = await temporaryFolder();
    try {
      const bench = [
        'run',
        '--silent',
        'bench:pages',
        '--',
        '--people',
        '200',
        '--samples',
        '1',
        '--data',
        folder.path,
      ];
      const { stdout } = await promisify(execFile)('npm', bench, { cwd: root });
      const [now, earlier, known] = stdout.split('\n').filter((line) => /^\| (now|as )/.test(line));
      for (const row of [now, earlier, known]) {
        expect(row).toMatch(/\| 1\d\d \|/);
        expect(row).not.toMatch(/NaN|Infinity/);
      }
    } finally {
      await folder.remove();
    }
  },
  600_000,
);
