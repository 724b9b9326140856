/** What the documents say of the code is made from the code. `npm run docs` writes it; here it is compared. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingDefinitions } from '../../src/settings.js';
import { alarmsTable } from '../../tools/alarms.js';
import { catalogue } from '../../tools/catalogue.js';
import { limitsTable } from '../../tools/limits.js';
import { problemsPage } from '../../tools/problems.js';

const root = join(__dirname, '../..');
const { table } = require('../../tools/rooms.cjs') as { table: () => string };

const settings = (): string =>
  [
    '| variable | unless set | what it means | what is expected |',
    '| --- | --- | --- | --- |',
    ...Object.values(settingDefinitions).map(
      (s) =>
        `| \`${s.name}\` | ${s.default === null || s.default === '' ? '–' : `\`${s.default}\``} | ${s.meaning} | ${s.expected} |`,
    ),
  ].join('\n');

/** Replaces what stands between two marks; both must be there. */
const between = (text: string, mark: string, content: string): string => {
  const [before, rest] = text.split(`<!-- ${mark} -->\n`);
  const after = rest?.split(`<!-- /${mark} -->\n`)[1];
  if (before === undefined || after === undefined) throw new Error(`no marks: ${mark}`);
  return `${before}<!-- ${mark} -->\n${content}\n<!-- /${mark} -->\n${after}`;
};

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const pages: Record<string, () => string> = {
  'docs/events.md': () => catalogue(root),
  'docs/problems.md': problemsPage,
  'docs/operations.md': () =>
    Object.entries({ settings, limits: limitsTable, alarms: alarmsTable }).reduce(
      (text, [mark, table]) => between(text, mark, table()),
      read('docs/operations.md'),
    ),
  'docs/architecture.md': () => between(read('docs/architecture.md'), 'rooms', table()),
};

test.each(Object.entries(pages))('%s says what the code says (npm run docs)', (file, made) => {
  const text = made();
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(join(root, file), text);
  expect(read(file)).toBe(text);
  expect(text).not.toMatch(/\| undefined \||\[object Object\]/);
});
