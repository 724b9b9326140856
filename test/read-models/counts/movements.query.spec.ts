import fc from 'fast-check';
import { InvalidCursor } from '../../../src/read-models/query-errors.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { MEMBER_SETS } from '../../../src/read-models/counts/movement.view.js';
import { Movements } from '../../../src/read-models/counts/movements.query.js';
import { formatDay } from '../../../src/domain/time.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../../support/arbitraries.js';
import { ARTICLE } from '../../support/events.js';
import { emptyFile, FixedReader, handlersOf, Log, opened, register, uuid } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { effort } from '../../support/effort.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => {
  fixture = await register();
  await fixture.list();
});
afterEach(() => fixture.close());

type EventFields = Parameters<Register['append']>[2];
const member = (category = 'believers'): EventFields[] => [
  { type: 'arrested', occurredOn: '2024-01-01', id: uuid(1) },
  { type: 'recognised', occurredOn: '2024-01-02', list: 'union', category, id: uuid(2) },
];
const ask = async (from: string, to: string, more: Partial<Movements['parameters']> = {}) => {
  const parameters = { from, to, limit: 100, ...more };
  const found = await fixture.handlers.movements.execute(
    new Movements(scopeOf({ atLeast: fixture.token }), 'union', parameters),
  );
  if (found === null) throw new Error('no list');
  return found;
};
const between = (from: string, to: string, category?: readonly string[]) =>
  ask(from, to, category === undefined ? {} : { category });

