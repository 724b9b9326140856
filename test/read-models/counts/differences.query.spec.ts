/** Differences between a list on two days, each as known at its own position. */
import fc from 'fast-check';
import { formatDay } from '../../../src/domain/time.js';
import { ListDifferences } from '../../../src/read-models/counts/differences.query.js';
import { MEMBER_SETS, type CertainOrPossible } from '../../../src/read-models/counts/movement.view.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { InvalidCursor, InvalidKnownAt } from '../../../src/read-models/query-errors.js';
import { arbitraryCaseEvents, FIRST_DAY } from '../../support/arbitraries.js';
import { scopeOf } from '../../support/scopes.js';
import { emptyFile, FixedReader, handlersOf, Log, opened, register, uuid, type Handlers } from '../support.js';
import { projected } from '../../support/projected.js';

interface Asked {
  readonly from: string;
  readonly fromKnown?: number;
  readonly to: string;
  readonly toKnown?: number;
}

type Options = Partial<ListDifferences['parameters']>;

const ask = async (handlers: Handlers, { from, fromKnown, to, toKnown }: Asked, options: Options = {}) => {
  const knownAt = (position: number | undefined) => (position === undefined ? undefined : `position:${position}`);
  const found = await handlers.differences.execute(
    new ListDifferences(
      scopeOf({ asOf: from, knownAt: knownAt(fromKnown ?? toKnown) }),
      scopeOf({ asOf: to, knownAt: knownAt(toKnown) }),
      'union',
      { limit: 100, ...options },
    ),
  );
  if (found === null) throw new Error('no list');
  return found;
};

