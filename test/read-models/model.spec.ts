/**
 * Compares the tables with a reference model, for every day and every position: it folds the log up to the position and
 * computes periods with the domain, which has its own specs.
 */
import fc from 'fast-check';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { Standing } from '../../src/domain/case/period.js';
import { CONVICTED_STAGE, HELD_CUSTODIES } from '../../src/domain/case/state.js';
import { periodsOf } from '../support/timeline.js';
import type { EventWithId } from '../../src/domain/event.js';
import { foldList, policyOn, type ListDefinition } from '../../src/domain/list/list.js';
import type { NonAmendment } from '../../src/domain/amendments.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import { SORTS_LAST, nameSortKey } from '../../src/domain/names/sort-key.js';
import { formatDay, MAX_DAY, parseEdtf } from '../../src/domain/time.js';
import type { LogEvent } from '../../src/event-store/port.js';
import { countMatchingPeople, readPage, type PageRequest } from '../../src/read-models/list/page.js';
import {
  judgedCondition,
  toPeriodSqlConditions,
  memberConditions,
  listScope,
} from '../../src/read-models/list/predicate.js';
import { chooseFacets, populationContainingMembers } from '../../src/read-models/list/facets.js';
import { ModelReader } from '../../src/read-models/model-reader.js';
import { filterConditions, type Filters } from '../../src/read-models/list/filters.js';
import type { PersonView } from '../../src/read-models/list/person.view.js';
import type { Sort } from '../../src/read-models/list/paging.js';
import { DAY_COUNT, FIRST_DAY, arbitraryCaseEvents } from '../support/arbitraries.js';
import { emptyFile, Log, opened, uuid } from './support.js';
import { effort } from '../support/effort.js';

interface CaseEventOf {
  readonly caseId: string;
  readonly known: EventWithId<CaseEvent>;
}

/** Events of a few cases, with or without `opened`, in any order, and changes of the policy. */
const logs = fc.array(arbitraryCaseEvents(6), { minLength: 1, maxLength: 3 }).chain((cases) => {
  const told: CaseEventOf[] = cases.flatMap((events, at) =>
    events.map(({ id, event }) => {
      const own = (letter: string): string => uuid(1000 * at + letter.charCodeAt(0));
      const after = event.after === undefined ? {} : { after: own(event.after) };
      return { caseId: `c${String(at)}`, known: { id: own(id), event: { ...event, ...after } } };
    }),
  );
  return fc.record({
    told: fc.shuffledSubarray(told, { minLength: told.length }),
    policyAt: fc.option(fc.nat(told.length)),
    batch: fc.integer({ min: 1, max: 4 }),
  });
});

const POLICY = ['detained', 'remand', 'imprisoned', 'medical-custody'] as const;

const write = async (told: readonly CaseEventOf[], policyAt: number | null): Promise<readonly LogEvent[]> => {
  const log = new Log();
  await log.list('union', POLICY);
  for (const [at, { caseId, known }] of told.entries()) {
    if (at === policyAt) {
      const custody = ['house-arrest', 'imprisoned', 'free'];
      await log.append('list', 'union', { type: 'policy-set', from: formatDay(FIRST_DAY + 4), custody });
    }
    if (told.findIndex((t) => t.caseId === caseId) === at && at % 2 === 0)
      await log.append('case', caseId, opened(`Şəxs ${caseId}`, `R-${String(12 - at)}`));
    await log.appendCaseEvent(caseId, known);
  }
  const events = await log.events();
  await log.store.close();
  return events;
};

interface Expected {
  readonly id: string;
  readonly certainty: 'yes' | 'uncertain';
  readonly key: string | number;
}

type Test = (standing: Standing) => boolean;

