/**
 * Runs every `curl` of README.md, docs/article.md and docs/rest.md against the demonstration and compares the answers with those shown. `npm run docs` writes
 * the answers into the pages.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EVENT_STORE, type EventStore } from '../../src/event-store/port.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { eventIds, newApplicationId, newCaseId } from '../../src/commands/ids.js';
import { streamName } from '../../src/domain/events.js';
import { demoFile } from '../register-files/real-register.js';
import { runCli } from '../support/command-line.js';
import { copyDemonstration } from '../support/demonstration.js';
import { Service } from '../support/service.js';
import { until } from '../support/until.js';
import { projected } from '../support/projected.js';

const root = join(import.meta.dirname, '../..');
const BASE = 'http://127.0.0.1:3000';

/** A command and, where there is one already, the answer below it. */
const EXAMPLE = /```sh\n((?:curl|for) [\s\S]*?)\n```\n(?:\n```(?:json|csv|text)\n([\s\S]*?)\n?```\n)?/g;

/** The case that the pages open; its id follows from actor and key. */
const openedCase = newCaseId({ kind: 'person', id: '7f3a', asserted: true }, 'readme-1');

/** The arrest that the pages record under the key `readme-2`. */
const actor = { kind: 'person', id: '7f3a', asserted: true } as const;
const stream = streamName('case', openedCase);
const [arrest = ''] = eventIds({ actor, stream, key: 'readme-2' }, 1);

/** Replaces what differs from one import to the next: ids, tokens, instants, page cursors, positions. */
const masked = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => (id === openedCase ? id : '…'))
    .replace(/"(recordedAt|publishedAt|token|next|salt)":( ?)"[^"]*"/g, '"$1":$2"…"')
    .replace(/"(position|fromPosition|toPosition)": \d+/g, '"$1": …')
    .replace(/position:\d+/g, 'position:…')
    // Roots, signatures and other hashes, and the size above a root.
    .replace(/[0-9A-Za-z+/]{43,}={0,2}/g, '…')
    .replace(/^(\S+\/log\n)\d+$/m, '$1…');

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
/** The position of the log before the commands of the pages. */
let positionBefore = 0;

/** The latest event of a type. */
const lastEvent = async (type: string): Promise<{ readonly id: string; readonly stream: string }> => {
  const lines = (await service.get(`/v1/events?type=${type}`)).text.trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as { id: string; stream: string };
};

/** The job that docs/rest.md starts. */
const job = newApplicationId(actor, 'amnesty-2025', 'apply-1');

/** The id of the job, once it runs no more. */
const endedJob = async (): Promise<string> => {
  await until(async () => (await service.get(`/v1/jobs/${job}`)).body['state'] !== 'running');
  return job;
};

/** Words in the commands of the pages, and what they stand for when a command is run. */
const PLACEHOLDERS: Readonly<Record<string, () => string | Promise<string>>> = {
  CASE: () => openedCase,
  EVENT: () => arrest,
  SIGNED: async () => (await lastEvent('list-defined')).id,
  JOB: endedJob,
  BEFORE: () => String(positionBefore),
  LATE: async () => (await lastEvent('recognised')).stream.replace(/^case-/, ''),
  RECOGNISED: async () => (await lastEvent('recognised')).id,
  CORRECTED: async () => (await lastEvent('corrected')).id,
};

const fillIn = async (command: string): Promise<string> => {
  let filled = command.replaceAll(BASE, service.url);
  for (const [word, valueOf] of Object.entries(PLACEHOLDERS)) {
    const placeholder = new RegExp(`(?<=[/":=])${word}(?![.\\w])`, 'g');
    if (filled.search(placeholder) >= 0) filled = filled.replaceAll(placeholder, await valueOf());
  }
  return filled;
};

/** Waits until a read sees everything that was written. */
const catchUp = async (): Promise<void> => {
  const head = await service.app.get<EventStore>(EVENT_STORE).head();
  await projected(service.app.get(ReadModels), head ?? '');
};

beforeAll(async () => {
  service = await Service.start({}, {}, async (data) => {
    await copyDemonstration(data);
    const claims = [demoFile('editions.csv'), demoFile('claims.json')];
    expect(await runCli(['import', '--data', data, ...claims])).toMatchObject({ code: 0 });
    for (const command of [['keys', 'demo.example/log'], ['checkpoint']])
      expect(await runCli([...command, '--data', data])).toMatchObject({ code: 0 });
  });
  await catchUp();
  positionBefore = (await service.app.get(ReadModels).readiness()).position;
});
afterAll(() => service.remove());

test.each([
  // First, since it asks about the demonstration as it is imported; the others write.
  ['docs/article.md', 15],
  ['README.md', 10],
  ['docs/rest.md', 10],
])('every command of %s answers what the page shows', async (file, atLeast) => {
  const path = join(root, file);
  const page = readFileSync(path, 'utf8');
  const shown: string[] = [];
  const answered: string[] = [];
  let [written, end] = ['', 0];
  for (const match of page.matchAll(EXAMPLE)) {
    const [[example, command = '', answer = ''], index] = [match, match.index];
    const run = await fillIn(command);
    const { stdout } = await promisify(execFile)('bash', ['-c', run]);
    const [language, text] = formatted(stdout);
    shown.push(answer);
    answered.push(masked(text));
    const withAnswer = `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`${language}\n${masked(text)}\n\`\`\`\n`;
    written += page.slice(end, index) + withAnswer;
    end = index + example.length;
    // The next command reads what this one wrote.
    await catchUp();
  }
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(path, written + page.slice(end));
  else expect(answered).toEqual(shown);
  expect(answered.length).toBeGreaterThanOrEqual(atLeast);
});
