/** An edition as it is read when names or salts were erased since, and what it says of people who are hard to place. */
import { randomUUID } from 'node:crypto';
import type { LogEvent } from '../../../src/event-store/port.js';
import { checkAppend } from '../../../src/event-store/request-checks.js';
import { DraftEdition, DraftEditionHandler } from '../../../src/read-models/editions/draft-edition.query.js';
import { lineHash, createLineSalt } from '../../../src/read-models/editions/lines.js';
import { OneEdition, OneEditionHandler } from '../../../src/read-models/editions/one-edition.query.js';
import { LIMITS } from '../../../src/schema/limits.js';
import { caseEvent } from '../../support/events.js';
import { newEvent } from '../../support/new-events.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { emptyFile, FixedReader, Log, NAME, opened } from '../support.js';

const LINE = { category: null, name: null, reference: null };
const log = new Log();
const arrested = { type: 'arrested', occurredOn: '2024-01-01' };
const recognised = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2024-02-01' };

/** The edition as the read models of a log have it. */
const read = async (events: readonly LogEvent[]) => {
  const file = emptyFile();
  file.applyBatch(events);
  const handler = new OneEditionHandler(new FixedReader(file, log.store));
  const view = await handler.execute(new OneEdition(NOW, 'union', 'march', { limit: 10 }));
  file.close();
  if (view === null) throw new Error('no edition');
  return view;
};
const membersOf = ({ members }: Awaited<ReturnType<typeof read>>) =>
  members.map(({ reference, name, category, reproduced }) => [reference, name, category, reproduced]);
const changed = async (type: string, fields: object): Promise<readonly LogEvent[]> =>
  (await log.events()).map((one) =>
    one.event.type === type && (type !== 'opened' || one.stream === 'case-a')
      ? { ...one, event: { ...one.event, ...fields } }
      : one,
  );

let published: Awaited<ReturnType<typeof read>>;
beforeAll(async () => {
  await log.list();
  await log.append('case', 'a', opened('Ad', 'AZ-2'), arrested, recognised);
  const alias = { type: 'named', name: { ...NAME, text: 'Ləqəb', kind: 'alias' } };
  await log.append('case', 'b', opened('Bir', 'AZ-10'), arrested, recognised, alias);
  // In one of two categories, and without a reference.
  await log.append('case', 'c', opened('Cim'), arrested, recognised, {
    ...recognised,
    type: 'recategorised',
    category: 'others',
    occurredOn: '2024-03',
  });
  // Perhaps on the list.
  await log.append('case', 'd', opened('Dal', 'AZ-1'), arrested, { ...recognised, occurredOn: '2024-03' });
  const file = emptyFile();
  file.applyBatch(await log.events());
  const drafts = new DraftEditionHandler(new FixedReader(file, log.store));
  const draft = await drafts.execute(new DraftEdition(scopeOf({ asOf: '2024-03-15' }), 'union'));
  file.close();
  await log.append('list', 'union', { type: 'edition-published', edition: 'march', asOf: '2024-03-15', ...draft });
  published = await read(await log.events());
});
afterAll(() => log.store.close());

it('has who is certainly on the list, by reference; who is in no certain category is counted so', () => {
  expect(membersOf(published)).toEqual([
    ['AZ-10', 'Bir', 'believers', 'as-published'],
    ['AZ-2', 'Ad', 'believers', 'as-published'],
    [null, 'Cim', null, 'as-published'],
  ]);
  const { total, uncertain, groups, flow } = published;
  expect({ total, uncertain, flow }).toEqual({ total: 3, uncertain: 1, flow: null });
  expect(groups.map(({ category, total: members }) => [category, members])).toEqual([
    ['believers', 2],
    ['journalists', 0],
    ['others', 0],
    ['unknown', 1],
  ]);
});

it('keeps its hash when the name of a member is erased, and says so', async () => {
  const erased = await read(await changed('opened', { names: [] }));
  expect(membersOf(erased)[1]).toEqual(['AZ-2', '[erased]', 'believers', 'erased']);
  expect(membersOf(erased)[0]).toEqual(membersOf(published)[0]);
  expect(erased).toEqual({
    ...published,
    members: published.members.map((member) =>
      member.case === 'a' ? { ...member, name: '[erased]', reproduced: 'erased' } : member,
    ),
  });
});

it('says so too where another name is left, and never that of an erased one', async () => {
  const erased = (fields: object) =>
    log
      .events()
      .then((events) =>
        events.map((one) =>
          one.stream === 'case-b' && one.event.type in fields
            ? { ...one, event: { ...one.event, ...(fields as Record<string, object>)[one.event.type] } }
            : one,
        ),
      );
  const [withoutFirst] = membersOf(await read(await erased({ opened: { names: [] } })));
  expect(withoutFirst).toEqual(['AZ-10', '[erased]', 'believers', 'erased']);
  // As src/event-store/erased.ts has it: in the shape that is displayed first.
  const [withoutAlias] = membersOf(await read(await erased({ named: { name: { ...NAME, text: '' } } })));
  expect(withoutAlias).toEqual(['AZ-10', 'Bir', 'believers', 'as-published']);
});

it('does not take a line for erased that no longer comes out of the log', async () => {
  const other = await read(await changed('recognised', { list: 'elsewhere' }));
  expect(membersOf(other)[1]).toEqual([null, null, null, 'differs']);
});

it('keeps its hash without its salts', async () => {
  const erased = await read(await changed('edition-published', { salts: [] }));
  expect(erased).toEqual({
    ...published,
    members: published.members.map((member) => ({ ...member, salt: null, reproduced: 'erased' })),
  });
});

it('can be stored with as many members as it may have, and many categories', () => {
  const members = Array.from({ length: LIMITS.editionMembers }, () => randomUUID());
  const flow = {
    ...{ opening: 7_500, revised: 0, entered: 0, moved: 0, closing: 7_500 },
    left: { amnesty: 9, released: 9 },
  };
  const edition = caseEvent({
    ...{ type: 'edition-published', edition: 'e'.repeat(64), asOf: '2024-03-15', knownAt: 10 ** 9, listRevision: 9 },
    ...{ policy: { custody: [] }, total: 7_500, uncertain: 0, hash: lineHash(createLineSalt(), { ...LINE, case: '' }) },
    groups: Array.from({ length: 300 }, (_, no) => ({ category: `category-${no}`, total: 0, flow })),
    flow: { since: 'e'.repeat(64), ...flow },
    lines: members.map((id) => ({ case: id, hash: lineHash(createLineSalt(), { ...LINE, case: id }) })),
    salts: members.map(createLineSalt),
  } as unknown as Parameters<typeof caseEvent>[0]);
  expect(() => checkAppend('list-union', 1, [newEvent({ id: randomUUID(), event: edition })])).not.toThrow();
});

it('tells a line that is not what was published', async () => {
  const other = await read(await changed('opened', { names: [{ ...NAME, text: 'Başqa' }] }));
  expect(membersOf(other)[1]).toEqual(['AZ-2', 'Başqa', 'believers', 'differs']);
});
