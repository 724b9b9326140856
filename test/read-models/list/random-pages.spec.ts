/**
 * Compares pages of random registers, in every order and under random filters, on random days and as known at random positions, with
 * what a brute-force model says of each person. `PAGES_SEED=17 npx jest test/read-models/list/random-pages` asks one register again.
 */
import { HELD_CUSTODIES, CONVICTED_STAGE, CUSTODIES, PROCEEDINGS } from '../../../src/domain/case/state.js';
import type { Filters } from '../../../src/read-models/list/filters.js';
import { Cases } from '../../../src/read-models/list/cases.query.js';
import { ListMembers } from '../../../src/read-models/list/list-members.query.js';
import { SORTS, type Paging, type Sort } from '../../../src/read-models/list/paging.js';
import type { PersonPage, PersonView } from '../../../src/read-models/list/person.view.js';
import { leastReferenceSortKey } from '../../../src/read-models/names/rows.js';
import type { DayState } from '../../support/brute-force-model.js';
import { effort } from '../../support/effort.js';
import { projectLog } from '../../support/projected-log.js';
import { randomLog, type RandomLog } from '../../support/random-log.js';
import { CATEGORIES, Random } from '../../support/random-register.js';
import { scopeOf } from '../../support/scopes.js';
import { dayText } from '../../support/two-times-events.js';
import { TwoTimesModel, type KnownModel } from '../../support/two-times-model.js';

const { PAGES_SEED } = process.env;
const QUESTIONS_OF_LOG = 40;
const QUESTIONS = effort(400, 10_000);
/** A log where the total of uncertain people was once taken for that of all. */
const ONCE_WRONG = 92;
const seeds =
  PAGES_SEED === undefined
    ? [...new Set([...Array.from({ length: QUESTIONS / QUESTIONS_OF_LOG }, (_, seed) => seed), ONCE_WRONG])]
    : [Number(PAGES_SEED)];

const POPULATIONS = ['recognised', 'judged', 'all'] as const;

interface Question {
  readonly population: (typeof POPULATIONS)[number];
  /** The id of the list; empty for the register as a whole. */
  readonly list: string;
  readonly filters: Filters;
  readonly day: number;
  readonly known: number;
}

const some = <T>(random: Random, values: readonly T[]): readonly T[] => [
  ...new Set([random.pick(values), random.pick(values)]),
];

/** The filters that `matches` knows. */
const DRAWN = {
  category: (random) => some(random, CATEGORIES),
  custody: (random) => some(random, random.chance(50) ? CUSTODIES : ['detained', 'imprisoned', 'unknown']),
  proceedings: (random) => some(random, random.chance(50) ? PROCEEDINGS : ['none', 'convicted']),
  stage: (random) => random.pick(['convicted', 'awaiting-judgment']),
  article: (random) => some(random, ['234', '274', '234.1', '274.4.3']),
  facility: (random) => random.pick(['north', 'south']),
  incident: (random) => random.pick(['march', 'raid']),
  certainty: (random) => random.pick(['yes', 'uncertain']),
} satisfies { readonly [F in keyof Filters]?: (random: Random) => Filters[F] };

const drawQuestion = (random: Random, { lists, days, log }: RandomLog): Question => {
  const population = random.pick(POPULATIONS);
  const names = (Object.keys(DRAWN) as (keyof typeof DRAWN)[]).filter(
    (name) => name !== 'category' || population !== 'all',
  );
  const asked = Array.from({ length: random.below(3) }, () => random.pick(names));
  return {
    population,
    list: population === 'all' ? '' : random.pick(lists).id,
    filters: Object.fromEntries(asked.map((name) => [name, DRAWN[name](random)])),
    day: random.below(days + 2) - 1,
    known: random.chance(30) ? log.length : random.below(log.length + 1),
  };
};

