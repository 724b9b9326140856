import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/command-line.js';
import { createListAndAct, openCase, Service, WITH_SOURCES } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';

/** Enough that the command is stopped before it has reached all. */
const PRISONERS = 40;

let service: Service;
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  service = await Service.start();
  await createListAndAct(service);
  for (let n = 1; n <= PRISONERS; n += 1) {
    const path = await openCase(service, { references: [{ list: 'union', reference: `AZ-${n}` }] });
    for (const event of [
      { type: 'arrested', occurredOn: '2024-01-10' },
      {
        type: 'convicted',
        occurredOn: '2024-05-01',
        articles: [{ article: '234' }],
        sentence: { kind: 'imprisonment', term: 'P3Y' },
      },
    ])
      await service.post(`${path}/events`, { ...event, ...WITH_SOURCES });
  }
  await service.stop();
}, 60_000);
afterAll(async () => {
  await service.remove();
  await folder.remove();
});

const apply = (words: readonly string[], until?: Parameters<typeof runCli>[1]) =>
  runCli(['apply', ...words, '--data', service.data], until);
const DAYS = ['--amnestied-on', '2025-12-22', '--released-on', '2025-12-23'];

describe('habeas apply', () => {
  it('tells how many it reached, and why it refused whom', async () => {
    const persons = join(folder.path, 'persons.txt');
    writeFileSync(persons, 'AZ-2\n\nAZ-404\n');
    const { code, out, err } = await apply(['amnesty-2025', 'AZ-1', '--persons', persons, ...DAYS]);
    expect([code, out]).toEqual([1, '\n2 reached, 1 refused.\n']);
    expect(err).toMatch(/ 3 {2}AZ-404 +SUBJECT.UNKNOWN/);
    expect(err).toMatch(/persons {2}3\/3 {2}2 reached, 1 refused/);
    const all = await apply(['amnesty-2025', 'AZ-3', ...DAYS]);
    expect([all.code, all.out]).toEqual([0, '\n1 reached, 0 refused.\n']);
  });

  it.each([
    ['no instrument', ['--list', 'union'], /name an act or a decree/],
    ['an unknown instrument', ['none', 'AZ-1', ...DAYS], /INSTRUMENT.UNKNOWN/],
    ['nobody', ['amnesty-2025', ...DAYS], /--persons: expected eligible, or an array of 1/],
    ['persons twice over', ['amnesty-2025', 'AZ-1', '--eligible', ...DAYS], /name persons, or say --eligible/],
    ['no day', ['amnesty-2025', 'AZ-1'], /--amnestied-on: expected a date/],
    [
      'a day before the act',
      ['amnesty-2025', 'AZ-1', '--amnestied-on', '2025-12-01', '--effect', 'record-expunged'],
      /NOT_IN_FORCE/,
    ],
    ['an unknown job', ['--resume', 'none'], /there is no job none/],
  ])('needs what it is about: %s', async (_, words, message) => {
    const { code, err } = await apply(words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('stopped by Ctrl-C, goes on where it was', async () => {
    const references = Array.from({ length: PRISONERS - 3 }, (_, n) => `AZ-${n + 4}`);
    const stopped = await apply(['amnesty-2025', ...references, ...DAYS], ({ err }) => err.includes('Job '));
    expect([stopped.code, stopped.out]).toEqual([130, expect.stringContaining('Stopped. What is recorded stays.')]);
    const id = /--resume ([0-9a-f-]+)`/.exec(stopped.err)?.[1] as string;
    const resumed = await apply(['--resume', id]);
    expect([resumed.code, resumed.out]).toEqual([0, `\n${references.length} reached, 0 refused.\n`]);
  });
});
