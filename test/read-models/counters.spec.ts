/** Incrementally updated counts equal full counts. */
import fc from 'fast-check';
import { MemberCounts, COUNTED_BY } from '../../src/read-models/counts/counts.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import type { Filters } from '../../src/read-models/list/filters.js';
import type { QueryContext } from '../../src/read-models/reader.js';
import { Counters } from '../../src/read-models/counters.js';
import { formatDay } from '../../src/domain/time.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../support/arbitraries.js';
import { emptyFile, FixedReader, handlersOf, Log, opened, uuid, type Handlers } from './support.js';
import { NOW, scopeOf } from '../support/scopes.js';
import { effort } from '../support/effort.js';

/** Creates new counters, with an empty cache, for each query. */
class UncachedReader extends FixedReader {
  override async contextAt(): Promise<QueryContext> {
    return { ...(await super.contextAt()), counters: new Counters(this.file.db) };
  }
}

const FILTERS: readonly Filters[] = [
  {},
  { certainty: 'uncertain' },
  { category: ['believers'], certainty: 'yes' },
  { article: ['234'] },
];

const allCounts = async (ask: Handlers): Promise<unknown> => {
  const found: unknown[] = [];
  for (const asOf of [FIRST_DAY + 2, FIRST_DAY + DAY_COUNT].map(formatDay))
    for (const filters of FILTERS) {
      for (const by of COUNTED_BY)
        found.push(await ask.counts.execute(new MemberCounts(scopeOf({ asOf }), 'union', { by, filters })));
      found.push(
        (await ask.members.execute(new ListMembers(scopeOf({ asOf }), 'union', { filters, page: { limit: 1 } })))
          ?.total,
      );
    }
  return found;
};

const histories = fc.array(arbitraryCaseEvents(5), { minLength: 2, maxLength: 3 });

it('holds for any events in batches of any size, also after a change of the policy', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }), async (cases, steps) => {
      const log = new Log();
      await log.list();
      for (const [at, events] of cases.entries()) {
        await log.append('case', `c${String(at)}`, opened(`Nümunə ${String(at)}`));
        for (const { id, event } of events) {
          const { after: _, ...rest } = event;
          await log.appendCaseEvent(`c${String(at)}`, { id: uuid(1000 * at + id.charCodeAt(0)), event: rest });
        }
        if (at === 0)
          await log.append('list', 'union', { type: 'policy-set', from: '2024-01-30', custody: ['detained'] });
      }
      const file = emptyFile();
      const cached = handlersOf(new FixedReader(file, log.store));
      const uncached = handlersOf(new UncachedReader(file, log.store));
      const events = [...(await log.events())];
      for (const many of steps) {
        file.applyBatch(events.splice(0, many + 1));
        expect(await allCounts(cached)).toEqual(await allCounts(uncached));
        if (events.length === 0) break;
      }
      file.close();
      await log.store.close();
    }),
    { numRuns: effort(6, 200) },
  );
});

it('counts from scratch after too many new events', async () => {
  const log = new Log();
  await log.list();
  const file = emptyFile();
  const ask = handlersOf(new FixedReader(file, log.store));
  file.applyBatch(await log.events());
  const total = async () =>
    (await ask.counts.execute(new MemberCounts(NOW, 'union', { by: 'category', filters: {} })))?.total;
  expect(await total()).toEqual({ yes: 0, uncertain: 0 });
  const until = file.checkpoint.position;
  for (let at = 0; at < 350; at += 1)
    await log.append(
      'case',
      `c${String(at)}`,
      opened('Nümunə'),
      { type: 'arrested', occurredOn: '2024-01-01' },
      { type: 'recognised', occurredOn: '2024-01-01', list: 'union', category: 'believers' },
    );
  file.applyBatch((await log.events()).slice(until));
  expect(await total()).toEqual({ yes: 350, uncertain: 0 });
  file.close();
  await log.store.close();
});
