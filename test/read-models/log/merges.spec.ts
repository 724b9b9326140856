/** Merges and their ends: which case the events of a stream count for, as known before, after and in between. */
import fc from 'fast-check';
import type { LogEvent } from '../../../src/event-store/port.js';
import { MemberCounts } from '../../../src/read-models/counts/counts.query.js';
import { Movements } from '../../../src/read-models/counts/movements.query.js';
import { History } from '../../../src/read-models/history/history.query.js';
import { Cases } from '../../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { ModelFile } from '../../../src/read-models/model-file.js';
import { OneCase } from '../../../src/read-models/one-case.query.js';
import { SurvivorOf } from '../../../src/read-models/survivor-of.query.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../../support/arbitraries.js';
import { formatDay } from '../../../src/domain/time.js';
import { scopeOf } from '../../support/scopes.js';
import { clock, emptyFile, FixedReader, handlersOf, Log, opened, uuid, WHOLE_PAGE, type Handlers } from '../support.js';

const ASKED = '2024-06-01';
const ARRESTED = { type: 'arrested', occurredOn: '2024-03-01' };
const RECOGNISED = { type: 'recognised', occurredOn: '2024-03-02', list: 'union', category: 'others' };
const merged = (into: string, id?: string) => ({ type: 'merged', into, reason: 'one person', ...(id && { id }) });
const UNMERGED = { type: 'unmerged', reason: 'two people' };

let log: Log;
let file: ModelFile;
let ask: Handlers;
beforeEach(async () => {
  log = new Log();
  await log.list();
  file = emptyFile();
  ask = handlersOf(new FixedReader(file, log.store));
});
afterEach(async () => {
  file.close();
  await log.store.close();
});

/** Appends events to a case and projects what is new; the position after it. */
const record = async (caseId: string, ...events: Parameters<Log['append']>[2][]): Promise<number> => {
  await log.append('case', caseId, ...events);
  file.applyBatch((await log.events()).slice(file.checkpoint.position));
  return file.checkpoint.position;
};

const at = (position: number) => scopeOf({ asOf: ASKED, knownAt: `position:${String(position)}` });

const casesAt = async (position: number): Promise<readonly string[]> =>
  (await ask.cases.execute(new Cases(at(position), WHOLE_PAGE))).items.map(
    ({ caseId, references }) => `${caseId}: ${references.map(({ reference }) => reference).join(' ')}`,
  );

const membersAt = async (position: number): Promise<readonly string[]> =>
  (await ask.members.execute(new ListMembers(at(position), 'union', WHOLE_PAGE)))?.items.map(({ caseId }) => caseId) ??
  [];

const survivorAt = (id: string, position: number) => ask.survivor.execute(new SurvivorOf(at(position), id));

const findingsOf = async (id: string): Promise<readonly string[]> =>
  (await ask.one.execute(new OneCase(at(file.checkpoint.position), id)))?.findings.map(({ code }) => code) ?? [];

it('counts the events of both for the survivor, until the end of the merge', async () => {
  await record('a', opened('Bir', 'A-1'), ARRESTED);
  const before = await record('b', opened('İki', 'B-1'), RECOGNISED);
  const merge = await record('a', merged('b'));
  const late = await record('a', { type: 'referenced', list: 'union', reference: 'A-2' });
  const end = await record('a', UNMERGED);
  expect(await Promise.all([before, merge, late, end].map(casesAt))).toEqual([
    ['a: A-1', 'b: B-1'],
    ['b: A-1 B-1'],
    ['b: A-1 B-1 A-2'],
    ['a: A-1 A-2', 'b: B-1'],
  ]);
  expect(await Promise.all([before, merge, end].map(membersAt))).toEqual([[], ['b'], []]);
  expect(await Promise.all([before, merge, late, end].map((position) => survivorAt('a', position)))).toEqual([
    null,
    'b',
    'b',
    null,
  ]);
  const counts = await Promise.all(
    [before, merge, end].map((position) =>
      ask.counts.execute(new MemberCounts(at(position), 'union', { by: 'category', filters: {} })),
    ),
  );
  expect(counts.map((found) => found?.total.yes)).toEqual([0, 1, 0]);
  const span = { from: '2024-02-01', to: ASKED, limit: 10 };
  const movements = await Promise.all(
    [before, merge, end].map((position) => ask.movements.execute(new Movements(at(position), 'union', span))),
  );
  expect(movements.map((found) => found?.entered.map(({ caseId }) => caseId))).toEqual([[], ['b'], []]);
});

