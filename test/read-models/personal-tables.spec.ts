/** Personal data is in the tables marked for it and nowhere else, and everything but names is answered without it. */
import { caseEvents } from '../../src/domain/case/events.js';
import { eventDescriptions, type AnyEvent } from '../../src/domain/events.js';
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { Cases } from '../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { SORTS } from '../../src/read-models/list/paging.js';
import { joinPersonal, splitPersonal } from '../../src/read-models/log/personal-parts.js';
import { PERSONAL_TABLES, type ModelFile } from '../../src/read-models/model-file.js';
import { eventExamples } from '../../src/schema/examples.js';
import { emptyFile, FixedReader, handlersOf, Log, uuid, type Handlers } from './support.js';
import { NOW } from '../support/scopes.js';

const MERGES: readonly string[] = ['merged', 'unmerged'];
const caseExamples = Object.values(eventExamples).filter(
  ({ type }) => Object.hasOwn(caseEvents, type) && !MERGES.includes(type),
);

/** Every type, with every field, and a correction of personal fields. */
const RECORDED: readonly AnyEvent[] = [
  ...caseExamples.map((event) => {
    const { after: _, ...fields } = { after: undefined, ...event };
    return fields;
  }),
  {
    type: 'corrected',
    event: uuid(0),
    correctedType: 'opened',
    data: { names: [{ text: 'Səməd Yenidənov', script: 'Latn', language: 'az', kind: 'full' }], references: [] },
    sources: [{ kind: 'press', citation: 'A corrected citation' }],
    reliability: 'reported',
  },
];

/** The texts of personal fields; short ones and words of closed vocabularies may stand anywhere. */
const personalTexts = (event: AnyEvent): readonly string[] => {
  const type = event.type === 'corrected' ? event.correctedType : event.type;
  const personal = [
    'sources',
    'note',
    ...(eventDescriptions as Record<string, { personal: readonly string[] }>)[type]!.personal,
  ];
  const fields = { ...event, ...(event.type === 'corrected' ? event.data : {}) } as Record<string, unknown>;
  return personal
    .flatMap((field) => textsIn(fields[field]))
    .filter((text) => /\p{L}{3}/u.test(text) && text.length > 5);
};

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

let log: Log;
let file: ModelFile;
let ask: Handlers;
beforeEach(async () => {
  log = new Log();
  await log.list();
  for (const [at, event] of RECORDED.entries()) await log.append('case', 'a', { id: uuid(at), ...event });
  await log.append('case', 'b', { type: 'arrested', occurredOn: '2024-01-01', place: 'somewhere' });
  file = emptyFile();
  file.applyBatch(await log.events());
  ask = handlersOf(new FixedReader(file, log.store));
});
afterEach(async () => {
  file.close();
  await log.store.close();
});

const tableNames = (): readonly string[] =>
  file.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[];

const everythingIn = (tables: readonly string[]): string =>
  JSON.stringify(tables.map((table) => file.db.prepare(`SELECT * FROM ${table}`).all()));

it('has no personal text outside the personal tables', () => {
  const texts = [...new Set(RECORDED.flatMap(personalTexts))];
  expect(texts.length).toBeGreaterThan(20);
  const others = everythingIn(tableNames().filter((table) => !PERSONAL_TABLES.includes(table)));
  expect(texts.filter((text) => others.includes(text))).toEqual([]);
  expect(texts.filter((text) => !everythingIn(PERSONAL_TABLES).includes(text))).toEqual([]);
});

it('counts, and lists people in every order, after the names were blanked and the other personal data deleted', async () => {
  const answers = async () => {
    const counts = await ask.counts.execute(new MemberCounts(NOW, 'union', { by: 'category', filters: {} }));
    const pages = [];
    for (const sort of SORTS) {
      const page = { filters: {}, page: { limit: 10, sort } };
      pages.push(
        await ask.cases.execute(new Cases(NOW, page)),
        await ask.members.execute(new ListMembers(NOW, 'union', page)),
      );
    }
    return { counts, pages };
  };
  const named = await answers();
  expect(named.pages.flatMap((page) => page?.items.map(({ name }) => name))).toContain('Səməd Yenidənov');
  file.db.exec("DELETE FROM personal_events; UPDATE list_entries SET name = NULL, name_key = ''");
  const blank = await answers();
  const withoutNames = ({ counts, pages }: typeof named) => ({
    counts,
    pages: pages.map((page) => ({
      total: page?.total,
      items: page?.items.map((item) => ({ ...item, name: null })).sort((a, b) => (a.caseId < b.caseId ? -1 : 1)),
    })),
  });
  expect(withoutNames(blank)).toEqual(withoutNames(named));
  expect(blank.pages.flatMap((page) => page?.items.filter(({ name }) => name !== null))).toEqual([]);
});

it.each(RECORDED.map((event) => [event.type, event] as const))('joins the parts of %s as they were', (_, event) => {
  const { nonPersonal, personal } = splitPersonal(event);
  expect(joinPersonal(nonPersonal, personal)).toEqual(event);
  expect(joinPersonal(nonPersonal, null)).toMatchObject({ type: event.type });
});
