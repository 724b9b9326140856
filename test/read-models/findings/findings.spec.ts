/** The findings of cases follow lists and instruments: a change of one re-projects the cases that depend on it, and no others. */
import { join } from 'node:path';
import fc from 'fast-check';
import type { LogEvent } from '../../../src/event-store/port.js';
import { knownFindings } from '../../../src/read-models/findings/findings.js';
import { ModelFile } from '../../../src/read-models/model-file.js';
import { OneCase } from '../../../src/read-models/one-case.query.js';
import { STILL_KNOWN } from '../../../src/read-models/table.js';
import { NOW } from '../../support/scopes.js';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';
import { clock, emptyFile, FixedReader, handlersOf, Log, opened } from '../support.js';

const recognised = (list: string, category = 'others') => ({
  type: 'recognised',
  occurredOn: '2024-01-02',
  list,
  category,
});
const ARRESTED = { type: 'arrested', occurredOn: '2024-01-01' };
const PACE = { type: 'policy-set', from: '2020-01-01', custody: ['detained'], paceRequired: true };
const CRITERIA = 'RECOGNITION.CRITERIA_REQUIRED';

let log: Log;
beforeEach(() => (log = new Log()));
afterEach(() => log.store.close());

/** Projects the whole log, event by event, into a new file. */
const projected = async (): Promise<ModelFile> => {
  const file = emptyFile();
  for (const event of await log.events()) file.applyBatch([event]);
  return file;
};

const codesOf = (file: ModelFile, id: string, position = file.checkpoint.position): readonly string[] =>
  knownFindings(file.db, file.logTables.cases.caseNoOf(id) ?? 0, position).map(({ code }) => code);

/** The cases with rows of `findings` that begin or end at a position. */
const touchedAt = (file: ModelFile, position: number): readonly unknown[] =>
  file.db
    .prepare(
      `SELECT DISTINCT c.id FROM findings f JOIN cases c ON c.no = f.case_no
        WHERE f.known_from = @position OR f.known_to = @position ORDER BY 1`,
    )
    .pluck()
    .all({ position });

it('gives the cases of a list findings when its policy begins to demand criteria, and no others', async () => {
  await log.list('union');
  await log.list('other');
  await log.append('case', 'a', opened('Bir'), ARRESTED, recognised('union'));
  await log.append('case', 'b', opened('İki'), ARRESTED, recognised('other'));
  await log.append('case', 'c', opened('Üç'), ARRESTED, {
    ...recognised('union'),
    criteria: [{ letter: 'a', rationale: 'invented' }],
  });
  await log.append('list', 'union', PACE);
  const file = await projected();
  const { position } = file.checkpoint;
  expect(['a', 'b', 'c'].map((id) => codesOf(file, id))).toEqual([[CRITERIA], [], []]);
  expect(['a', 'b', 'c'].map((id) => codesOf(file, id, position - 1))).toEqual([[], [], []]);
  expect(touchedAt(file, position)).toEqual(['a']);

  await log.append('list', 'union', { ...PACE, paceRequired: false });
  file.applyBatch((await log.events()).slice(position));
  expect(codesOf(file, 'a')).toEqual([]);
  expect(codesOf(file, 'a', position)).toEqual([CRITERIA]);
  file.close();
});

it('touches no case for a change that no finding depends on', async () => {
  await log.list('union');
  await log.append('case', 'a', opened('Bir'), ARRESTED, recognised('union', 'unknown'));
  for (const event of [
    { type: 'list-defined', name: { en: 'Another name' } },
    { type: 'policy-set', from: '2021-01-01', custody: ['remand'] },
    { type: 'category-defined', category: 'new', name: { en: 'New' } },
  ])
    await log.append('list', 'union', event);
  const file = await projected();
  expect(codesOf(file, 'a')).toEqual(['CATEGORY.UNKNOWN']);
  for (const behind of [0, 1, 2]) expect(touchedAt(file, file.checkpoint.position - behind)).toEqual([]);
  file.close();
});

it('follows a list, a category and an instrument that are defined after the events that name them', async () => {
  await log.append('case', 'a', opened('Bir'), ARRESTED, recognised('union'), {
    type: 'convicted',
    occurredOn: '2024-02-01',
    articles: [{ code: 'AZ-CC', article: '234' }],
    sentence: { kind: 'imprisonment', term: 'P3Y' },
  });
  await log.append('case', 'a', {
    type: 'amnestied',
    occurredOn: '2024-05-01',
    act: 'act-2024',
    clause: '1',
    effect: 'released-from-imprisonment',
  });
  const file = await projected();
  expect(codesOf(file, 'a')).toEqual(['INSTRUMENT.UNKNOWN', 'LIST.UNKNOWN']);
  const seen: (readonly string[])[] = [];
  const follow = async (): Promise<void> => {
    file.applyBatch((await log.events()).slice(file.checkpoint.position));
    seen.push(codesOf(file, 'a'));
  };
  await log.append('list', 'union', { type: 'list-defined', name: { en: 'union' } });
  await follow();
  await log.append('list', 'union', { type: 'category-defined', category: 'others', name: { en: 'Others' } });
  await follow();
  await log.append('instrument', 'act-2024', {
    type: 'instrument-registered',
    kind: 'amnesty-act',
    inForce: '2024-04-01',
    windowEnd: '2024-04-30',
    clauses: ['1'],
  });
  await follow();
  expect(seen).toEqual([
    ['CATEGORY.UNKNOWN', 'INSTRUMENT.UNKNOWN'],
    ['INSTRUMENT.UNKNOWN'],
    ['INSTRUMENT.WINDOW_CLOSED'],
  ]);
  const ask = handlersOf(new FixedReader(file, log.store));
  const view = await ask.one.execute(new OneCase(NOW, 'a'));
  expect(view?.findings).toMatchObject([
    { code: 'INSTRUMENT.WINDOW_CLOSED', grade: 'warn', events: [expect.any(String)] },
  ]);
  file.close();
});

