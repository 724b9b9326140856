/** What leads from one edition to the next, case by case. */
import type { EditionDraft } from '../../../src/domain/list/editions.js';
import type { FlowNumbers } from '../../../src/domain/list/events.js';
import { DraftEdition, DraftEditionHandler } from '../../../src/read-models/editions/draft-edition.query.js';
import { scopeOf } from '../../support/scopes.js';
import { emptyFile, FixedReader, Log, opened, uuid } from '../support.js';

type Fields = Parameters<Log['append']>[2];
let log: Log;
let file: ReturnType<typeof emptyFile>;
beforeEach(async () => {
  log = new Log();
  file = emptyFile();
  await log.list();
});
afterEach(async () => {
  file.close();
  await log.store.close();
});

const draft = async (asOf: string, list = 'union'): Promise<EditionDraft | null> => {
  file.applyBatch((await log.events()).slice(file.checkpoint.position));
  const handler = new DraftEditionHandler(new FixedReader(file, log.store));
  const found = await handler.execute(new DraftEdition(scopeOf({ asOf }), list));
  if (found !== null && 'tooMany' in found) throw new Error('too many');
  return found;
};
/** Publishes an edition, whose id is its day. */
const publish = async (asOf: string): Promise<void> => {
  await log.append('list', 'union', { type: 'edition-published', edition: asOf, asOf, ...(await draft(asOf)) });
};
const believer = (on: string, id = 0): Fields => ({
  ...{ type: 'recognised', list: 'union', category: 'believers', occurredOn: on },
  ...(id > 0 && { id: uuid(id) }),
});
const arrested: Fields = { type: 'arrested', occurredOn: '2024-01-01' };
const member = (id: string, on: string, ...more: readonly Fields[]) =>
  log.append('case', id, opened(id), arrested, believer(on), ...more);
/** The flow in all and of the believers, from an edition of 1 March to the list of 1 June. */
const flows = async (asOf = '2024-06-01') => {
  const found = await draft(asOf);
  const { since, ...all } = found?.flow ?? { since: null };
  return { since, all, believers: found?.groups.find(({ category }) => category === 'believers')?.flow };
};
const numbers = (given: Partial<FlowNumbers>): FlowNumbers => ({
  ...{ opening: 0, revised: 0, entered: 0, left: {}, moved: 0, closing: 0 },
  ...given,
});

it('counts entries, exits by reason and moves after the day of the edition before, each as often as it happened', async () => {
  await member('stays', '2024-02-01');
  await member('freed', '2024-02-01', { type: 'released', reason: 'bail', occurredOn: '2024-04-01' });
  await member('moved', '2024-02-01');
  await log.append('case', 'moved', { ...believer('2024-04-02'), type: 'recategorised', category: 'others' });
  await publish('2024-03-01');
  await member('comes', '2024-04-03');
  // A member who comes and leaves twice.
  const delisted = (occurredOn: string): Fields => ({ type: 'delisted', list: 'union', reason: 'a word', occurredOn });
  await member('twice', '2024-04-01', delisted('2024-04-10'), believer('2024-04-20'), delisted('2024-05-01'));
  const left = { bail: 1, delisted: 2 };
  expect(await flows()).toEqual({
    since: '2024-03-01',
    all: numbers({ opening: 3, entered: 3, left, moved: 0, closing: 3 }),
    believers: numbers({ opening: 3, entered: 3, left, moved: -1, closing: 2 }),
  });
});

it('counts as revised what was learned late, corrected, retracted or merged, about the day of the edition before', async () => {
  await log.append('case', 'corrected', opened('a'), arrested, believer('2024-02-01', 1));
  await log.append('case', 'retracted', opened('b'), arrested, believer('2024-02-01', 2));
  await member('absorbed', '2024-02-01');
  await member('survivor', '2024-02-01');
  await publish('2024-03-01');
  const correction = {
    type: 'corrected',
    event: uuid(1),
    correctedType: 'recognised',
    data: { occurredOn: '2024-05-01' },
  };
  await log.append('case', 'corrected', correction);
  await log.append('case', 'retracted', { type: 'retracted', event: uuid(2), reason: 'another person' });
  await log.append('case', 'absorbed', { type: 'merged', into: 'survivor', reason: 'one person' });
  await member('late', '2024-02-15', { type: 'released', reason: 'health', occurredOn: '2024-04-01' });
  expect((await flows()).all).toEqual(
    numbers({ opening: 4, revised: -2, entered: 1, left: { health: 1 }, closing: 2 }),
  );
});

it('counts as revised whom a policy of before puts on the list, and as left whom one of since takes off', async () => {
  await member('home', '2024-02-01', { type: 'remanded', measure: 'house-arrest', occurredOn: '2024-02-10' });
  await member('stays', '2024-02-01');
  await publish('2024-03-01');
  const custody = ['detained', 'house-arrest'];
  await log.append('list', 'union', { type: 'policy-set', from: '2024-02-20', custody });
  await log.append('list', 'union', { type: 'policy-set', from: '2024-05-01', custody: ['house-arrest'] });
  const found = await draft('2024-06-01');
  expect(found?.flow).toEqual({
    since: '2024-03-01',
    ...numbers({ opening: 1, revised: 1, left: { policy: 1 }, closing: 1 }),
  });
  expect(found?.policy).toEqual({ from: '2024-05-01', custody: ['house-arrest'] });
});

it('leads on from the edition before by day, whichever was published last', async () => {
  await member('a', '2024-02-01');
  await publish('2024-05-01');
  await publish('2024-03-01');
  expect((await flows('2024-04-01')).since).toBe('2024-03-01');
  expect((await flows('2024-06-01')).since).toBe('2024-05-01');
  expect((await draft('2024-02-01'))?.flow).toBeUndefined();
});

it('is null for an unknown list', async () => {
  expect(await draft('2024-06-01', 'none')).toBeNull();
});