describe('exits', () => {
  it.each<[string, EventFields[], string, string, string | null]>([
    ['a release, by its reason', [{ type: 'released', reason: 'bail' }], 'bail', '2024-03-01', uuid(9)],
    ...(['pardon', 'amnesty', 'parole', 'sentence-served'] as const).map(
      (reason): [string, EventFields[], string, string, string] => [
        `a release by ${reason} that nothing founds, as such`,
        [{ type: 'released', reason }],
        'unfounded',
        '2024-03-01',
        uuid(9),
      ],
    ),
    ['death', [{ type: 'died' }], 'died', '2024-03-01', uuid(9)],
    ['an escape', [{ type: 'escaped' }], 'escaped', '2024-03-01', uuid(9)],
    ['a deportation', [{ type: 'deported' }], 'deported', '2024-03-01', uuid(9)],
    ['an exchange', [{ type: 'exchanged' }], 'exchanged', '2024-03-01', uuid(9)],
    ['a search', [{ type: 'wanted' }], 'wanted', '2024-03-01', uuid(9)],
    ['house arrest', [{ type: 'remanded', measure: 'house-arrest' }], 'house-arrest', '2024-03-01', uuid(9)],
    ['the list’s judgment', [{ type: 'delisted', list: 'union', reason: 'a word' }], 'delisted', '2024-03-01', uuid(9)],
    ['a second thought', [{ type: 'declined', list: 'union', reason: 'a word' }], 'declined', '2024-03-01', uuid(9)],
  ])('by %s', async (_, events, reason, on, event) => {
    const left = events.map((said) => ({ occurredOn: '2024-03-01', id: uuid(9), ...said }));
    await fixture.append('case', 'a', opened('Ad', 'AZ-1'), ...member(), ...left);
    expect(await between('2024-02-01', '2024-04-01')).toEqual({
      list: 'union',
      from: '2024-02-01',
      to: '2024-04-01',
      set: 'certain',
      knownAt: 'position:9',
      position: 9,
      opening: 1,
      closing: 0,
      totals: { entered: 0, left: 1, moved: 0, movedIn: 0, movedOut: 0 },
      next: null,
      entered: [],
      left: [
        {
          caseId: 'a',
          references: [{ list: 'union', reference: 'AZ-1' }],
          name: 'Ad',
          reason,
          day: '2024-03-01',
          on,
          category: 'believers',
          previousCategory: null,
          event,
        },
      ],
      moved: [],
      leftByReason: [{ reason, count: 1 }],
    });
    expect((await between('2024-02-29', '2024-03-01')).left).toHaveLength(1);
    expect((await between('2024-03-01', '2024-04-01')).left).toEqual([]);
    expect((await between('2024-02-01', '2024-02-29')).left).toEqual([]);
  });

  it('by the mechanism of an event that supports the release, whenever it is recorded', async () => {
    const effect = { effect: 'released-from-imprisonment' };
    const released = { type: 'released', occurredOn: '2024-03-01', id: uuid(9) };
    await fixture.append('case', 'a', ...member(), { ...released, reason: 'pardon' });
    expect((await between('2024-02-01', '2024-04-01')).leftByReason).toEqual([{ reason: 'unfounded', count: 1 }]);
    await fixture.append('case', 'a', { type: 'amnestied', occurredOn: '2024-02-20', act: 'act', ...effect });
    expect((await between('2024-02-01', '2024-04-01')).leftByReason).toEqual([{ reason: 'unfounded', count: 1 }]);
    await fixture.append('case', 'a', { type: 'pardoned', occurredOn: '2024-02', decree: 'decree', ...effect });
    expect((await between('2024-02-01', '2024-04-01')).leftByReason).toEqual([{ reason: 'pardon', count: 1 }]);
  });

  it('by custody first if a release and a judgment fall on one day', async () => {
    const on = { occurredOn: '2024-03-01' };
    const delisted = { type: 'delisted', ...on, list: 'union', reason: 'released' };
    await fixture.append('case', 'a', ...member(), { type: 'released', ...on, reason: 'bail' }, delisted);
    expect((await between('2024-02-01', '2024-04-01')).leftByReason).toEqual([{ reason: 'bail', count: 1 }]);
  });

  it('by the policy if only that changed', async () => {
    await fixture.append('case', 'a', ...member());
    await fixture.append('list', 'union', { type: 'policy-set', from: '2024-03-01', custody: ['imprisoned'] });
    expect((await between('2024-02-01', '2024-04-01')).left).toMatchObject([
      { caseId: 'a', reason: 'policy', on: '2024-03-01', event: null, category: 'believers' },
    ]);
  });

  it('by the judgment if the policy changed on the same day', async () => {
    const delisted = { type: 'delisted', occurredOn: '2024-03-01', list: 'union', reason: 'x' };
    await fixture.append('case', 'a', ...member(), delisted);
    await fixture.append('list', 'union', { type: 'policy-set', from: '2024-03-01', custody: ['imprisoned'] });
    expect((await between('2024-02-01', '2024-04-01')).leftByReason).toEqual([{ reason: 'delisted', count: 1 }]);
  });

  it('each time, with the category of the day before and the EDTF date of the event', async () => {
    await fixture.append(
      'case',
      'a',
      ...member(),
      { type: 'released', occurredOn: '2024-02-10', reason: 'bail' },
      { type: 'arrested', occurredOn: '2024-02-20' },
      { type: 'recognised', occurredOn: '2024-02-20', list: 'union', category: 'journalists' },
      { type: 'recategorised', occurredOn: '2024-02-25', list: 'union', category: 'others' },
      { type: 'released', occurredOn: '2024-03', reason: 'exchange', id: uuid(9) },
    );
    const bail = { reason: 'bail', day: '2024-02-10', on: '2024-02-10', category: 'believers' };
    const exchange = { reason: 'exchange', on: '2024-03', category: 'others', event: uuid(9) };
    for (const to of ['2024-03-15', '2024-04-01'])
      expect((await between('2024-02-01', to)).left).toMatchObject([bail, { ...exchange, day: '2024-03-01' }]);
    expect((await ask('2024-02-01', '2024-04-01', { set: 'possible' })).left).toMatchObject([
      bail,
      { ...exchange, day: '2024-03-31' },
    ]);
  });

  it('with reason `undecided` if too many events are undecided', async () => {
    const charges = Array.from({ length: 14 }, () => ({ type: 'charged', occurredOn: '2024-05', articles: [ARTICLE] }));
    await fixture.append('case', 'a', ...member(), ...charges);
    expect((await between('2024-04-01', '2024-05-10')).left).toMatchObject([{ reason: 'undecided', event: null }]);
    expect((await between('2024-05-10', '2024-06-10')).entered).toMatchObject([{ reason: 'recognised' }]);
  });

  it('by a new episode that the list has not judged', async () => {
    await fixture.append(
      'case',
      'a',
      ...member(),
      { type: 'released', occurredOn: '2024-03-01', reason: 'bail', id: uuid(8) },
      { type: 'arrested', occurredOn: '2024-03-01', after: uuid(8) },
    );
    expect((await between('2024-02-01', '2024-04-01')).left).toMatchObject([
      { reason: 'none', on: '2024-03-01', event: null, category: 'believers' },
    ]);
  });

  it('after an entry within the same span, and each time', async () => {
    const on = (occurredOn: string, type: string, more = {}): EventFields => ({ type, occurredOn, ...more });
    const recognised = { list: 'union', category: 'believers' };
    await fixture.append(
      'case',
      'a',
      ...member(),
      on('2024-02-01', 'released', { reason: 'bail' }),
      on('2024-03-01', 'arrested'),
      on('2024-03-05', 'recognised', recognised),
      on('2024-04-01', 'released', { reason: 'health' }),
    );
    const whole = await between('2023-12-01', '2024-12-31');
    expect(whole).toMatchObject({ opening: 0, closing: 0, totals: { entered: 2, left: 2 } });
    expect(whole.entered.map(({ day }) => day)).toEqual(['2024-01-02', '2024-03-05']);
    expect(whole.leftByReason).toEqual([
      { reason: 'bail', count: 1 },
      { reason: 'health', count: 1 },
    ]);
    const parts = [await between('2023-12-01', '2024-03-04'), await between('2024-03-04', '2024-12-31')];
    expect(parts.flatMap(({ left }) => left)).toEqual(whole.left);
    expect(parts.flatMap(({ entered }) => entered)).toEqual(whole.entered);
  });

  it('do not include a stay of less than a day', async () => {
    const [arrested = { type: '' }, recognised = { type: '' }] = member();
    const released = { type: 'released', occurredOn: '2024-01-02', reason: 'bail', after: uuid(2) };
    await fixture.append('case', 'a', arrested, recognised, released);
    expect(await between('2023-12-01', '2024-12-31')).toMatchObject({ entered: [], left: [] });
  });
});

