/** A case is not a stream: a second stream feeds the timeline of a case from one position to another. */
import { MemberCounts } from '../../../src/read-models/counts/counts.query.js';
import { History } from '../../../src/read-models/history/history.query.js';
import { SurvivorOf } from '../../../src/read-models/survivor-of.query.js';
import { OneCase } from '../../../src/read-models/one-case.query.js';
import { chooseFacets } from '../../../src/read-models/list/facets.js';
import { ModelReader } from '../../../src/read-models/model-reader.js';
import { readPage } from '../../../src/read-models/list/page.js';
import { listScope, memberConditions } from '../../../src/read-models/list/predicate.js';
import { ModelFile } from '../../../src/read-models/model-file.js';
import { day } from '../../support/events.js';
import { NOW, scopeOf } from '../../support/scopes.js';
import { clock, FixedReader, handlersOf, Log, opened } from '../support.js';

const DAY = '2024-06-01';
/** Positions: the list takes 1 to 5, case `a` 6 and 7, case `b` 8 to 10, what follows in each test the rest. */
const [FED_FROM, FED_TO] = [11, 13];

let log: Log;
let file: ModelFile;
beforeEach(async () => {
  log = new Log();
  await log.list();
  await log.append('case', 'a', opened('Şəxs A', 'A-1'), { type: 'arrested', occurredOn: '2024-03-01' });
  await log.append(
    'case',
    'b',
    opened('Şəxs B', 'B-1'),
    { type: 'recognised', occurredOn: '2024-03-02', list: 'union', category: 'others' },
    { type: 'described', region: 'Şəki' },
  );
  await log.append('case', 'b', { type: 'described', region: 'Quba' });
  await log.append('case', 'a', { type: 'transferred', occurredOn: '2024-04-01', facility: 'x' });
  await log.append('case', 'b', { type: 'described', region: 'Gəncə' });
  const events = await log.events();
  file = ModelFile.create(':memory:', clock.timeZone);
  file.store(events.slice(0, FED_FROM - 1));
  const [stream, survivor, own] = [
    file.logTables.streamNo('case', 'a') ?? 0,
    file.logTables.cases.caseNoOf('b') ?? 0,
    file.logTables.cases.caseNoOf('a') ?? 0,
  ];
  file.logTables.cases.moveStream(stream, survivor, FED_FROM);
  file.store(events.slice(FED_FROM - 1, FED_TO - 1));
  file.logTables.cases.moveStream(stream, own, FED_TO);
  file.store(events.slice(FED_TO - 1));
  for (const step of file.eventIndexSteps()) step();
  file.projectCases([own, survivor]);
  for (const step of file.finishSteps()) step();
  file.makeDurable();
});
afterEach(async () => {
  file.close();
  await log.store.close();
});

const membersAt = (known: number): readonly string[] => {
  const definition = file.logTables.listAt('union', known)?.definition;
  if (definition === undefined) throw new Error('the list begins the log');
  const scope = listScope('union', day(DAY), known, file.checkpoint.position);
  const conditions = memberConditions(definition, day(DAY));
  const facets = chooseFacets('union', 'recognised', {});
  const request = { scope, conditions, facets, sort: 'name' as const, limit: 10 };
  const found = readPage(new ModelReader(file.db), {
    ...request,
    certainty: undefined,
    reference: undefined,
    after: null,
  });
  return found.items.map(({ caseId }) => caseId);
};

const casesAt = (known: number): readonly unknown[] => {
  const scope = listScope('', day(DAY), known, file.checkpoint.position);
  const request = { scope, conditions: [], facets: chooseFacets('', 'all', {}), sort: 'name' as const, limit: 10 };
  const found = readPage(new ModelReader(file.db), {
    ...request,
    certainty: undefined,
    reference: undefined,
    after: null,
  });
  return found.items.map(({ caseId, references }) => [caseId, ...references.map(({ reference }) => reference)]);
};

it('has a number of its own for each case', () => {
  const { cases, streamNo } = file.logTables;
  expect(cases.countCases()).toBe(2);
  expect(cases.caseNoOf('a')).not.toBe(streamNo.call(file.logTables, 'case', 'a'));
  expect(cases.caseNoOf('union')).toBeNull();
  expect(() => cases.caseIdOf(17)).toThrow(RangeError);
});

it('gives the case the events of both streams while the second feeds it, as known on either side', () => {
  // Held by one stream, recognised by the other: a member only while both feed one case.
  expect(membersAt(FED_FROM - 1)).toEqual([]);
  expect(membersAt(FED_FROM)).toEqual(['b']);
  expect(membersAt(FED_TO - 1)).toEqual(['b']);
  expect(membersAt(FED_TO)).toEqual([]);
});

it('takes the case without streams out of every list and count, and brings it back', async () => {
  const apart = [
    ['a', 'A-1'],
    ['b', 'B-1'],
  ];
  expect(casesAt(FED_FROM - 1)).toEqual(apart);
  expect(casesAt(FED_FROM)).toEqual([['b', 'A-1', 'B-1']]);
  expect(casesAt(FED_TO - 1)).toEqual([['b', 'A-1', 'B-1']]);
  expect(casesAt(FED_TO)).toEqual(apart);
  const ask = handlersOf(new FixedReader(file, log.store));
  const counts = await ask.counts.execute(
    new MemberCounts(scopeOf({ asOf: DAY }), 'union', { by: 'custody', filters: {} }),
  );
  expect(counts?.total).toEqual({ yes: 0, uncertain: 0 });
});

it('answers one case from the streams that feed it, with the revision of its own', async () => {
  const ask = handlersOf(new FixedReader(file, log.store));
  expect(await ask.one.execute(new OneCase(scopeOf({ asOf: DAY }), 'a'))).toMatchObject({ revision: 2, names: [{}] });
  expect(await ask.one.execute(new OneCase(scopeOf({ asOf: DAY }), 'b'))).toMatchObject({ revision: 4, names: [{}] });
  expect(await ask.one.execute(new OneCase(NOW, 'union'))).toBeNull();
});

it('names the survivor of a case whose stream feeds another, and only then', async () => {
  const ask = handlersOf(new FixedReader(file, log.store));
  const at = async (position: number) => {
    const scope = scopeOf({ knownAt: `position:${position}` });
    return [await ask.one.execute(new OneCase(scope, 'a')), await ask.survivor.execute(new SurvivorOf(scope, 'a'))];
  };
  expect(await at(FED_FROM - 1)).toEqual([expect.objectContaining({ id: 'a' }), null]);
  expect(await at(FED_FROM)).toEqual([null, 'b']);
  expect(await at(FED_TO - 1)).toEqual([null, 'b']);
  expect(await at(FED_TO)).toEqual([expect.objectContaining({ id: 'a' }), null]);
  expect(await ask.survivor.execute(new SurvivorOf(NOW, 'nobody'))).toBeNull();
});

it('shows in the history of the case what the second stream recorded while it fed it, and what that changed', async () => {
  const ask = handlersOf(new FixedReader(file, log.store));
  const found = await ask.history.execute(
    new History(NOW, { subject: { kind: 'case', id: 'b' }, after: FED_FROM - 1, limit: 10 }),
  );
  expect(found?.items.map(({ position, subject }) => [position, subject.id])).toEqual([
    [11, 'b'],
    [12, 'a'],
    [13, 'b'],
  ]);
  const axes = found?.items.map(({ changes }) => changes.map(({ axis }) => axis));
  expect(axes?.[1]).toEqual(['facility']);
});
