/**
 * Smoke test: runs comparisons once on small data; every one thoroughly, some by default. The figures themselves mean nothing.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { besidePeers, comparisons } from '../../bench/comparisons.js';
import { series } from '../../bench/series.js';
import { effort, THOROUGH } from '../support/effort.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const root = join(__dirname, '../..');

/** Every so many comparisons one is run. */
const EVERY = effort(13, 1);
const ours = comparisons.filter(({ isOfPeers }) => !isOfPeers);
/** Items with several comparisons are chosen by one of them. */
const names = new Set(ours.filter((_, index) => index % EVERY === 0).map(({ name }) => name));

/** The cells of the rows that a quick run of some comparisons prints. */
const rowsOf = async (
  only: Iterable<string>,
  options: readonly string[] = [],
): Promise<readonly (readonly string[])[]> => {
  const folder = await temporaryFolder();
  try {
    const chosen = [...only].flatMap((name) => ['--only', name]);
    // Without the build that goes before: other specs run what was built for them.
    const bench = [
      'run',
      '--silent',
      '--ignore-scripts',
      'bench',
      '--',
      '--quick',
      '--data',
      folder.path,
      ...options,
      ...chosen,
    ];
    const { stdout } = await promisify(execFile)('npm', bench, { cwd: root });
    const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
    return rows.map((line) => line.split('|').map((cell) => cell.trim()));
  } finally {
    await folder.remove();
  }
};

test('comparisons print two figures and a ratio', async () => {
  const rows = new Map(
    (await rowsOf(names)).map(([, what, , measured, beside, ratio]) => [what, [measured, beside, ratio]]),
  );
  for (const { what, baseline } of ours.filter(({ name }) => names.has(name))) {
    const cells = rows.get(what);
    const figure = expect.stringMatching(/\d/);
    expect({ what, cells }).toEqual({ what, cells: baseline === null ? [figure, '–', '–'] : [figure, figure, figure] });
    expect(cells?.join(' ')).not.toMatch(/NaN|Infinity/);
  }
}, 600_000);

/** npm run bench -- --peers installs them. */
const hasPeers = existsSync(join(root, 'bench/peers/node_modules/.package-lock.json'));

(hasPeers ? test : test.skip)(
  'the register is measured beside peers',
  async () => {
    const rows = new Map((await rowsOf(['peers'])).map(([, what, ...cells]) => [what, cells]));
    for (const { name, what } of besidePeers) {
      const [raw, habeas, evtstore, emmett] = rows.get(what) ?? [];
      const cells = { name, raw, habeas, evtstore, emmett };
      const rate = expect.stringMatching(/^[1-9][\d,.]* \(\d/);
      expect(cells).toEqual({ name, raw: expect.stringMatching(/^[1-9]/), habeas: rate, evtstore: rate, emmett: rate });
    }
  },
  900_000,
);

(THOROUGH ? test : test.skip)(
  'what grows is measured at each of its sizes',
  async () => {
    const rows = new Map(
      (await rowsOf(['append', 'load', 'page', 'start'], ['--growth'])).map(([, what, ...cells]) => [what, cells]),
    );
    for (const { what } of series.filter(({ name }) => ['append', 'load', 'page', 'start'].includes(name)))
      expect({ what, cells: rows.get(what)?.slice(1, 5) }).toEqual({
        what,
        cells: Array(4).fill(expect.stringMatching(/^\d/)),
      });
  },
  600_000,
);

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