describe('entries', () => {
  it('by recognition', async () => {
    await fixture.append('case', 'a', ...member());
    expect((await between('2023-12-01', '2024-02-01')).entered).toMatchObject([
      {
        caseId: 'a',
        reason: 'recognised',
        on: '2024-01-02',
        event: uuid(2),
        category: 'believers',
        previousCategory: null,
      },
    ]);
    expect(await between('2023-12-01', '2024-02-01')).toMatchObject({ opening: 0, closing: 1, left: [], moved: [] });
  });

  it('by entering a custody of the policy', async () => {
    const home = { type: 'remanded', occurredOn: '2024-01-01', measure: 'house-arrest' };
    const back = { type: 'remanded', occurredOn: '2024-02-01', measure: 'detention', id: uuid(9) };
    await fixture.append('case', 'a', ...member(), home, back);
    expect((await between('2024-01-10', '2024-03-01')).entered).toMatchObject([{ reason: 'remanded', event: uuid(9) }]);
  });

  it('by the policy', async () => {
    await fixture.append('case', 'a', ...member(), {
      type: 'remanded',
      occurredOn: '2024-01-10',
      measure: 'house-arrest',
    });
    await fixture.append('list', 'union', { type: 'policy-set', from: '2024-03-01', custody: ['house-arrest'] });
    expect((await between('2024-02-01', '2024-04-01')).entered).toMatchObject([
      { reason: 'policy', on: '2024-03-01', event: null },
    ]);
  });

  it('once membership is certain', async () => {
    await fixture.append(
      'case',
      'a',
      { type: 'arrested', occurredOn: '2024-01-01' },
      {
        type: 'recognised',
        occurredOn: '2024-02',
        list: 'union',
        category: 'believers',
      },
    );
    expect((await between('2024-01-15', '2024-02-15')).entered).toEqual([]);
    expect((await between('2024-01-15', '2024-03-15')).entered).toMatchObject([
      { on: '2024-02', reason: 'recognised' },
    ]);
  });
});

