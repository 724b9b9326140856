import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { groupNames, groupOf, specFiles } from '../support/together.js';

it('every spec is in a group, every group has specs and a file that runs them', () => {
  const used = new Set(specFiles().map(groupOf));
  const files = readdirSync(join(__dirname, '../together')).map((file) => file.replace(/\.ts$/, ''));
  expect([...used].sort()).toEqual([...groupNames].sort());
  expect(files.sort()).toEqual([...groupNames].sort());
});