/** The people that the reference model expects on a day, in order. */
const expectedPeople = (
  events: readonly LogEvent[],
  day: number,
  list: string,
  test: Test,
  open: boolean,
  sort: Sort,
): readonly Expected[] => {
  const cases = new Map<string, EventWithId<CaseEvent>[]>();
  for (const { stream, id, event } of events)
    if (stream.startsWith('case-'))
      cases.set(stream.slice(5), [...(cases.get(stream.slice(5)) ?? []), { id, event: event as CaseEvent }]);
  const people = [...cases].flatMap(([id, events]): Expected[] => {
    const valid = foldedOnce(events).filter(({ from, to }) => from <= day && day < to);
    const touches =
      list === '' || events.some(({ event }) => 'list' in event && event.type !== 'referenced' && event.list === list);
    if (!touches) return [];
    const sure = valid.filter(({ standing }) => (standing === null ? open : test(standing)));
    const perhaps = valid.filter(({ standing }) => standing === null || test(standing));
    if (perhaps.length === 0) return [];
    const since = valid.flatMap(({ standing }) =>
      (standing?.lists ?? [])
        .filter((l) => (list === '' || l.list === list) && l.recognition === 'recognised')
        .map(({ by }) => parseEdtf(events.find((f) => f.id === by)?.event.occurredOn ?? '')?.earliest ?? MAX_DAY),
    );
    const name = events.flatMap(({ event }) => (event.type === 'opened' ? event.names : []))[0]?.text;
    const key = sort.endsWith('name')
      ? name === undefined
        ? SORTS_LAST
        : nameSortKey(name)
      : Math.min(MAX_DAY, ...since);
    return [{ id, certainty: sure.length === valid.length ? 'yes' : 'uncertain', key }];
  });
  const opened = [...cases.keys()];
  const less = (a: Expected, b: Expected): number =>
    (typeof a.key === 'number' && typeof b.key === 'number'
      ? a.key - b.key
      : Buffer.compare(Buffer.from(String(a.key)), Buffer.from(String(b.key)))) ||
    opened.indexOf(a.id) - opened.indexOf(b.id);
  return people.sort((a, b) => (sort.startsWith('-') ? less(b, a) : less(a, b)));
};

/** Caches periods by events, since one prefix is used for many days. */
const folded = new Map<string, ReturnType<typeof periodsOf>>();
const foldedOnce = (events: readonly EventWithId<CaseEvent>[]): ReturnType<typeof periodsOf> => {
  const key = JSON.stringify(events);
  const periods = folded.get(key) ?? periodsOf(events);
  folded.set(key, periods);
  return periods;
};

/** Filters, each with an independent definition of its meaning. */
const FILTERS: readonly { filters: Filters; test: Test }[] = [
  { filters: {}, test: () => true },
  {
    filters: { custody: ['remand', 'house-arrest'] },
    test: ({ custody }) => ['remand', 'house-arrest'].includes(custody),
  },
  { filters: { proceedings: ['charged'] }, test: ({ proceedings }) => proceedings === 'charged' },
  { filters: { stage: 'convicted' }, test: ({ proceedings }) => CONVICTED_STAGE.has(proceedings) },
  {
    filters: { stage: 'awaiting-judgment' },
    test: ({ proceedings, custody }) => !CONVICTED_STAGE.has(proceedings) && HELD_CUSTODIES.has(custody),
  },
  {
    filters: { article: ['234.4'] },
    test: ({ articles }) => articles.some((a) => a === '234.4' || a.startsWith('234.4.')),
  },
  { filters: { facility: 'x' }, test: ({ facility }) => facility === 'x' },
  {
    filters: { proceedings: ['none', 'convicted'] },
    test: ({ proceedings }) => ['none', 'convicted'].includes(proceedings),
  },
  { filters: { facility: 'x', incident: 'a' }, test: ({ facility, incident }) => facility === 'x' && incident === 'a' },
];
const SORTS: readonly Sort[] = ['name', '-name', 'recognised', '-recognised'];