/** Whether a person in this state is found by the question. */
const matches = (state: DayState, { population, list, filters, day }: Question, { lists }: RandomLog): boolean => {
  const { custody, proceedings } = state;
  const judged = state.lists[list];
  const policies = lists.find(({ id }) => id === list)?.policies.filter(({ from }) => from <= day) ?? [];
  const isPart = (part: string) => (article: string) => article === part || article.startsWith(`${part}.`);
  const isConvicted = CONVICTED_STAGE.has(proceedings as never);
  const stage = isConvicted ? 'convicted' : HELD_CUSTODIES.has(custody as never) ? 'awaiting-judgment' : null;
  return [
    population !== 'judged' || (judged !== undefined && judged.recognition !== 'none'),
    population !== 'recognised' ||
      (judged?.recognition === 'recognised' && policies.at(-1)?.custody.includes(custody) === true),
    filters.category?.includes(judged?.category ?? '') ?? true,
    filters.custody?.includes(custody as never) ?? true,
    filters.proceedings?.includes(proceedings as never) ?? true,
    filters.stage === undefined || filters.stage === stage,
    filters.article?.some((part) => state.articles.some(isPart(part))) ?? true,
    filters.facility === undefined || filters.facility === state.facility,
    filters.incident === undefined || filters.incident === state.incident,
  ].every(Boolean);
};

/** The cases that the question finds; with a question mark, those found in some possible courses only. */
const expectedPeople = (model: KnownModel, question: Question, log: RandomLog): readonly string[] =>
  [...model.cases.keys()].flatMap((id) => {
    const states = model.standings(id, question.day) ?? [];
    const found = states.map((state) => matches(state, question, log));
    if (!found.includes(true)) return [];
    const certainty = found.includes(false) ? 'uncertain' : 'yes';
    if ((question.filters.certainty ?? certainty) !== certainty) return [];
    return [certainty === 'yes' ? id : `${id}?`];
  });

const idOf = ({ caseId, certainty }: PersonView): string => (certainty === 'yes' ? caseId : `${caseId}?`);

/** The keys of the orders that can be told from a page: the first letters of the names differ. */
const keyOf = (sort: Sort, list: string, { name, references, caseId }: PersonView): string =>
  `${sort.includes('name') ? (name ?? '~') : leastReferenceSortKey(references, list)} ${caseId}`;

it.each(seeds)('finds in log %i who matches, in order, with what is shown of them', async (seed) => {
  const drawn = randomLog(seed);
  const random = new Random(seed + 2_000_000);
  const { ask, start, close } = await projectLog(drawn, random);
  const slow = new TwoTimesModel(drawn.log, drawn);
  for (let at = 0; at < QUESTIONS_OF_LOG; at += 1) {
    const question = drawQuestion(random, drawn);
    const { population, list, filters, day, known } = question;
    const scope = scopeOf({ asOf: dayText(day), knownAt: `position:${start + known}` });
    const asked = (page: Paging): Promise<PersonPage | null> =>
      population === 'recognised'
        ? ask.members.execute(new ListMembers(scope, list, { filters, page }))
        : ask.cases.execute(new Cases(scope, { filters, page, ...(population === 'judged' && { list }) }));
    const expected = expectedPeople(slow.knownAt(known), question, drawn);
    const where = JSON.stringify({ seed, ...question });
    const uncertain = expected.filter((id) => id.endsWith('?')).length;
    const pages = new Map<Sort, readonly PersonView[]>();
    for (const sort of SORTS) {
      const whole = await asked({ sort, limit: 100 });
      const items = whole?.items ?? [];
      expect({ where, sort, found: items.map(idOf).sort(), total: whole?.total }).toEqual({
        where,
        sort,
        found: [...expected].sort(),
        total: { yes: expected.length - uncertain, uncertain },
      });
      const inParts: PersonView[] = [];
      for (let after: string | null | undefined; after !== null;) {
        const part = await asked({ sort, limit: 2, ...(after !== undefined && { after }) });
        inParts.push(...(part?.items ?? []));
        after = part?.next ?? null;
      }
      expect({ where, sort, inParts }).toEqual({ where, sort, inParts: items });
      pages.set(sort, items);
    }
    for (const sort of ['name', 'reference', 'recognised'] as const) {
      const ordered = pages.get(sort) ?? [];
      expect({ where, sort, back: pages.get(`-${sort}`) }).toEqual({ where, sort, back: [...ordered].reverse() });
      if (sort === 'recognised') continue;
      const keys = ordered.map((item) => keyOf(sort, list, item));
      expect({ where, sort, keys }).toEqual({ where, sort, keys: [...keys].sort() });
    }
  }
  await close();
});
