import { BeyondLog } from '../../../src/read-models/query-errors.js';
import { ReadLog } from '../../../src/read-models/history/read-log.query.js';
import type { LoggedEvent } from '../../../src/read-models/history/logged-event.view.js';
import { opened, register, uuid } from '../support.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { projected } from '../../support/projected.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

const read = async (
  parameters: Partial<ReadLog['parameters']> = {},
  scope = NOW,
): Promise<readonly (readonly LoggedEvent[])[]> => {
  const batches: (readonly LoggedEvent[])[] = [];
  for await (const batch of await fixture.handlers.events.execute(new ReadLog(scope, { after: 0, ...parameters })))
    batches.push(batch);
  return batches;
};
const positions = async (parameters: Partial<ReadLog['parameters']> = {}): Promise<readonly number[]> =>
  (await read(parameters, scopeOf({ atLeast: fixture.token }))).flat().map(({ position }) => position);

it('is empty for an empty log', async () => {
  expect(await read()).toEqual([]);
});

it('returns every event as stored', async () => {
  await fixture.append('case', 'a', { ...opened('Ad'), id: uuid(1) });
  const [batch] = await read({}, scopeOf({ atLeast: fixture.token }));
  expect(batch).toEqual([
    {
      position: 1,
      stream: 'case-a',
      revision: 0,
      id: uuid(1),
      schemaVersion: 1,
      recordedAt: '2025-12-22T10:20:30.456Z',
      actor: { kind: 'person', id: 'a-17', asserted: true },
      acknowledged: [],
      raised: [],
      correlationId: 'request-1',
      causationId: null,
      event: expect.objectContaining({ type: 'opened' }),
    },
  ]);
});

it('supports a start position, event types and a limit', async () => {
  for (const id of ['a', 'b', 'c'])
    await fixture.append('case', id, opened('Ad'), { type: 'arrested', occurredOn: '2024-01-01' });
  expect(await positions()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await positions({ after: 2 })).toEqual([3, 4, 5, 6]);
  expect(await positions({ after: 6 })).toEqual([]);
  await expect(positions({ after: 99 })).rejects.toBeInstanceOf(BeyondLog);
  expect(await positions({ types: ['arrested'] })).toEqual([2, 4, 6]);
  expect(await positions({ types: ['arrested'], after: 2, limit: 1 })).toEqual([4]);
  expect(await positions({ limit: 4 })).toEqual([1, 2, 3, 4]);
  expect(await positions({ types: ['died'] })).toEqual([]);
});

it('reads in batches, up to the position projected when the query began', async () => {
  for (let count = 0; count < 700; count += 1) await fixture.append('case', `c${String(count)}`, opened('Ad'));
  const asked = await fixture.handlers.events.execute(new ReadLog(scopeOf({ atLeast: fixture.token }), { after: 0 }));
  await fixture.append('case', 'late', opened('Gec'));
  await projected(fixture.models, fixture.token);
  const sizes: number[] = [];
  let last = 0;
  for await (const batch of asked) {
    sizes.push(batch.length);
    for (const { position } of batch) expect(position).toBe((last += 1));
  }
  expect(sizes).toEqual([250, 250, 200]);
});

it('lets others have a turn between batches, however fast they are read', async () => {
  for (let count = 0; count < 700; count += 1) await fixture.append('case', `c${String(count)}`, opened('Ad'));
  const scope = scopeOf({ atLeast: fixture.token });
  const batches = await fixture.handlers.events.execute(new ReadLog(scope, { after: 0 }));
  let hasTurned = false;
  const turned: boolean[] = [];
  for await (const batch of batches) {
    turned.push(batch.length > 0 && hasTurned);
    hasTurned = false;
    setImmediate(() => (hasTurned = true));
  }
  expect(turned).toEqual([false, true, true]);
});