const actualPeople = (
  file: ModelReader,
  list: string,
  day: number,
  known: number,
  filters: Filters,
  sort: Sort,
  definition: ListDefinition | null,
) => {
  const scope = listScope(list, day, known, file.checkpoint.position);
  const on = list === '' ? [] : definition === null ? [judgedCondition] : memberConditions(definition, day);
  const population =
    list === '' ? 'all' : definition === null ? 'judged' : populationContainingMembers(definition, day);
  const conditions = [...on, ...filterConditions(filters)];
  const request = { scope, conditions, reference: undefined, sort, limit: 10, certainty: undefined, after: null };
  const found = readPage(file, { ...request, facets: chooseFacets(list, population, filters) });
  expect(readPage(file, { ...request, facets: chooseFacets(list, population, {}) }).items).toEqual(found.items);
  expect(found.total).toEqual(countMatchingPeople(file.counters, scope, toPeriodSqlConditions(conditions)));
  expect(found.total).toEqual({
    yes: found.items.filter(({ certainty }) => certainty === 'yes').length,
    uncertain: found.items.filter(({ certainty }) => certainty === 'uncertain').length,
  });
  for (const certainty of day % 4 === 0 ? (['yes', 'uncertain'] as const) : [])
    expect(
      readPage(file, { ...request, certainty, facets: chooseFacets(list, population, { ...filters, certainty }) })
        .items,
    ).toEqual(found.items.filter((item) => item.certainty === certainty));
  const reference = found.items[0]?.references[0];
  if (reference !== undefined)
    expect(readPage(file, { ...request, reference, facets: chooseFacets(list, population, filters) }).items).toEqual(
      found.items.filter(({ references }) => references.some((other) => other.reference === reference.reference)),
    );
  if (day % 4 === 1)
    expect(pageByPage(file, { ...request, facets: chooseFacets(list, population, filters) })).toEqual(found.items);
  return found.items.map(({ caseId, certainty }) => ({ id: caseId, certainty }));
};

/** The people of all pages, of one person each. */
const pageByPage = (file: ModelReader, request: PageRequest): readonly PersonView[] => {
  const people: PersonView[] = [];
  for (let { after } = request; ;) {
    const { items, end, total } = readPage(file, { ...request, limit: 1, after });
    people.push(...items);
    if (end === null) return people;
    after = { ...end, total };
  }
};

const without = (people: readonly Expected[]) => people.map(({ id, certainty }) => ({ id, certainty }));

it('answers for every day and position as the reference model does', async () => {
  await fc.assert(
    fc.asyncProperty(logs, async ({ told, policyAt, batch }) => {
      const events = await write(told, policyAt);
      const file = emptyFile();
      const reader = new ModelReader(file.db);
      for (let at = 0; at < events.length; at += batch) file.applyBatch(events.slice(at, at + batch));
      let turn = 0;
      for (let known = 5; known <= events.length; known += 1)
        for (let day = FIRST_DAY - 1; day <= FIRST_DAY + DAY_COUNT + 3; day += 1) {
          const prefix = events.slice(0, known);
          const definition = foldList(
            'union',
            prefix.filter(({ stream }) => stream === 'list-union').map(({ event }) => event as NonAmendment<ListEvent>),
          );
          if (definition === null) throw new Error('the list begins the log');
          const { custody } = policyOn(definition, day);
          turn += 1;
          const { filters, test } = FILTERS[turn % FILTERS.length]!;
          const sort = SORTS[turn % SORTS.length]!;
          const category = turn % 3 === 0 ? { category: ['believers'] } : {};
          const in_ = ({ lists }: Standing) => lists.find(({ list }) => list === 'union');
          const member: Test = (standing) =>
            in_(standing)?.recognition === 'recognised' &&
            custody.includes(standing.custody) &&
            (turn % 3 !== 0 || in_(standing)?.category === 'believers') &&
            test(standing);
          expect(actualPeople(reader, 'union', day, known, { ...filters, ...category }, sort, definition)).toEqual(
            without(expectedPeople(prefix, day, 'union', member, false, sort)),
          );
          const history = Object.keys(filters).length === 0;
          expect(actualPeople(reader, '', day, known, filters, sort, null)).toEqual(
            without(expectedPeople(prefix, day, '', test, history, sort)),
          );
          const said: Test = (standing) => in_(standing) !== undefined && test(standing);
          expect(actualPeople(reader, 'union', day, known, filters, sort, null)).toEqual(
            without(expectedPeople(prefix, day, 'union', said, false, sort)),
          );
        }
      file.close();
      folded.clear();
    }),
    { numRuns: effort(3, 100) },
  );
});
