/** Every `curl` of the README is run against the demonstration, and answers what the README shows. `npm run docs` writes the answers. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { parseDay } from '../../src/domain/time.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { importFiles } from '../../src/register-files/import-files.js';
import { newCaseId } from '../../src/commands/ids.js';
import { DEFINITIONS, REGISTER_FILES } from '../register-files/real-register.js';
import { Service } from '../support/service.js';

const README = join(import.meta.dirname, '../../README.md');
const BASE = 'http://127.0.0.1:3000';

/** A command, and the answer that stands under it. */
const EXAMPLE = /```sh\n(curl [\s\S]*?)\n```\n(?:\n```(?:json|csv)\n([\s\S]*?)\n?```\n)?/g;

/** What differs from one import to the next: ids, tokens, instants, marks of pages. */
const masked = (text: string, keep: readonly string[]): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => (keep.includes(id) ? id : '…'))
    .replace(/"(recordedAt|token|next)": "[^"]*"/g, '"$1": "…"')
    .replace(/"position": \d+/g, '"position": …');

let service: Service;
beforeAll(async () => {
  service = await Service.start();
  const register = {
    commands: service.app.get(CommandBus),
    queries: service.app.get(QueryBus),
    today: parseDay('2026-01-05') ?? NaN,
  };
  await importFiles(register, [DEFINITIONS, ...REGISTER_FILES], { list: 'union', onWrong: () => undefined });
  const head = await service.app.get<EventStore>(EVENT_STORE).head();
  await service.app.get(ReadModels).waitFor(head ?? '');
});
afterAll(() => service.remove());

test('every command of the README answers what the README shows', async () => {
  const readme = readFileSync(README, 'utf8');
  const opened = newCaseId({ kind: 'person', id: '7f3a', asserted: true }, 'readme-1');
  const keep = [opened];
  const shown: string[] = [];
  const answered: string[] = [];
  let written = readme;
  for (const [whole, command = '', answer = ''] of readme.matchAll(EXAMPLE)) {
    const run = command.replaceAll(BASE, service.url).replaceAll('/CASE', `/${opened}`);
    const { stdout } = await promisify(execFile)('bash', ['-c', run]);
    const [language, said] = stdout.startsWith('{')
      ? ['json', JSON.stringify(JSON.parse(stdout), null, 2)]
      : [
          'csv',
          stdout
            .replace(/^\ufeff/, '')
            .replaceAll('\r', '')
            .trimEnd(),
        ];
    const text = masked(said, keep);
    shown.push(answer);
    answered.push(text);
    written = written.replace(whole, () => `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`${language}\n${text}\n\`\`\`\n`);
    // What was written is read by the next command.
    const token = /"token":"([^"]+)"/.exec(stdout)?.[1];
    if (token !== undefined) await service.app.get(ReadModels).waitFor(token);
  }
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(README, written);
  else expect(answered).toEqual(shown);
  expect(answered.length).toBeGreaterThan(9);
});