describe('changes of category', () => {
  const recategorised = {
    type: 'recategorised',
    occurredOn: '2024-02-01',
    list: 'union',
    category: 'journalists',
    id: uuid(9),
  };

  it('are neither entries nor exits', async () => {
    await fixture.append('case', 'a', opened('Ad'), ...member(), recategorised);
    expect(await between('2024-01-10', '2024-03-01')).toMatchObject({
      opening: 1,
      closing: 1,
      entered: [],
      left: [],
      moved: [
        {
          caseId: 'a',
          reason: 'recategorised',
          on: '2024-02-01',
          category: 'journalists',
          previousCategory: 'believers',
          event: uuid(9),
        },
      ],
    });
    expect((await between('2024-01-10', '2024-01-31')).moved).toEqual([]);
  });

  it('back and forth count twice', async () => {
    await fixture.append('case', 'a', ...member(), recategorised, {
      ...recategorised,
      occurredOn: '2024-02-20',
      category: 'believers',
      id: uuid(8),
    });
    const { moved, totals } = await between('2024-01-10', '2024-03-01', ['believers']);
    expect(moved.map(({ day, previousCategory, category }) => [day, previousCategory, category])).toEqual([
      ['2024-02-01', 'believers', 'journalists'],
      ['2024-02-20', 'journalists', 'believers'],
    ]);
    expect(totals).toEqual({ entered: 0, left: 0, moved: 2, movedIn: 1, movedOut: 1 });
  });

  it('with a partial date leave one category at its start and enter the other at its end', async () => {
    await fixture.append('case', 'a', ...member(), { ...recategorised, occurredOn: '2024-02' });
    const moves = async (set: 'certain' | 'possible', category: string) =>
      (await ask('2024-01-10', '2024-03-01', { set, category: [category] })).moved.map(
        ({ day, previousCategory, category }) => [day, previousCategory, category],
      );
    const first = ['2024-02-01', 'believers', null];
    const last = ['2024-02-29', null, 'journalists'];
    expect(await moves('certain', 'believers')).toEqual([first]);
    expect(await moves('certain', 'journalists')).toEqual([last]);
    expect(await moves('possible', 'believers')).toEqual([first, last]);
    expect(await moves('possible', 'journalists')).toEqual([first, last]);
  });

  it('appear under either category filter', async () => {
    await fixture.append('case', 'a', opened('Ad'), ...member(), recategorised);
    const believers = await between('2024-01-10', '2024-03-01', ['believers']);
    expect(believers).toMatchObject({ opening: 1, closing: 0, left: [], moved: [{ caseId: 'a' }] });
    const journalists = await between('2024-01-10', '2024-03-01', ['journalists']);
    expect(journalists).toMatchObject({ opening: 0, closing: 1, entered: [], moved: [{ caseId: 'a' }] });
    expect((await between('2024-01-10', '2024-03-01', ['others'])).moved).toEqual([]);
    expect((await between('2023-01-10', '2024-01-10', ['others'])).entered).toEqual([]);
  });
});

it('are sorted by name, with counts by reason', async () => {
  for (const [id, name, reason] of [
    ['1', 'Şahin', 'bail'],
    ['2', 'Samir', 'health'],
    ['3', 'Əli', 'health'],
  ] as const) {
    const [arrest = { type: '' }, recognition = { type: '' }] = member().map(
      ({ id: _, ...said }) => said as EventFields,
    );
    await fixture.append('case', id, opened(name), arrest, recognition, {
      type: 'released',
      occurredOn: '2024-03-01',
      reason,
    });
  }
  const { left, leftByReason } = await between('2024-02-01', '2024-04-01');
  expect(left.map(({ caseId }) => caseId)).toEqual(['3', '2', '1']);
  expect(leftByReason).toEqual([
    { reason: 'bail', count: 1 },
    { reason: 'health', count: 2 },
  ]);
});

it('is null for an unknown list, empty for an empty span, and refuses reversed days', async () => {
  expect(
    await fixture.handlers.movements.execute(
      new Movements(NOW, 'nowhere', { from: '2024-01-01', to: '2024-02-01', limit: 1 }),
    ),
  ).toBeNull();
  await fixture.append('case', 'a', ...member());
  expect(await between('2024-02-01', '2024-02-01')).toMatchObject({ opening: 1, closing: 1, entered: [], left: [] });
  await expect(between('2024-02-02', '2024-02-01')).rejects.toBeInstanceOf(RangeError);
});