it('updates cached counts by a merge', async () => {
  const count = async () =>
    (await ask.counts.execute(new MemberCounts(scopeOf({ asOf: ASKED }), 'union', { by: 'category', filters: {} })))
      ?.total.yes;
  await record('a', ARRESTED, RECOGNISED);
  await record('b', ARRESTED, RECOGNISED);
  await record('c', ARRESTED, RECOGNISED);
  expect(await count()).toBe(3);
  await record('a', merged('b'));
  expect(await count()).toBe(2);
  await record('b', merged('c'));
  expect(await count()).toBe(1);
  await record('b', UNMERGED);
  expect(await count()).toBe(2);
  await record('a', UNMERGED);
  expect(await count()).toBe(3);
});

it('follows chains, whichever end is undone first', async () => {
  for (const id of ['a', 'b', 'c']) await record(id, opened(id, id.toUpperCase()));
  await record('a', merged('b'));
  const chain = await record('b', merged('c'));
  expect(await casesAt(chain)).toEqual(['c: A B C']);
  expect(await survivorAt('a', chain)).toBe('c');
  expect(await casesAt(await record('b', UNMERGED))).toEqual(['b: A B', 'c: C']);
  await record('b', merged('c'));
  expect(await casesAt(await record('a', UNMERGED))).toEqual(['a: A', 'c: B C']);
  // Into a case that is merged itself: the survivor is the last of the chain.
  const again = await record('a', merged('b'));
  expect(await casesAt(again)).toEqual(['c: A B C']);
  expect(await survivorAt('a', again)).toBe('c');
});

it('holds the later of two merges that close a circle void, with a finding until it is undone', async () => {
  await record('a', opened('Bir', 'A'));
  await record('b', opened('İki', 'B'));
  await record('a', merged('b'));
  const void_ = await record('b', merged('a', uuid(1)));
  expect(await casesAt(void_)).toEqual(['b: A B']);
  expect(await findingsOf('b')).toEqual(['CASE.MERGE_VOID']);
  expect((await ask.one.execute(new OneCase(at(void_), 'b')))?.findings).toMatchObject([{ events: [uuid(1)] }]);
  const apart = await record('a', UNMERGED);
  // The void merge of b stays void once the other merge, with which it closed a circle, has ended.
  expect(await casesAt(apart)).toEqual(['a: A', 'b: B']);
  await record('b', UNMERGED);
  expect(await findingsOf('b')).toEqual([]);
  expect(await casesAt(await record('b', merged('a')))).toEqual(['a: A B']);
});

it.each([
  ['into itself', 'a', 'a'],
  ['into no case', 'a', 'nobody'],
])('ignores a merge %s that a log holds', async (_, id, into) => {
  await record('a', opened('Bir', 'A'));
  const position = await record(id, merged(into));
  expect(await casesAt(position)).toEqual(['a: A']);
  expect(await survivorAt('a', position)).toBeNull();
});

it('ignores the end of no merge, and a merge of what is merged', async () => {
  for (const id of ['a', 'b', 'c']) await record(id, opened(id, id.toUpperCase()));
  expect(await casesAt(await record('a', UNMERGED))).toEqual(['a: A', 'b: B', 'c: C']);
  await record('a', merged('b'));
  expect(await casesAt(await record('a', merged('c')))).toEqual(['b: A B', 'c: C']);
});

it('takes a case whose first event merges it', async () => {
  await record('b', opened('İki', 'B'));
  expect(await casesAt(await record('a', merged('b'), { type: 'referenced', list: 'union', reference: 'A' }))).toEqual([
    'b: B A',
  ]);
});

it('shows in the history of the survivor the events of both, and what a merge and its end changed', async () => {
  await record('a', ARRESTED);
  await record('b', RECOGNISED);
  await record('a', merged('b'));
  await record('a', UNMERGED);
  const after = await record('a', { type: 'described', region: 'Quba' });
  const history = await ask.history.execute(
    new History(at(after), { subject: { kind: 'case', id: 'b' }, after: 0, limit: 20 }),
  );
  const axes = history?.items.map(({ event, changes }) => [event.type, ...new Set(changes.map(({ axis }) => axis))]);
  expect(axes).toEqual([
    ['arrested', 'custody'],
    ['recognised', 'category:union', 'recognition:union'],
    ['merged', 'custody'],
    ['unmerged', 'custody'],
  ]);
});