describe('differences', () => {
  type Register = Awaited<ReturnType<typeof register>>;
  let fixture: Register;
  beforeEach(async () => {
    fixture = await register();
    await fixture.list();
  });
  afterEach(() => fixture.close());

  const member = (name: string, recognisedOn: string, id: number) => [
    opened(name),
    { type: 'arrested', occurredOn: '2024-01-01' },
    { type: 'recognised', list: 'union', category: 'believers', occurredOn: recognisedOn, id: uuid(id) },
  ];
  const append = async (...args: Parameters<Register['append']>): Promise<void> => {
    await fixture.append(...args);
    await projected(fixture.models, fixture.token);
  };
  const shown = async (asked: Asked) =>
    (await ask(fixture.handlers, asked)).items.map(
      ({ caseId, kind, origin, reason, event }) => [caseId, kind, origin, reason, event] as const,
    );

  it('are those that happened between the days, by their events, and those learned late, by what made them known', async () => {
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    const known = 8;
    await append('case', 'b', ...member('Bir', '2024-02-15', 2));
    await append('case', 'c', ...member('Cim', '2024-04-15', 3));
    await append('case', 'a', { type: 'released', occurredOn: '2024-04-20', reason: 'bail', id: uuid(4) });
    const asked = { from: '2024-03-01', fromKnown: known, to: '2024-05-01' };
    expect(await shown(asked)).toEqual([
      ['b', 'entered', 'learned-late', 'recognised', uuid(2)],
      ['a', 'left', 'happened-since', 'bail', uuid(4)],
      ['c', 'entered', 'happened-since', 'recognised', uuid(3)],
    ]);
    expect(await ask(fixture.handlers, asked)).toMatchObject({
      list: 'union',
      from: '2024-03-01',
      fromKnown: 'position:8',
      fromPosition: 8,
      to: '2024-05-01',
      toKnown: 'position:15',
      toPosition: 15,
      set: 'certain',
      opening: 1,
      reopening: 2,
      closing: 2,
      totals: {
        learnedLate: { entered: 1, left: 0, moved: 0, movedIn: 0, movedOut: 0 },
        happenedSince: { entered: 1, left: 1, moved: 0, movedIn: 0, movedOut: 0 },
      },
      next: null,
    });
  });

  it('tell both of a case that was learned to have been on the list, and has left since', async () => {
    const known = 5;
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    await append('case', 'a', { type: 'released', occurredOn: '2024-04-20', reason: 'bail', id: uuid(4) });
    expect(await shown({ from: '2024-03-01', fromKnown: known, to: '2024-05-01' })).toEqual([
      ['a', 'entered', 'learned-late', 'recognised', uuid(1)],
      ['a', 'left', 'happened-since', 'bail', uuid(4)],
    ]);
  });

  it('name a correction and a retraction as what made them known, with the time of recording', async () => {
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    await append('case', 'b', ...member('Bir', '2024-02-01', 2));
    const known = 11;
    await append('case', 'a', {
      type: 'corrected',
      event: uuid(1),
      correctedType: 'recognised',
      data: { occurredOn: '2024-06-01' },
      id: uuid(5),
    });
    await append('case', 'b', { type: 'retracted', event: uuid(2), reason: 'another person', id: uuid(6) });
    const asked = { from: '2024-03-01', fromKnown: known, to: '2024-07-01' };
    expect(await shown(asked)).toEqual([
      ['a', 'left', 'learned-late', 'corrected', uuid(5)],
      ['b', 'left', 'learned-late', 'retracted', uuid(6)],
      ['a', 'entered', 'happened-since', 'recognised', uuid(1)],
    ]);
    const { items } = await ask(fixture.handlers, asked);
    expect(items.map(({ learnedAt }) => learnedAt)).toEqual([expect.any(String), expect.any(String), null]);
  });

  it('name a merge and its end, by which a case leaves and comes again, and reconcile', async () => {
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    await append('case', 'b', ...member('Bir', '2024-02-01', 2));
    const apart = 11;
    await append('case', 'b', { type: 'merged', into: 'a', reason: 'one person', id: uuid(7) });
    // The survivor leaves by an event of the absorbed case.
    await append('case', 'b', { type: 'released', occurredOn: '2024-04-20', reason: 'bail', id: uuid(8) });
    const together = 13;
    await append('case', 'b', { type: 'unmerged', reason: 'two people', id: uuid(9) });
    const days = { from: '2024-03-01', to: '2024-05-01' };
    expect(await shown({ ...days, fromKnown: apart, toKnown: together })).toEqual([
      ['b', 'left', 'learned-late', 'merged', uuid(7)],
      ['a', 'left', 'happened-since', 'bail', uuid(8)],
    ]);
    expect(await ask(fixture.handlers, { ...days, fromKnown: apart, toKnown: together })).toMatchObject({
      opening: 2,
      reopening: 1,
      closing: 0,
    });
    expect(await shown({ ...days, fromKnown: together })).toEqual([
      ['b', 'entered', 'learned-late', 'unmerged', uuid(9)],
      ['b', 'left', 'happened-since', 'bail', uuid(8)],
    ]);
    // The answer is as if the two cases had never been merged.
    expect(await shown({ ...days, fromKnown: apart })).toEqual([['b', 'left', 'happened-since', 'bail', uuid(8)]]);
  });

  it('are moved where only the category differs, and by the policy where only that changed', async () => {
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    await append('case', 'b', ...member('Bir', '2024-02-01', 2));
    const known = 11;
    const others = { list: 'union', category: 'others' };
    await append('case', 'a', { type: 'recategorised', ...others, occurredOn: '2024-02-10', id: uuid(5) });
    await append('case', 'b', { type: 'recategorised', ...others, occurredOn: '2024-04-10', id: uuid(6) });
    const asked = { from: '2024-03-01', fromKnown: known, to: '2024-05-01' };
    expect(await shown(asked)).toEqual([
      ['a', 'moved', 'learned-late', 'recategorised', uuid(5)],
      ['b', 'moved', 'happened-since', 'recategorised', uuid(6)],
    ]);
    const believers = await ask(fixture.handlers, asked, { category: ['believers'] });
    expect(believers).toMatchObject({ opening: 2, reopening: 1, closing: 0 });
    expect(believers.totals).toMatchObject({ learnedLate: { movedOut: 1 }, happenedSince: { movedOut: 1 } });
    const before = (await fixture.events()).length;
    await append('list', 'union', { type: 'policy-set', from: '2020-01-01', custody: ['imprisoned'] });
    expect(await shown({ from: '2024-03-01', fromKnown: before, to: '2024-03-01' })).toEqual([
      ['a', 'left', 'learned-late', 'policy', null],
      ['b', 'left', 'learned-late', 'policy', null],
    ]);
  });

  it('are none where days and knowledge are the same, and refuse to go back', async () => {
    await append('case', 'a', ...member('Ad', '2024-02-01', 1));
    expect(await shown({ from: '2024-03-01', to: '2024-03-01' })).toEqual([]);
    await expect(shown({ from: '2024-03-01', fromKnown: 8, to: '2024-03-01', toKnown: 7 })).rejects.toEqual(
      new InvalidKnownAt('KNOWN_AT.BACKWARDS', 'fromKnown'),
    );
    await expect(shown({ from: '2024-03-01', to: '2024-03-01', toKnown: 99 })).rejects.toMatchObject({
      code: 'KNOWN_AT.BEYOND_LOG',
    });
  });

  it('are paged by origin and name, with the knowledge of the first page', async () => {
    const known = 5;
    for (const [id, name] of ['Ad', 'Bir', 'Cim', 'Dal'].entries())
      await append('case', `c${id}`, ...member(name, id < 2 ? '2024-02-01' : '2024-04-01', id));
    const asked = { from: '2024-03-01', fromKnown: known, to: '2024-05-01' };
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof ask>> = await ask(fixture.handlers, asked, {
        limit: 1,
        ...(after !== null && { after }),
      });
      seen.push(...page.items.map(({ caseId, origin }) => `${caseId} ${origin}`));
      expect(page.totals).toMatchObject({ learnedLate: { entered: 2 }, happenedSince: { entered: 2 } });
      if (after === null) await append('case', 'late', ...member('Abbas', '2024-02-01', 9));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(['c0 learned-late', 'c1 learned-late', 'c2 happened-since', 'c3 happened-since']);
    const { next } = await ask(fixture.handlers, asked, { limit: 1 });
    await expect(ask(fixture.handlers, { ...asked, fromKnown: 6 }, { limit: 1, after: next ?? '' })).rejects.toEqual(
      new InvalidCursor('after'),
    );
  });
});