describe('a change that affects more cases than one step takes', () => {
  const MANY = 60;
  let folder: TemporaryFolder;
  let events: readonly LogEvent[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    await log.list('union');
    for (let no = 0; no < MANY; no += 1) await log.append('case', `c${String(no)}`, ARRESTED, recognised('union'));
    await log.append('list', 'union', PACE);
    await log.append('case', 'c0', { type: 'described', region: 'Quba' });
    events = await log.events();
  });
  afterEach(() => folder.remove());

  const emptyFileAt = (path: string): ModelFile => {
    const file = ModelFile.create(path, clock.timeZone);
    for (const step of [...file.eventIndexSteps(), ...file.finishSteps()]) step();
    file.makeDurable();
    return file;
  };
  const withFinding = (file: ModelFile, position: number): number =>
    Array.from({ length: MANY }, (_, no) => codesOf(file, `c${String(no)}`, position)).filter(
      (codes) => codes.length > 0,
    ).length;

  it('shows none of them changed until the last step, and loses none where the process ends in between', () => {
    const path = join(folder.path, 'read-models.sqlite');
    const file = emptyFileAt(path);
    const before = events.length - 2;
    file.applyBatch(events.slice(0, before));
    const steps = file.stepsToApply(events.slice(before));
    for (const _ of [1, 2]) {
      (steps.next().value as () => void)();
      expect(file.checkpoint.position).toBe(before);
      expect(withFinding(file, before)).toBe(0);
    }
    file.close();

    const reopened = ModelFile.open(path, clock.timeZone);
    if (reopened === null) throw new Error('no file');
    expect(reopened.checkpoint.position).toBe(before);
    expect(withFinding(reopened, before)).toBe(0);
    reopened.applyBatch(events.slice(before));
    expect(reopened.checkpoint.position).toBe(events.length);
    expect([before, before + 1, events.length].map((at) => withFinding(reopened, at))).toEqual([0, MANY, MANY]);
    expect(versionsIn(reopened)).toEqual(versionsIn(rebuilt(events)));
    reopened.close();
  });
});

const TABLES = ['findings', 'finding_dependencies'] as const;

const versionsIn = (file: ModelFile): readonly string[] =>
  TABLES.flatMap((table) =>
    file.db
      .prepare(`SELECT c.id, t.*, NULL AS case_no FROM ${table} t JOIN cases c ON c.no = t.case_no`)
      .all()
      .map((row) => JSON.stringify([table, row])),
  ).sort();

/** All events stored first and then projected case by case, as a rebuild does. */
const rebuilt = (events: readonly LogEvent[]): ModelFile => {
  const file = ModelFile.create(':memory:', clock.timeZone);
  file.store(events);
  for (const step of file.eventIndexSteps()) step();
  file.projectCases(file.logTables.cases.caseNosAfter(0, 1_000));
  for (const step of file.finishSteps()) step();
  return file;
};

it('has equal versions live and rebuilt, for random definitions and cases in random order', async () => {
  const list = fc.constantFrom('union', 'other');
  const category = fc.constantFrom('x', 'y');
  const entry = fc.oneof(
    list.map((id) => ({ kind: 'list' as const, id, event: { type: 'list-defined', name: { en: id } } })),
    fc.record({ id: list, category }).map((of) => ({
      kind: 'list' as const,
      id: of.id,
      event: { type: 'category-defined', category: of.category, name: { en: of.category } },
    })),
    fc
      .record({ id: list, paceRequired: fc.boolean(), from: fc.constantFrom('2023-01-01', '2024-06-01') })
      .map((of) => ({
        kind: 'list' as const,
        id: of.id,
        event: { type: 'policy-set', custody: ['detained'], paceRequired: of.paceRequired, from: of.from },
      })),
    fc.record({ id: fc.constantFrom('a', 'b', 'c'), list, category }).map((of) => ({
      kind: 'case' as const,
      id: of.id,
      event: recognised(of.list, of.category),
    })),
    fc.constantFrom('a', 'b').map((id) => ({
      kind: 'case' as const,
      id,
      event: { type: 'pardoned', occurredOn: '2024-03-01', decree: 'decree', effect: 'released-from-imprisonment' },
    })),
    fc.constant({
      kind: 'instrument' as const,
      id: 'decree',
      event: { type: 'instrument-registered', kind: 'pardon-decree', inForce: '2024-04-01' },
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 4, maxLength: 25 }),
      fc.integer({ min: 1, max: 5 }),
      async (entries, size) => {
        const own = new Log();
        for (const { kind, id, event } of entries) await own.append(kind, id, event);
        const events = await own.events();
        const live = emptyFile();
        for (let at = 0; at < events.length; at += size) live.applyBatch(events.slice(at, at + size));
        const again = rebuilt(events);
        expect(versionsIn(live)).toEqual(versionsIn(again));
        expect(live.db.prepare(`SELECT count(*) FROM findings WHERE known_from >= known_to`).pluck().get()).toBe(0);
        const open = live.db.prepare(`SELECT count(*) FROM findings WHERE known_to = ${STILL_KNOWN}`).pluck().get();
        expect(open).toBe(
          again.db.prepare(`SELECT count(*) FROM findings WHERE known_to = ${STILL_KNOWN}`).pluck().get(),
        );
        live.close();
        again.close();
        await own.store.close();
      },
    ),
    { numRuns: 25 },
  );
});