/** Tables with row versions of cases, and their rows as known at a position without the versions. */
const rowsAt = ({ db }: ModelFile, position: number): readonly string[] =>
  (
    db
      .prepare(
        `SELECT m.name FROM sqlite_master m WHERE m.type = 'table'
          AND (SELECT count(*) FROM pragma_table_info(m.name) WHERE name IN ('case_no', 'known_from')) = 2`,
      )
      .pluck()
      .all() as string[]
  )
    .flatMap((table) =>
      db
        .prepare(
          `SELECT c.id AS of_case, t.*, NULL AS case_no, NULL AS known_from, NULL AS known_to
            FROM ${table} t JOIN cases c ON c.no = t.case_no WHERE t.known_from <= @position AND @position < t.known_to`,
        )
        .all({ position })
        .map((row) => JSON.stringify([table, row])),
    )
    .sort();

/** All events stored first and then projected case by case, as a rebuild does. */
const rebuilt = (events: readonly LogEvent[]): ModelFile => {
  const fresh = ModelFile.create(':memory:', clock.timeZone);
  fresh.store(events);
  for (const step of fresh.eventIndexSteps()) step();
  fresh.projectCases(fresh.logTables.cases.caseNosAfter(0, 100));
  for (const step of fresh.finishSteps()) step();
  return fresh;
};

const CASES = ['a', 'b', 'c'];
type Entry = readonly [caseId: string, event: { readonly type: string } & Record<string, unknown>];

/** Events of three cases, and for each of them now and then a merge, its end, a correction or a retraction. */
const entries: fc.Arbitrary<readonly Entry[]> = fc
  .tuple(...CASES.map(() => arbitraryCaseEvents(4)))
  .chain((histories) => {
    const recorded = histories.flatMap((events, no) =>
      events.map(({ id, event: { after: _, ...event } }): Entry => [
        CASES[no] ?? '',
        { ...event, id: uuid(1_000 * no + id.charCodeAt(0)) },
      ]),
    );
    const ids = recorded.map(([, event]) => event);
    const extra = fc.oneof(
      fc.tuple(fc.constantFrom(...CASES), fc.constantFrom(...CASES)).map(([id, into]): Entry => [id, merged(into)]),
      fc.constantFrom(...CASES).map((id): Entry => [id, UNMERGED]),
      ...(ids.length === 0
        ? []
        : [
            fc
              .nat(ids.length - 1)
              .map((index): Entry => [
                recorded[index]?.[0] ?? '',
                { type: 'retracted', event: ids[index]?.['id'], reason: 'a mistake' },
              ]),
            fc.tuple(fc.nat(ids.length - 1), fc.nat(DAY_COUNT)).map(([index, days]): Entry => [
              recorded[index]?.[0] ?? '',
              {
                type: 'corrected',
                event: ids[index]?.['id'],
                correctedType: ids[index]?.type,
                data:
                  ids[index]?.['occurredOn'] === undefined
                    ? { note: 'a note' }
                    : { occurredOn: formatDay(FIRST_DAY + days) },
              },
            ]),
          ]),
    );
    return fc.tuple(fc.array(extra, { maxLength: 8 }), fc.infiniteStream(fc.nat())).map(([extras, order]) =>
      [...recorded, ...extras]
        .map((entry) => ({ entry, rank: order.next().value as number }))
        .sort((x, y) => x.rank - y.rank)
        .map(({ entry }) => entry),
    );
  });

it('has the rows of a fresh fold at every position, live and rebuilt', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.integer({ min: 1, max: 4 }), async (told, size) => {
      const own = new Log();
      await own.list();
      for (const [caseId, event] of told) await own.append('case', caseId, event);
      const events = await own.events();
      const live = emptyFile();
      for (let from = 0; from < events.length; from += size) live.applyBatch(events.slice(from, from + size));
      const whole = rebuilt(events);
      for (let position = 5; position <= events.length; position += 1) {
        const fresh = rebuilt(events.slice(0, position));
        const expected = rowsAt(fresh, position);
        expect(rowsAt(live, position)).toEqual(expected);
        expect(rowsAt(whole, position)).toEqual(expected);
        fresh.close();
      }
      live.close();
      whole.close();
      await own.store.close();
    }),
    { numRuns: 15 },
  );
});
