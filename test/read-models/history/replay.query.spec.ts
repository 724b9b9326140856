import {
  Replay,
  ReplayHandler,
  type ReplayPage,
  type ReplayStep,
} from '../../../src/read-models/history/replay.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { BeyondLog, InvalidKnownAt } from '../../../src/read-models/query-errors.js';
import { effort } from '../../support/effort.js';
import { randomLog, type RandomLog } from '../../support/random-log.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { dayText, toEvent } from '../../support/two-times-events.js';
import { emptyFile, FixedReader, handlersOf, Log, opened, register, WHOLE_PAGE } from '../support.js';

/** All pages of a replay, as one list of steps. */
const stepsOf = async (replay: ReplayHandler, asOf: string, limit: number): Promise<readonly ReplayStep[]> => {
  const steps: ReplayStep[] = [];
  let page: ReplayPage | null = null;
  do {
    page = await replay.execute(new Replay(scopeOf({ asOf }), { after: page?.next ?? 0, limit }));
    steps.push(...(page?.steps ?? []));
  } while (page !== null && page.next !== null);
  return steps;
};

/** Records a random log, with definitions and a change of policy among the entries. */
const recorded = async ({ log: entries, lists }: RandomLog): Promise<Log> => {
  const log = new Log();
  const record = async (from: number, to?: number): Promise<void> => {
    for (const entry of entries.slice(from, to)) await log.append('case', entry.stream, toEvent(entry, entries));
  };
  await record(0, 2);
  for (const { id } of lists) await log.list(id);
  await record(2, 10);
  await log.append('list', 'union', { type: 'policy-set', from: dayText(0), custody: ['imprisoned', 'fugitive'] });
  await record(10);
  return log;
};

it.each(Array.from({ length: effort(5, 100) }, (_, seed) => seed))(
  'replayed event by event, log %i gives the members and totals of every list at every position',
  async (seed) => {
    const drawn = randomLog(seed);
    const log = await recorded(drawn);
    const file = emptyFile();
    file.applyBatch(await log.events());
    const reader = new FixedReader(file, log.store);
    const ask = handlersOf(reader);
    const asOf = dayText(seed % drawn.days);
    const steps = await stepsOf(new ReplayHandler(reader), asOf, 1 + (seed % 7));
    expect(steps.map(({ entry }) => entry.position)).toEqual((await log.events()).map(({ position }) => position));
    for (const { id: list } of drawn.lists) {
      let total = { yes: 0, uncertain: 0 };
      let members = new Map<string, string>();
      for (const { entry, lists, totals } of steps) {
        for (const { yes, uncertain } of totals.filter((one) => one.list === list)) total = { yes, uncertain };
        for (const { caseId, before, after } of lists.filter((one) => one.list === list)) {
          expect(members.get(caseId) ?? 'no').toBe(before.certainty);
          if (after.certainty === 'no') members.delete(caseId);
          else members.set(caseId, after.certainty);
        }
        const scope = scopeOf({ asOf, knownAt: `position:${entry.position}` });
        const page = await ask.members.execute(new ListMembers(scope, list, WHOLE_PAGE));
        const expected = new Map(page?.items.map(({ caseId, certainty }) => [caseId, certainty] as const));
        // Who comes or goes by a change of the policy is told by the totals alone.
        if (entry.subject.kind === 'list') members = expected;
        expect(new Map([...members].sort())).toEqual(new Map([...expected].sort()));
        expect(total).toEqual(page?.total ?? { yes: 0, uncertain: 0 });
      }
    }
    file.close();
    await log.store.close();
  },
);

describe('one register', () => {
  let fixture: Awaited<ReturnType<typeof register>>;
  let replay: ReplayHandler;
  beforeAll(async () => {
    fixture = await register();
    replay = new ReplayHandler(fixture.models);
    await fixture.list();
    await fixture.append('case', 'a', opened('Ad', 'AZ-1'), { type: 'arrested', occurredOn: '2025-01-10' });
    await fixture.append('case', 'b', opened('Bu', 'AZ-2'), { type: 'arrested', occurredOn: '2025-01-10' });
    for (const id of ['a', 'b'])
      await fixture.append('case', id, {
        type: 'recognised',
        list: 'union',
        category: 'believers',
        occurredOn: '2025-02-01',
      });
    await fixture.append('case', 'b', { type: 'merged', into: 'a', reason: 'one person' });
    await fixture.append('case', 'a', { type: 'released', reason: 'bail', occurredOn: '2025-03-01' });
  });
  afterAll(() => fixture.close());

  const ask = (scope: Parameters<typeof scopeOf>[0], after: number, caseId?: string) =>
    replay.execute(
      new Replay(scopeOf({ atLeast: fixture.token, ...scope }), {
        after,
        limit: 100,
        ...(caseId !== undefined && { caseId }),
      }),
    );

  it('begins with the totals before it, and tells who came, left and was merged', async () => {
    const page = await ask({}, 9);
    expect(page?.opening).toEqual([{ list: 'union', yes: 0, uncertain: 0 }]);
    const believer = { certainty: 'yes', category: 'believers' };
    const nobody = { certainty: 'no', category: null };
    expect(page?.steps.map(({ entry, lists, totals }) => [entry.event.type, lists, totals])).toEqual([
      [
        'recognised',
        [{ list: 'union', caseId: 'a', before: nobody, after: believer }],
        [{ list: 'union', yes: 1, uncertain: 0 }],
      ],
      [
        'recognised',
        [{ list: 'union', caseId: 'b', before: nobody, after: believer }],
        [{ list: 'union', yes: 2, uncertain: 0 }],
      ],
      [
        'merged',
        [{ list: 'union', caseId: 'b', before: believer, after: nobody }],
        [{ list: 'union', yes: 1, uncertain: 0 }],
      ],
      [
        'released',
        [{ list: 'union', caseId: 'a', before: believer, after: nobody }],
        [{ list: 'union', yes: 0, uncertain: 0 }],
      ],
    ]);
    expect(page?.steps.at(-1)?.entry.changes).toEqual([
      expect.objectContaining({ axis: 'custody', before: ['detained'], after: ['free'] }),
    ]);
  });

  it('of one case, has the events of the cases merged into it, and no totals', async () => {
    const page = await ask({}, 0, 'a');
    expect(page?.steps.map(({ entry }) => [entry.subject.id, entry.event.type])).toEqual([
      ['a', 'opened'],
      ['a', 'arrested'],
      ['b', 'opened'],
      ['b', 'arrested'],
      ['a', 'recognised'],
      ['b', 'recognised'],
      ['b', 'merged'],
      ['a', 'released'],
    ]);
    expect(page?.opening).toEqual([]);
    expect(page?.steps.flatMap(({ totals }) => totals)).toEqual([]);
    expect(await ask({}, 0, 'nobody')).toBeNull();
  });

  it('ends at the position of the scope, and refuses positions beyond the log', async () => {
    const page = await ask({ knownAt: 'position:10' }, 0);
    expect([page?.position, page?.steps.length, page?.next]).toEqual([10, 10, null]);
    await expect(ask({ knownAt: 'position:99' }, 0)).rejects.toThrow(InvalidKnownAt);
    await expect(replay.execute(new Replay(NOW, { after: 99, limit: 1 }))).rejects.toThrow(BeyondLog);
  });
});
