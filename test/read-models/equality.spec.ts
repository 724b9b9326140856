/** Answers depend only on the log, not on when or how it was projected. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import type { EventStore } from '../../src/event-store/port.js';
import { PERSONAL_CLAIMS_TABLE } from '../../src/read-models/claims/claim-rows.js';
import { ModelFile } from '../../src/read-models/model-file.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { COUNTED_BY, MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { History } from '../../src/read-models/history/history.query.js';
import type { PersonView } from '../../src/read-models/list/person.view.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { Lists } from '../../src/read-models/definitions/lists.query.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import { OneCase } from '../../src/read-models/one-case.query.js';
import { SORTS } from '../../src/read-models/list/paging.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { formatDay } from '../../src/domain/time.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../support/arbitraries.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { clock, WHOLE_PAGE, handlersOf, Log, opened, uuid, type Handlers } from './support.js';
import { NOW, scopeOf } from '../support/scopes.js';
import { effort } from '../support/effort.js';
import { projected } from '../support/projected.js';

/** The answers to all queries, on all days of the histories, as JSON. */
const answers = async (ask: Handlers): Promise<string> => {
  const found: unknown[] = [];
  for (let day = FIRST_DAY - 1; day <= FIRST_DAY + DAY_COUNT + 2; day += 3) {
    const asOf = formatDay(day);
    for (const sort of SORTS) {
      const page = { filters: {}, page: { limit: 2, sort } };
      found.push(await ask.members.execute(new ListMembers(scopeOf({ asOf }), 'union', page)));
      found.push(await ask.cases.execute(new Cases(scopeOf({ asOf }), page)));
    }
    for (const by of COUNTED_BY)
      found.push(await ask.counts.execute(new MemberCounts(scopeOf({ asOf }), 'union', { by, filters: {} })));
    found.push(
      await ask.movements.execute(
        new Movements(NOW, 'union', { from: formatDay(FIRST_DAY - 1), to: asOf, limit: 1_000 }),
      ),
    );
    for (const id of ['c0', 'c1', 'c2']) found.push(await ask.one.execute(new OneCase(scopeOf({ asOf }), id)));
  }
  found.push(await ask.history.execute(new History(NOW, { after: 0, limit: 100 })));
  found.push(await ask.lists.execute(new Lists(NOW)));
  return JSON.stringify(found);
};

const CLAIM = [
  {
    id: uuid(1),
    type: 'claimed',
    speaker: 'A. B.',
    about: { metric: 'count', list: 'union', on: '2024-01-27' },
    value: 7,
    saidOn: '2024',
  },
  { id: uuid(2), type: 'corrected', event: uuid(1), correctedType: 'claimed', data: { value: 8 } },
  { id: uuid(3), type: 'retracted', event: uuid(1), reason: 'Nobody said so.' },
] as const;

/** All row versions, with case ids in place of the stream numbers of the file. */
const rows = (path: string): readonly string[] => {
  const file = ModelFile.open(path, clock.timeZone);
  if (file === null) throw new Error('no file');
  const tables = file.db
    .prepare(
      `SELECT name FROM sqlite_master m WHERE type = 'table'
        AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'known_from')
        AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'case_no')`,
    )
    .pluck()
    .all() as string[];
  const found = tables.flatMap((table) =>
    file.db
      .prepare(`SELECT s.id AS of_case, t.*, NULL AS case_no FROM ${table} t JOIN cases s ON s.no = t.case_no`)
      .all()
      .map((row) => JSON.stringify([table, row])),
  );
  const claims = file.db
    .prepare(
      `SELECT s.id AS of_claim, t.*, NULL AS stream FROM ${PERSONAL_CLAIMS_TABLE} t JOIN streams s ON s.no = t.stream`,
    )
    .all()
    .map((row) => JSON.stringify([PERSONAL_CLAIMS_TABLE, row]));
  expect(claims).toHaveLength(CLAIM.length);
  file.close();
  return [...found, ...claims].sort();
};

const opening = async (path: string, store: EventStore): Promise<ReadModels> => {
  const models = ReadModels.open(path, store, clock);
  await models.start();
  return models;
};

let folder: TemporaryFolder;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(() => folder.remove());

const cases = fc.array(arbitraryCaseEvents(5), { minLength: 2, maxLength: 3 }).chain((histories) => {
  const told = histories.flatMap((events, at) =>
    events.map(({ id, event: { after: _, ...event } }) => ({
      caseId: `c${String(at)}`,
      known: { id: uuid(1000 * at + id.charCodeAt(0)), event },
    })),
  );
  return fc.shuffledSubarray(told, { minLength: told.length });
});

it('gives the same answers and rows live, after a rebuild, and after deleting the file', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (told) => {
      const path = join(folder.path, 'read-models.sqlite');
      const log = new Log();
      const live = await opening(path, log.store);
      await log.list();
      for (const event of CLAIM) await log.append('claim', 'seven', event);
      for (const [at, { caseId, known }] of told.entries()) {
        if (at % 3 === 0)
          await log.append(
            'case',
            `c${String((at / 3) % 3)}`,
            opened(`Nümunə ${String(at % 2)}`, `AZ-${String(20 - at)}`),
          );
        await log.appendCaseEvent(caseId, known);
        if (at % 4 === 0) await projected(live, log.token);
      }
      await projected(live, log.token);
      const before = await answers(handlersOf(live));

      await live.rebuild();
      expect(await answers(handlersOf(live))).toBe(before);
      await live.stop();
      const rebuilt = rows(path);

      await rm(path);
      const again = await opening(path, log.store);
      await projected(again, log.token);
      expect(await answers(handlersOf(again))).toBe(before);
      await again.stop();
      expect(rows(path)).toEqual(rebuilt);
      await rm(path);

      // Projected event by event, without a rebuild.
      const slow = ModelFile.create(path, clock.timeZone);
      for (const step of [...slow.eventIndexSteps(), ...slow.finishSteps()]) step();
      slow.makeDurable();
      for (const event of await log.events()) slow.applyBatch([event]);
      slow.close();
      expect(rows(path)).toEqual(rebuilt);
      await rm(path);
      await log.store.close();
    }),
    { numRuns: effort(4, 4_000) },
  );
});

it('answers the same of two registers that recorded cases in another order, except for the order of equal names', async () => {
  const answer = async (first: string, second: string): Promise<readonly PersonView[]> => {
    const log = new Log();
    await log.list();
    for (const id of [first, second])
      await log.append(
        'case',
        id,
        opened('Eyni Ad'),
        { type: 'arrested', occurredOn: '2024-01-01' },
        { type: 'recognised', occurredOn: '2024-01-02', list: 'union', category: 'believers' },
      );
    const models = await opening(':memory:', log.store);
    await projected(models, log.token);
    const found = await handlersOf(models).members.execute(new ListMembers(NOW, 'union', WHOLE_PAGE));
    await models.stop();
    await log.store.close();
    return found?.items ?? [];
  };
  const [forwards, backwards] = [await answer('a', 'b'), await answer('b', 'a')];
  expect(forwards.map(({ caseId }) => caseId)).toEqual(['a', 'b']);
  expect(backwards).toEqual([...forwards].reverse());
});