it('pages by day and name, all as known at the first page', async () => {
  for (const [id, name] of ['Samir', 'Əli', 'Zaur', 'Anar', 'Babək'].entries())
    await fixture.append(
      'case',
      String(id),
      opened(name),
      ...member().map(({ id: _, ...said }) => said as EventFields),
      {
        type: 'released',
        occurredOn: `2024-03-0${String(5 - id)}`,
        reason: 'bail',
      },
    );
  const span = ['2023-12-01', '2024-12-31'] as const;
  const whole = await ask(...span);
  const pages = [await ask(...span, { limit: 3 })];
  await fixture.append('case', 'late', opened('Aqil'), ...member());
  for (let next = pages[0]?.next; next; next = pages.at(-1)?.next)
    pages.push(await ask(...span, { limit: 3, after: next }));
  const days = pages.map(({ entered, left }) => [...entered, ...left].map(({ day }) => day.slice(5)));
  expect(days).toEqual([
    ['01-02', '01-02', '01-02'],
    ['01-02', '01-02', '03-01'],
    ['03-02', '03-03', '03-04'],
    ['03-05'],
  ]);
  expect(pages.flatMap(({ entered }) => entered)).toEqual(whole.entered);
  expect(pages.flatMap(({ left }) => left)).toEqual(whole.left);
  expect(whole.entered.map(({ name }) => name)).toEqual(['Anar', 'Babək', 'Əli', 'Samir', 'Zaur']);
  for (const { totals, position, opening, closing } of pages)
    expect({ totals, position, opening, closing }).toMatchObject({
      totals: { entered: 5, left: 5 },
      position: whole.position,
      opening: 0,
      closing: 0,
    });
  await expect(ask('2023-12-02', span[1], { after: String(pages[0]?.next) })).rejects.toBeInstanceOf(InvalidCursor);
});

it('adds up over consecutive spans, for certain and for possible members', async () => {
  const cases = fc.array(arbitraryCaseEvents(6), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async (histories, changes) => {
      const log = new Log();
      await log.list();
      if (changes)
        await log.append('list', 'union', {
          type: 'policy-set',
          from: formatDay(FIRST_DAY + 4),
          custody: ['free', 'remand'],
        });
      for (const [no, events] of histories.entries())
        for (const {
          id,
          event: { after: _, ...event },
        } of events)
          await log.appendCaseEvent(`c${String(no)}`, { id: uuid(1000 * no + id.charCodeAt(0)), event });
      const file = emptyFile();
      file.applyBatch(await log.events());
      const handlers = handlersOf(new FixedReader(file, log.store));
      for (const set of MEMBER_SETS) await checkDays(handlers, set);
      file.close();
      await log.store.close();
    }),
    { numRuns: effort(8, 200) },
  );
});

const checkDays = async (handlers: ReturnType<typeof handlersOf>, set: (typeof MEMBER_SETS)[number]): Promise<void> => {
  const on = async (day: number): Promise<string[]> => {
    const filters = set === 'certain' ? { certainty: 'yes' as const } : {};
    const page = { filters, page: { limit: 9 } };
    return (
      (await handlers.members.execute(new ListMembers(scopeOf({ asOf: formatDay(day) }), 'union', page)))?.items.map(
        ({ caseId }) => caseId,
      ) ?? []
    );
  };
  const between = async (from: number, to: number) => {
    const parameters = { from: formatDay(from), to: formatDay(to), set, limit: 1_000 };
    const found = await handlers.movements.execute(new Movements(NOW, 'union', parameters));
    if (found === null) throw new Error('no list');
    return found;
  };
  const ids = (movements: readonly { caseId: string }[]) => movements.map(({ caseId }) => caseId).sort();
  const days = Array.from({ length: DAY_COUNT + 5 }, (_, at) => FIRST_DAY - 1 + at);
  const lists = await Promise.all(days.map(on));
  const single = await Promise.all(days.slice(1).map((day) => between(day - 1, day)));
  for (const [at, { entered, left, opening, closing, moved }] of single.entries()) {
    const [before = [], after = []] = [lists[at], lists[at + 1]];
    expect(ids(entered)).toEqual(after.filter((id) => !before.includes(id)).sort());
    expect(ids(left)).toEqual(before.filter((id) => !after.includes(id)).sort());
    expect([opening, closing]).toEqual([before.length, after.length]);
    for (const { reason, event, on: day } of [...entered, ...left, ...moved]) {
      expect(reason).not.toMatch(/^$|unknown|undefined/);
      expect(day).toMatch(/^2024/);
      if (event === null) expect(['policy', 'undecided', 'none']).toContain(reason);
    }
  }
  for (let from = 0; from < days.length; from += 3) {
    const whole = await between(days[from] ?? 0, days.at(-1) ?? 0);
    for (const kind of ['entered', 'left', 'moved'] as const)
      expect(whole[kind]).toEqual(single.slice(from).flatMap((part) => part[kind]));
  }
};
