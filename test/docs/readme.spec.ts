/**
 * Runs every `curl` of README.md and docs/rest.md against the demonstration and compares the answers with those shown. `npm run docs` writes
 * the answers into both pages.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { parseDay } from '../../src/domain/time.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { importFiles } from '../../src/register-files/import-files.js';
import { eventIds, newCaseId } from '../../src/commands/ids.js';
import { streamName } from '../../src/domain/events.js';
import { DEFINITIONS, REGISTER_FILES } from '../register-files/real-register.js';
import { Service } from '../support/service.js';

const root = join(import.meta.dirname, '../..');
const BASE = 'http://127.0.0.1:3000';

/** A command and, where there is one already, the answer below it. */
const EXAMPLE = /```sh\n(curl [\s\S]*?)\n```\n(?:\n```(?:json|csv)\n([\s\S]*?)\n?```\n)?/g;

/** The case that the pages open and then call `CASE`; its id follows from actor and key. */
const openedCase = newCaseId({ kind: 'person', id: '7f3a', asserted: true }, 'readme-1');

/** The arrest that the pages record under the key `readme-2` and then call `EVENT`. */
const actor = { kind: 'person', id: '7f3a', asserted: true } as const;
const stream = streamName('case', openedCase);
const [arrest = ''] = eventIds({ actor, stream, key: 'readme-2' }, 1);

/** Replaces what differs from one import to the next: ids, tokens, instants, page cursors, positions. */
const masked = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => (id === openedCase ? id : '…'))
    .replace(/"(recordedAt|token|next)": "[^"]*"/g, '"$1": "…"')
    .replace(/"position": \d+/g, '"position": …');

/** JSON indented, anything else as it came but for byte order mark and CR. */
const formatted = (stdout: string): readonly [language: 'json' | 'csv', text: string] => {
  try {
    return ['json', JSON.stringify(JSON.parse(stdout), null, 2)];
  } catch {
    const text = stdout
      .replace(/^\ufeff/, '')
      .replaceAll('\r', '')
      .trimEnd();
    return [text.startsWith('{') ? 'json' : 'csv', text];
  }
};

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  const register = {
    commands: service.app.get(CommandBus),
    queries: service.app.get(QueryBus),
    today: parseDay('2026-01-05') ?? NaN,
  };
  await importFiles(register, [DEFINITIONS, ...REGISTER_FILES], { list: 'union', onReportLine: () => undefined });
  const head = await service.app.get<EventStore>(EVENT_STORE).head();
  await service.app.get(ReadModels).waitFor(head ?? '');
});
afterAll(() => service.remove());

test.each([
  ['README.md', 3],
  ['docs/rest.md', 10],
])('every command of %s answers what the page shows', async (file, atLeast) => {
  const path = join(root, file);
  const page = readFileSync(path, 'utf8');
  const shown: string[] = [];
  const answered: string[] = [];
  let written = page;
  for (const [example, command = '', answer = ''] of page.matchAll(EXAMPLE)) {
    const run = command
      .replaceAll(BASE, service.url)
      .replaceAll('/CASE', `/${openedCase}`)
      .replaceAll(/\bEVENT\b/g, arrest);
    const { stdout } = await promisify(execFile)('bash', ['-c', run]);
    const [language, text] = formatted(stdout);
    shown.push(answer);
    answered.push(masked(text));
    written = written.replace(
      example,
      () => `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`${language}\n${masked(text)}\n\`\`\`\n`,
    );
    // The next command reads what this one wrote.
    const token = /"token":"([^"]+)"/.exec(stdout)?.[1];
    if (token !== undefined) await service.app.get(ReadModels).waitFor(token);
  }
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, written);
  else expect(answered).toEqual(shown);
  expect(answered.length).toBeGreaterThanOrEqual(atLeast);
});
