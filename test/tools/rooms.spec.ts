/** Runs the dependency check on a project with forbidden imports. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const { rooms } = require('../../tools/rooms.cjs') as { rooms: Record<string, { packages: string[] }> };

const sources: Record<string, string> = {
  'src/domain/time.ts': `import 'edtf'; export type Day = number; export const day = 1;`,
  'src/domain/case/rules.ts': `import { day } from '../time.js'; export type Rule = typeof day; export const rule = day;`,
  'src/domain/nest.ts': `import '@nestjs/common';`,
  'src/domain/reads.ts': `import 'node:fs';`,
  'src/domain/asks.ts': `import '../event-store/port.js';`,
  'src/event-store/port.ts': `import { day } from '../domain/time.js'; export type { Rule } from '../domain/case/rules.js'; export const port = day;`,
  'src/sqlite/database.ts': `import 'better-sqlite3'; export const database = 1;`,
  'src/event-store/sqlite/store.ts': `import '../../sqlite/database.js'; import '../port.js'; import 'node:fs'; export const store = 1;`,
  'src/event-store/knows.ts': `import '../read-models/one-case.query.js';`,
  'src/schema/words.ts': `import 'class-validator'; import { day } from '../domain/time.js'; export const word = day;`,
  'src/schema/judges.ts': `import { rule } from '../domain/case/rules.js'; export const judge = rule;`,
  'src/commands/record-events.ts': `import '@nestjs/cqrs'; import '../event-store/port.js'; import '../domain/case/rules.js';`,
  'src/commands/stores.ts': `import '../event-store/sqlite/store.js';`,
  'src/commands/checks.ts': `import '../schema/words.js';`,
  'src/read-models/one-case.query.ts': `import '../sqlite/database.js'; import '../domain/case/rules.js';`,
  'src/read-models/commands.ts': `import '../commands/record-events.js';`,
  'src/register-files/read.ts': `import 'csv-parse'; import '../schema/words.js'; import '../commands/record-events.js';`,
  'src/register-files/decides.ts': `import '../domain/case/rules.js';`,
  'src/http/controller.ts': `import '@nestjs/common'; import '../read-models/one-case.query.js'; import type { Rule } from '../domain/case/rules.js'; export type R = Rule;`,
  'src/http/table.ts': `import '../read-models/list/rows.js'; import 'better-sqlite3';`,
  'src/http/starts.ts': `import '../settings.js';`,
  'src/read-models/list/rows.ts': `import '../one-case.query.js';`,
  'src/settings.ts': `export const settings = 1;`,
  'src/main.ts': `import './event-store/sqlite/store.js'; import '@nestjs/core'; import 'node:fs'; import './settings.js';`,
  'src/elsewhere.ts': `import './domain/time.js';`,
  'src/http/a.ts': `import './b.js'; export const a = 1;`,
  'src/http/b.ts': `import './a.js'; export const b = 1;`,
};

test('only imports outside the allow-list and cycles are violations', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'habeas-rooms-'));
  try {
    for (const [file, text] of Object.entries(sources)) write(folder, file, text);
    mkdirSync(join(folder, 'tools'));
    for (const file of ['.dependency-cruiser.cjs', 'tools/rooms.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(root, file), join(folder, file));
    for (const name of new Set(Object.values(rooms).flatMap(({ packages }) => packages)))
      write(folder, `node_modules/${name}/index.js`, '');
    expect(await violations(folder)).toEqual([
      'no-cycles: src/http/a.ts → src/http/b.ts',
      'not-in-allowed: src/commands/checks.ts → src/schema/words.ts',
      'not-in-allowed: src/commands/stores.ts → src/event-store/sqlite/store.ts',
      'not-in-allowed: src/domain/asks.ts → src/event-store/port.ts',
      'not-in-allowed: src/domain/nest.ts → node_modules/@nestjs/common',
      'not-in-allowed: src/domain/reads.ts → fs',
      'not-in-allowed: src/elsewhere.ts → src/domain/time.ts',
      'not-in-allowed: src/event-store/knows.ts → src/read-models/one-case.query.ts',
      'not-in-allowed: src/http/starts.ts → src/settings.ts',
      'not-in-allowed: src/http/table.ts → node_modules/better-sqlite3',
      'not-in-allowed: src/http/table.ts → src/read-models/list/rows.ts',
      'not-in-allowed: src/read-models/commands.ts → src/commands/record-events.ts',
      'not-in-allowed: src/register-files/decides.ts → src/domain/case/rules.ts',
      'not-in-allowed: src/schema/judges.ts → src/domain/case/rules.ts',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const write = (folder: string, file: string, text: string): void => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};

/** `rule: from → to`, sorted; packages by name only. */
const violations = async (folder: string): Promise<string[]> => {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const ran = await promisify(execFile)(process.execPath, [program, 'src', '--output-type', 'json'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  });
  const { summary } = JSON.parse(ran.stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] };
  };
  return summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} → ${to.replace(/(node_modules\/(@[^/]+\/)?[^/]+)\/.*/, '$1')}`)
    .sort();
};