describe('the differences of any register', () => {
  it('lead from the list of the earlier scope to that of the later one', async () => {
    const cases = fc.array(arbitraryCaseEvents(6), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(cases, fc.boolean(), async (histories, changes) => {
        const log = new Log();
        await log.list();
        const queues = histories.map((events) => [...events]);
        while (queues.some((queue) => queue.length > 0))
          for (const [no, queue] of queues.entries()) {
            const next = queue.shift();
            if (next === undefined) continue;
            const { after: _, ...event } = next.event;
            await log.appendCaseEvent(`c${no}`, { id: uuid(1000 * no + next.id.charCodeAt(0)), event });
          }
        if (changes)
          await log.append('list', 'union', {
            type: 'policy-set',
            from: formatDay(FIRST_DAY + 4),
            custody: ['free', 'remand'],
          });
        const file = emptyFile();
        file.applyBatch(await log.events());
        const handlers = handlersOf(new FixedReader(file, log.store));
        const head = file.checkpoint.position;
        for (const set of MEMBER_SETS)
          for (const [from, to] of [
            [1, 5],
            [3, 3],
          ] as const)
            for (const fromKnown of [5, Math.floor((head + 5) / 2), head])
              await check(handlers, set, FIRST_DAY + from, FIRST_DAY + to, fromKnown, head);
        file.close();
        await log.store.close();
      }),
      { numRuns: 20 },
    );
  });

  const check = async (
    handlers: Handlers,
    set: CertainOrPossible,
    from: number,
    to: number,
    fromKnown: number,
    toKnown: number,
  ): Promise<void> => {
    const on = async (day: number, position: number): Promise<readonly string[]> => {
      const filters = set === 'certain' ? { certainty: 'yes' as const } : {};
      const scope = scopeOf({ asOf: formatDay(day), knownAt: `position:${position}` });
      const page = await handlers.members.execute(new ListMembers(scope, 'union', { filters, page: { limit: 100 } }));
      return (page?.items ?? []).map(({ caseId }) => caseId);
    };
    const [opening, reopening, closing] = [
      await on(from, fromKnown),
      await on(from, toKnown),
      await on(to, toKnown),
    ] as const;
    const asked = { from: formatDay(from), fromKnown, to: formatDay(to), toKnown };
    const found = await ask(handlers, asked, { set });
    expect([found.opening, found.reopening, found.closing]).toEqual([opening.length, reopening.length, closing.length]);
    const ids = (kind: string, origin: string): readonly string[] =>
      found.items
        .filter((item) => item.kind === kind && item.origin === origin)
        .map(({ caseId }) => caseId)
        .sort();
    const without = (some: readonly string[], others: readonly string[]): readonly string[] =>
      some.filter((id) => !others.includes(id)).sort();
    expect(ids('entered', 'learned-late')).toEqual(without(reopening, opening));
    expect(ids('left', 'learned-late')).toEqual(without(opening, reopening));
    expect(ids('entered', 'happened-since')).toEqual(without(closing, reopening));
    expect(ids('left', 'happened-since')).toEqual(without(reopening, closing));
  };
});
