import fc from 'fast-check';
import { FollowLogHandler } from '../../../src/read-models/history/follow-log.query.js';
import { BeyondLog } from '../../../src/read-models/query-errors.js';
import { ReadLog } from '../../../src/read-models/history/read-log.query.js';
import { FollowLog } from '../../../src/read-models/history/follow-log.query.js';
import type { LoggedEvent } from '../../../src/read-models/history/logged-event.view.js';
import { opened, register } from '../support.js';
import { NOW } from '../../support/scopes.js';
import { effort } from '../../support/effort.js';
import { projected } from '../../support/projected.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

type Parameters = FollowLog['parameters'];
const follow = async (parameters: Partial<Parameters> = {}) => {
  const feed = await new FollowLogHandler(fixture.models).execute(new FollowLog(NOW, { after: 0, ...parameters }));
  if (feed === null) throw new Error('no such list');
  return feed;
};

/** All events after a position, page by page. */
const all = async (parameters: Partial<Parameters> = {}): Promise<readonly LoggedEvent[]> => {
  const feed = await follow(parameters);
  const events: LoggedEvent[] = [];
  for (let from = parameters.after ?? 0; ;) {
    const page = feed.page(from);
    events.push(...page.events);
    if (page.caughtUp) return events;
    from = page.endPosition;
  }
};
const positions = async (parameters: Partial<Parameters> = {}) =>
  (await all(parameters)).map(({ position }) => position);
const settled = () => projected(fixture.models, fixture.token);

it('returns events exactly as ReadLog does', async () => {
  await fixture.list();
  await fixture.append('case', 'a', opened('Ad', 'AZ-1'), { type: 'arrested', occurredOn: '2024-01-01' });
  await settled();
  const replayed: LoggedEvent[] = [];
  for await (const batch of await fixture.handlers.events.execute(new ReadLog(NOW, { after: 0 })))
    replayed.push(...batch);
  expect(await all()).toEqual(replayed);
  expect(JSON.stringify(await all())).toBe(JSON.stringify(replayed));
});

it('continues after a position, and tells how far it read and whether there is more', async () => {
  for (let i = 0; i < 600; i += 1) void fixture.append('case', `c${i}`, opened('Ad'));
  await fixture.append('case', 'last', opened('Ad'));
  await settled();
  const feed = await follow({ types: ['died'] });
  const first = feed.page(0);
  expect(first).toEqual({ events: [], endPosition: expect.any(Number), caughtUp: false });
  expect(feed.page(first.endPosition)).toEqual({ events: [], endPosition: 601, caughtUp: true });
  expect(feed.page(601)).toEqual({ events: [], endPosition: 601, caughtUp: true });
  expect(await positions({ after: 598 })).toEqual([599, 600, 601]);
});

it('limits pages by the size of events', async () => {
  const note = 'x'.repeat(4_000);
  for (let i = 0; i < 40; i += 1) await fixture.append('case', 'a', { type: 'tried', occurredOn: '2024', note });
  await settled();
  expect((await follow()).page(0)).toMatchObject({ endPosition: 16, caughtUp: false });
  expect(await positions()).toHaveLength(40);
});

it('with a list, returns its own events and those of each case from the first that mentions it', async () => {
  await fixture.list('union'); // 1 to 5
  await fixture.list('other'); // 6 to 10
  await fixture.append('case', 'numbered', opened('Bir', 'AZ-1')); // 11
  await fixture.append('case', 'judged', opened('İki'), { type: 'arrested', occurredOn: '2024-01-01' }); // 12, 13
  await fixture.append('case', 'judged', { type: 'proposed', occurredOn: '2024-02', list: 'union' }); // 14
  await fixture.append('case', 'elsewhere', opened('Üç'), {
    type: 'declined',
    occurredOn: '2024',
    list: 'other',
    reason: 'x',
  }); // 15, 16
  await fixture.append('case', 'judged', { type: 'tried', occurredOn: '2024-03' }); // 17
  await fixture.append('case', 'numbered', { type: 'arrested', occurredOn: '2024-01-01' }); // 18
  await fixture.append('reference', 'r', {
    type: 'reference-claimed',
    list: 'union',
    reference: 'AZ-2',
    caseId: 'judged',
  }); // 19
  await fixture.append('case', 'elsewhere', { type: 'referenced', list: 'union', reference: 'AZ-3' }); // 20
  await fixture.append('case', 'elsewhere', { type: 'died', occurredOn: '2025' }); // 21
  await settled();
  expect(await positions({ list: 'union' })).toEqual([1, 2, 3, 4, 5, 11, 14, 17, 18, 20, 21]);
  expect(await positions({ list: 'other' })).toEqual([6, 7, 8, 9, 10, 16, 20, 21]);
  expect(await positions({ list: 'union', types: ['arrested', 'died'] })).toEqual([18, 21]);
  expect(await positions({ types: ['reference-claimed'] })).toEqual([19]);
});

it('is null for an unknown list, empty at the end of the log, and refused beyond it', async () => {
  const handler = new FollowLogHandler(fixture.models);
  expect(await handler.execute(new FollowLog(NOW, { after: 0, list: 'nobody' }))).toBeNull();
  await projected(fixture.models, await fixture.append('case', 'a', opened('Ad')));
  expect((await handler.execute(new FollowLog(NOW, { after: 1 })))?.page(1)).toEqual({
    events: [],
    endPosition: 1,
    caughtUp: true,
  });
  await expect(handler.execute(new FollowLog(NOW, { after: 2 }))).rejects.toBeInstanceOf(BeyondLog);
});

it('returns each event once and in order while the log grows and the file is rebuilt', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ append: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ read: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.constant({ rebuild: true as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const own = await register();
      const feed = await new FollowLogHandler(own.models).execute(new FollowLog(NOW, { after: 0 }));
      const readers = [0, 1, 2].map(() => ({ position: 0, got: [] as number[] }));
      const read = (reader: (typeof readers)[number]): boolean => {
        const page = feed!.page(reader.position);
        reader.got.push(...page.events.map(({ position }) => position));
        reader.position = page.endPosition;
        return page.caughtUp;
      };
      let appended = 0;
      for (const each of steps) {
        if ('append' in each) {
          await own.append('case', `c${each.append}`, opened('Ad'));
          appended += 1;
        } else if ('read' in each) read(readers[each.read]!);
        else await own.models.rebuild();
      }
      if (appended > 0) await projected(own.models, own.token);
      for (const reader of readers) {
        while (!read(reader)) continue;
        expect(reader.got).toEqual(Array.from({ length: appended }, (_, i) => i + 1));
      }
      await own.close();
    }),
    { numRuns: effort(12, 200) },
  );
});
