import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CaseEvent } from '../../../src/domain/case/events.js';
import { orderOf } from '../../../src/domain/case/order.js';
import { applyEvent } from '../../../src/domain/case/rules.js';
import { CONVICTED_STAGE, HELD_CUSTODIES, INITIAL_STATE, type CaseState } from '../../../src/domain/case/state.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { canBeMet } from '../../../src/domain/instrument/clause-conflicts.js';
import {
  prepareQuestion,
  eligibility,
  periodsWithoutAct,
  type EligibilityQuestion,
} from '../../../src/domain/instrument/eligibility.js';
import type { ClauseFields, Condition, Gravity } from '../../../src/domain/instrument/events.js';
import { GRAVITIES } from '../../../src/domain/instrument/events.js';
import { gravityLookupFrom } from '../../../src/domain/instrument/gravity.js';
import type { Verdict } from '../../../src/domain/instrument/verdicts.js';
import { addTerm, formatDay, MAX_DAY, MIN_DAY, parseEdtf, type Day } from '../../../src/domain/time.js';
import { arbitraryCaseEvents, DAY_COUNT, FIRST_DAY } from '../../support/arbitraries.js';
import { courses } from '../../support/courses.js';
import { effort } from '../../support/effort.js';
import { ARTICLE, day, REFERENCE_DATA, withIds, type CaseEventFields } from '../../support/events.js';
import { assertProperty } from '../../support/property.js';

const rolling = { measured: 'rolling' } as const;
const clauseOf = (...conditions: readonly Condition[]): ClauseFields => ({
  clause: 'x',
  version: '1',
  conditions,
  effect: 'released-from-imprisonment',
});
const union = REFERENCE_DATA.lists.get('union')!;
const gravityOf = gravityLookupFrom([
  { article: '234', gravity: 'less-serious', from: MIN_DAY, to: MAX_DAY },
  { article: '234.4', gravity: 'serious', from: MIN_DAY, to: day('2026-01-01') },
  { article: '234.4', gravity: 'minor', from: day('2026-01-01'), to: MAX_DAY },
]);
const questionOf = (
  clauses: readonly ClauseFields[],
  more: Partial<EligibilityQuestion> = {},
): EligibilityQuestion => ({
  clauses,
  list: union,
  listDay: day('2025-12-21'),
  inForce: day('2025-12-22'),
  gravityOf,
  ...more,
});

const arrested = { type: 'arrested', occurredOn: '2023-01-10' } as const;
const convicted = (term: string, more: object = {}) =>
  ({
    type: 'convicted',
    occurredOn: '2023-06-01',
    articles: [ARTICLE],
    sentence: { kind: 'imprisonment', term },
    ...more,
  }) as const;
const recognised = { type: 'recognised', occurredOn: '2023-07-31', list: 'union', category: 'believers' } as const;

type Person = { readonly born?: string; readonly sex?: string };
const candidate = (events: CaseEventFields, { born, sex }: Person = {}, act = 'amnesty-2025') => ({
  periods: periodsWithoutAct(withIds(...events), act),
  born: born ?? null,
  sex: sex ?? null,
});

/** Somebody sentenced to a term that counts from a day. */
const serving = (countedFrom: string, term: string, ...more: CaseEventFields) =>
  candidate([{ ...arrested, occurredOn: '2020-01-01' }, convicted(term, { countedFrom }), recognised, ...more]);

describe('less than six months left, in calendar months', () => {
  const clause = clauseOf({ remaining: { lessThan: 'P6M', ...rolling } });
  /** The sentence ends on the first day; it is asked on the second. Written by hand. */
  test.each([
    ['2026-06-22', '2025-12-22', 'not'],
    ['2026-06-21', '2025-12-22', 'eligible'],
    ['2026-06-22', '2025-12-23', 'eligible'],
    // A sentence that ends on the day of reference has ended: it does not end after it.
    ['2025-12-22', '2025-12-22', 'not'],
    ['2025-12-23', '2025-12-22', 'eligible'],
    // 31 August plus six months is the last of February.
    ['2026-02-28', '2025-08-31', 'not'],
    ['2026-02-27', '2025-08-31', 'eligible'],
    ['2026-02-28', '2025-08-30', 'not'],
    ['2026-02-28', '2025-08-29', 'not'],
    ['2026-02-28', '2025-08-28', 'not'],
    ['2026-02-27', '2025-08-28', 'eligible'],
    ['2026-03-01', '2025-08-31', 'not'],
    ['2026-03-01', '2025-09-01', 'not'],
    ['2026-03-01', '2025-09-02', 'eligible'],
    // In a leap year, six months from 31 August end on 29 February.
    ['2028-02-29', '2027-08-31', 'not'],
    ['2028-02-28', '2027-08-31', 'eligible'],
    ['2028-02-29', '2027-08-29', 'not'],
    ['2028-02-28', '2027-08-29', 'eligible'],
    ['2028-02-28', '2027-08-28', 'not'],
    ['2028-08-29', '2028-02-29', 'not'],
    ['2028-08-28', '2028-02-29', 'eligible'],
    ['2026-10-30', '2026-04-30', 'not'],
    ['2026-10-31', '2026-04-30', 'not'],
    ['2026-10-30', '2026-05-01', 'eligible'],
  ])('ends on %s, asked on %s: %s', (end, on, expected) => {
    // A term of one day, so that the end is that of the table.
    const person = serving(formatDay(day(end) - 1), 'P1D');
    const listDay = day('2023-12-01');
    expect(eligibility(person, questionOf([clause], { listDay }), day(on))?.verdict).toBe(expected);
  });

  test.each([
    ['2022-08-31', 'P3Y6M', '2026-02-28'],
    ['2024-02-29', 'P1Y', '2025-02-28'],
    ['2024-02-29', 'P4Y', '2028-02-29'],
    ['2024-01-31', 'P1M', '2024-02-29'],
    ['2025-01-31', 'P1M', '2025-02-28'],
    ['2025-10-31', 'P1M', '2025-11-30'],
  ])('a sentence from %s of %s ends on %s', (from, term, end) => {
    const person = serving(from, term);
    const answer = eligibility(person, questionOf([clause]), day('2025-12-22'));
    expect(answer?.conditions.find(({ code }) => code === 'remaining')?.saw).toEqual([end]);
  });
});

describe('the conditions', () => {
  const events: CaseEventFields = [arrested, convicted('P3Y'), recognised];
  const person = { born: '1960-12-22', sex: 'f' };
  const on = (condition: Condition, text = '2025-12-22') => {
    const answer = eligibility(candidate(events, person), questionOf([clauseOf(condition)]), day(text));
    const { verdict, saw } = answer!.conditions[1]!;
    return `${answer!.verdict} ${verdict} ${saw.join(' ')}`;
  };
  test.each<[Condition, string]>([
    [{ category: { list: 'union', in: ['believers'] } }, 'eligible yes believers'],
    [{ category: { list: 'union', notIn: ['believers'] } }, 'not no believers'],
    [{ category: { list: 'strict', in: ['believers'] } }, 'not no none'],
    [{ articles: { anyOf: ['234'] } }, 'eligible yes 234.4.3'],
    [{ articles: { anyOf: ['23', '234.4.31'] } }, 'not no 234.4.3'],
    [{ articles: { noneOf: ['178', '234.1'] } }, 'eligible yes 234.4.3'],
    [{ gravity: { atMost: 'serious' } }, 'eligible yes serious'],
    [{ gravity: { atMost: 'less-serious' } }, 'not no serious'],
    [{ remaining: { lessThan: 'P6M', measured: 'at-in-force' } }, 'eligible yes 2026-01-10'],
    [{ remaining: { lessThan: 'P6M', atLeast: 'P1M', ...rolling } }, 'not no 2026-01-10'],
    [{ served: { atLeast: 'P2Y', ...rolling } }, 'eligible yes 2023-01-10'],
    [{ served: { atLeast: 'P3Y', ...rolling } }, 'not no 2023-01-10'],
    [{ served: { atLeastShare: '2/3', ...rolling } }, 'eligible yes 2023-01-10'],
    [{ term: { atMost: 'P3Y' } }, 'eligible yes P3Y'],
    [{ term: { atMost: 'P35M' } }, 'not no P3Y'],
    [{ age: { atLeast: 65, ...rolling } }, 'eligible yes 1960-12-22'],
    [{ age: { atLeast: 66, ...rolling } }, 'not no 1960-12-22'],
    [{ age: { atMost: 64, ...rolling } }, 'not no 1960-12-22'],
    [{ sex: { in: ['f'] } }, 'eligible yes f'],
    [{ stage: { in: ['convicted'] } }, 'eligible yes convicted'],
    [{ custody: { in: ['remand'] } }, 'not no imprisoned'],
  ])('%j: %s', (condition, expected) => {
    expect(on(condition)).toBe(expected);
  });

  test('the gravity is that of the day', () => {
    expect(on({ gravity: { atMost: 'minor' } }, '2025-12-31')).toBe('not no serious');
    expect(on({ gravity: { atMost: 'minor' } }, '2026-01-01')).toBe('eligible yes minor');
  });

  test('a charge is no conviction', () => {
    const charged = candidate([
      arrested,
      { type: 'charged', occurredOn: '2023-01-10', articles: [ARTICLE] },
      recognised,
    ]);
    const ask = (condition: Condition) =>
      eligibility(charged, questionOf([clauseOf(condition)]), day('2025-12-22'))?.verdict;
    expect(ask({ articles: { anyOf: ['234'] } })).toBe('not');
    expect(ask({ articles: { noneOf: ['234'] } })).toBe('eligible');
    expect(ask({ stage: { in: ['awaiting-judgment'] } })).toBe('eligible');
  });

  test('somebody charged anew while serving awaits judgment, and still serves', () => {
    const again = candidate([
      ...events,
      { type: 'charged', occurredOn: '2025-06-01', articles: [{ code: 'AZ-CC', article: '317' }] },
    ]);
    const stage = { stage: { in: ['awaiting-judgment'] } } as const;
    const ask = (condition: Condition) => {
      const conditions = [stage, condition];
      expect(canBeMet(conditions)).toBe(true);
      return eligibility(again, questionOf([clauseOf(stage, condition)]), day('2025-12-22'))?.verdict;
    };
    expect(ask({ served: { atLeast: 'P2Y', ...rolling } })).toBe('eligible');
    expect(ask({ remaining: { lessThan: 'P6M', ...rolling } })).toBe('eligible');
    expect(ask({ term: { atMost: 'P3Y' } })).toBe('eligible');
    expect(ask({ term: { atMost: 'P1Y' } })).toBe('not');
  });

  test('an unknown article may be of any gravity', () => {
    const more = candidate([
      arrested,
      convicted('P3Y', { articles: [ARTICLE, { code: 'AZ-CC', article: '999' }] }),
      recognised,
    ]);
    const ask = (atMost: Gravity, atLeast: Gravity) =>
      eligibility(more, questionOf([clauseOf({ gravity: { atMost, atLeast } })]), day('2025-12-22'))?.verdict;
    expect(ask('especially-serious', 'serious')).toBe('eligible');
    expect(ask('serious', 'minor')).toBe('possibly');
    expect(ask('less-serious', 'minor')).toBe('not');
  });
});

describe('whose list', () => {
  const clause = clauseOf({ remaining: { lessThan: 'P6M', ...rolling } });
  const released = { type: 'released', occurredOn: '2025-12-24', reason: 'amnesty' } as const;
  const amnestied = {
    type: 'amnestied',
    occurredOn: '2025-12-23',
    act: 'amnesty-2025',
    effect: 'released-from-imprisonment',
  } as const;

  test('of the eve of the act, so that its applications hide nobody', () => {
    const person = candidate([arrested, convicted('P3Y'), recognised, amnestied, released]);
    expect(eligibility(person, questionOf([clause]), day('2026-01-05'))?.verdict).toBe('eligible');
    expect(eligibility(person, questionOf([clause], { listDay: day('2026-01-05') }), day('2026-01-05'))).toBeNull();
  });

  test('as if the act had not been applied to those who are still on it', () => {
    const events: CaseEventFields = [arrested, convicted('P3Y'), recognised, amnestied];
    const ask = (act: string) =>
      eligibility(candidate(events, {}, act), questionOf([clause], { listDay: day('2026-01-05') }), day('2026-01-05'))
        ?.verdict;
    expect(ask('amnesty-2025')).toBe('eligible');
    expect(ask('another-act')).toBe('not');
  });

  test('somebody who is perhaps on the list is possibly eligible', () => {
    const perhaps = candidate([arrested, convicted('P3Y'), { ...recognised, occurredOn: '2025-12' }]);
    const answer = eligibility(perhaps, questionOf([clause]), day('2026-01-05'));
    expect(answer?.verdict).toBe('possibly');
    expect(answer?.conditions.map(({ verdict }) => verdict)).toEqual(['possibly', 'yes']);
  });
});

describe('run forward', () => {
  test('says the first day, and the reasons of that day', () => {
    const clause = clauseOf({ stage: { in: ['convicted'] } }, { remaining: { lessThan: 'P6M', ...rolling } });
    const prepared = prepareQuestion(questionOf([clause]));
    const answer = prepared.explain(serving('2022-08-01', 'P4Y'), day('2025-12-22'), day('2026-04-22'));
    expect(answer).toMatchObject({ verdict: 'eligible', firstDay: day('2026-02-02') });
    expect(answer?.conditions.map(({ verdict }) => verdict)).toEqual(['yes', 'yes', 'yes']);
    const late = prepared.explain(serving('2022-11-01', 'P4Y'), day('2025-12-22'), day('2026-04-22'));
    expect(late).toMatchObject({ verdict: 'not', firstDay: null });
    expect(late?.conditions.map(({ verdict }) => verdict)).toEqual(['yes', 'yes', 'no']);
  });

  test('courses of two clauses add up', () => {
    const person = { ...candidate([arrested, convicted('P3Y'), recognised]), sex: 'm', born: '1960' };
    const on = day('2025-07-01');
    const ask = (...clauses: readonly ClauseFields[]) => eligibility(person, questionOf(clauses), on)?.verdict;
    const old = clauseOf({ age: { atLeast: 65, ...rolling } });
    const young = clauseOf({ age: { atMost: 64, ...rolling } });
    expect(ask(old)).toBe('possibly');
    expect(ask(young)).toBe('possibly');
    expect(ask(old, young)).toBe('eligible');
  });
});

/** What a person is like in one possible course. */
interface Concrete {
  readonly state: CaseState;
  readonly start: Day | null;
  readonly born: Day | null;
  readonly sex: string | null;
  /** Whether a sentence of unknown term has ended by the day of the list. */
  readonly isOver: boolean;
}

type Holds = boolean | 'perhaps';

/** The conditions, each as its sentence says. What nobody knows is taken for possible in each condition by itself. */
const holds = (
  condition: Condition,
  { state, start, born, sex, isOver }: Concrete,
  listDay: Day,
  on: Day,
  inForce: Day,
): Holds => {
  const { sentence } = state;
  const runs = sentence.state === 'active' || sentence.state === 'suspended';
  const end =
    start === null || sentence.term === null
      ? null
      : Math.max(start + 1, addTerm(start, sentence.term, sentence.reductions));
  const isConvicted = CONVICTED_STAGE.has(state.proceedings);
  const measured = (one: { measured: string }) => (one.measured === 'rolling' ? on : inForce);
  if (condition.category) {
    const judged = state.lists[condition.category.list];
    const category = judged?.recognition === 'recognised' ? judged.category! : 'none';
    return (condition.category.in ?? [category]).includes(category) && !condition.category.notIn?.includes(category);
  }
  if (condition.articles) {
    const under = (names: readonly string[]) =>
      isConvicted && names.some((name) => state.articles.some((one) => one === name || one.startsWith(`${name}.`)));
    return (
      (condition.articles.anyOf === undefined || under(condition.articles.anyOf)) &&
      !under(condition.articles.noneOf ?? [])
    );
  }
  if (condition.gravity) {
    if (!isConvicted) return false;
    const ranks = state.articles.map((article) => GRAVITIES.indexOf(gravityOf(article, on)!));
    const { atLeast = 'minor', atMost = 'especially-serious' } = condition.gravity;
    const gravest = Math.max(...ranks);
    return GRAVITIES.indexOf(atLeast) <= gravest && gravest <= GRAVITIES.indexOf(atMost);
  }
  if (condition.remaining) {
    if (!runs) return false;
    const from = measured(condition.remaining);
    const { lessThan, atLeast } = condition.remaining;
    if (sentence.isForLife) return lessThan === undefined;
    if (sentence.term === null && !sentence.isTermUnknown) return false;
    if (start === null) return 'perhaps';
    const fits = (last: Day) =>
      last > from &&
      (lessThan === undefined || last < addTerm(from, lessThan)) &&
      (atLeast === undefined || last >= addTerm(from, atLeast));
    if (end !== null) return fits(end);
    // The term of the sentence is unknown, so that it may end on any day.
    return Array.from({ length: 120 }, (_, step) => start + 1 + step).some(
      (last) => last <= listDay === isOver && fits(last),
    )
      ? 'perhaps'
      : false;
  }
  if (condition.served) {
    const { atLeast, atLeastShare } = condition.served;
    if (!runs || (sentence.isForLife && atLeastShare !== undefined)) return false;
    if (start === null) return 'perhaps';
    const from = measured(condition.served);
    if (atLeast !== undefined && addTerm(start, atLeast) > from) return false;
    if (atLeastShare === undefined) return true;
    if (end === null) return sentence.isTermUnknown ? 'perhaps' : false;
    const [part, whole] = atLeastShare.split('/').map(Number) as [number, number];
    return (from - start) / (end - start) >= part / whole - 1e-9;
  }
  if (condition.term) {
    if (!runs) return false;
    if (sentence.term === null) return sentence.isTermUnknown ? 'perhaps' : false;
    const length = (term: string) => addTerm(day('2001-01-01'), term);
    return length(sentence.term) <= length(condition.term.atMost);
  }
  if (condition.age) {
    if (born === null) return 'perhaps';
    const from = measured(condition.age);
    let age = -1;
    while (addTerm(born, `P${age + 2}Y`) <= from) age += 1;
    age = addTerm(born, 'P1Y') > from ? 0 : age + 1;
    return age >= (condition.age.atLeast ?? 0) && age <= (condition.age.atMost ?? 999);
  }
  if (condition.sex) return sex === null ? 'perhaps' : (condition.sex.in as readonly string[]).includes(sex);
  if (condition.stage) {
    const stage = isConvicted ? 'convicted' : HELD_CUSTODIES.has(state.custody) ? 'awaiting-judgment' : 'none';
    return (condition.stage.in as readonly string[]).includes(stage);
  }
  return condition.custody!.in.includes(state.custody);
};

const MEMBERS = new Set(['detained', 'remand', 'imprisoned', 'medical-custody']);

/** Tries every possible course: each event on each of its days, each first day of the sentence, each day of birth. */
const slowly = (
  events: readonly EventWithId<CaseEvent>[],
  person: { readonly born: string | null; readonly sex: string | null },
  clauses: readonly ClauseFields[],
  listDay: Day,
  on: Day,
  inForce: Day,
): Verdict | null => {
  const days = (edtf: string | null): readonly (Day | null)[] => {
    const interval = parseEdtf(edtf ?? '');
    return interval === null
      ? [null]
      : Array.from({ length: interval.latest - interval.earliest + 1 }, (_, step) => interval.earliest + step);
  };
  const order = orderOf(
    events.filter(({ event }) => event.type !== 'amnestied' || event.act !== 'amnesty-2025'),
  ).datedEvents;
  const found = courses(order).flatMap((dated): readonly (Holds | null)[] => {
    const past = order.filter((_, place) => (dated[place] ?? 0) <= listDay);
    const state = past.reduce((before, event) => applyEvent(event, before), INITIAL_STATE);
    if (state.lists['union']?.recognition !== 'recognised' || !MEMBERS.has(state.custody)) return [null];
    const arrest = order.findIndex(({ id }) => id === state.episode?.firstArrestId);
    const named = days(state.sentence.countedFrom);
    const begun = named.filter((start) => start !== null && start <= listDay);
    const counted = begun.length > 0 ? begun : named;
    const further = order.findIndex(({ id }) => id === state.sentence.passedWhileServing);
    const begin = dated[arrest] ?? null;
    const upToConviction =
      begin === null
        ? [null]
        : Array.from({ length: Math.max(0, (dated[further] ?? begin) - begin) + 1 }, (_, i) => begin + i);
    const starts = state.sentence.countedFrom === null ? upToConviction : counted;
    const overs = (start: Day | null) =>
      state.sentence.isTermUnknown && start !== null && start < listDay ? [false, true] : [false];
    return starts.flatMap((start) =>
      overs(start).flatMap((isOver) =>
        days(person.born).map((born): Holds => {
          const verdicts = clauses.map(({ conditions }): Holds => {
            const each = conditions.map((one) =>
              holds(one, { state, start, born, sex: person.sex, isOver }, listDay, on, inForce),
            );
            return each.includes(false) ? false : each.includes('perhaps') ? 'perhaps' : true;
          });
          return verdicts.includes(true) || (verdicts.includes('perhaps') && 'perhaps');
        }),
      ),
    );
  });
  if (found.every((one) => one === null)) return null;
  if (found.every((one) => one === true)) return 'eligible';
  return found.some((one) => one === true || one === 'perhaps') ? 'possibly' : 'not';
};

const measured = fc.constantFrom('rolling' as const, 'at-in-force' as const);
const short = fc.constantFrom('P1D', 'P3D', 'P8D', 'P1M', 'P35D');
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constantFrom<Condition>(
    { category: { list: 'union', in: ['believers'] } },
    { category: { list: 'other', notIn: ['believers'] } },
    { articles: { anyOf: ['234'] } },
    { articles: { noneOf: ['234.4'] } },
    { gravity: { atMost: 'less-serious' } },
    { gravity: { atLeast: 'serious' } },
    { term: { atMost: 'P10D' } },
    { sex: { in: ['f'] } },
    { stage: { in: ['convicted'] } },
    { custody: { in: ['imprisoned', 'remand'] } },
  ),
  fc.record({ lessThan: short, measured }).map((remaining) => ({ remaining })),
  fc.record({ atLeast: short, measured }).map((remaining) => ({ remaining })),
  fc.record({ atLeast: short, measured }).map((served) => ({ served })),
  fc
    .record({ atLeastShare: fc.constantFrom('1/10', '1/4', '1/2', '2/3', '1/1'), measured })
    .map((served) => ({ served })),
  fc.record({ atLeast: fc.constantFrom(23, 24), measured }).map((age) => ({ age })),
  fc.record({ atMost: fc.constantFrom(22, 23), measured }).map((age) => ({ age })),
);
const clauses = fc.array(
  fc.array(condition, { minLength: 1, maxLength: 3 }).map((conditions) => clauseOf(...conditions)),
  {
    minLength: 1,
    maxLength: 2,
  },
);
const person = fc.record({
  born: fc.constantFrom(null, '2000-02-01', '2000-01-30/2000-02-03', '2001-01-28/2001-02-02'),
  sex: fc.constantFrom(null, 'f', 'm'),
});
/** Most of them arrested, convicted and recognised, on some day of theirs. */
const partial = (first: number): fc.Arbitrary<string> =>
  fc.nat(2).map((width) => {
    const from = formatDay(FIRST_DAY + first);
    return width === 0 ? from : `${from}/${formatDay(FIRST_DAY + first + width)}`;
  });
const events = fc
  .record({
    begun: fc.boolean(),
    on: fc.tuple(partial(0), partial(1), partial(2)),
    term: fc.constantFrom('P6D', 'P10D', 'P1M', 'unknown'),
    countedFrom: fc.constantFrom(undefined, undefined, '2024-01-28/2024-01-30'),
    part: fc.constantFrom('4.3', '1'),
    more: arbitraryCaseEvents(2),
  })
  .map(({ begun, on, term, countedFrom, part, more }): readonly EventWithId<CaseEvent>[] => [
    ...(begun
      ? withIds(
          { type: 'arrested', occurredOn: on[0], id: 'x' },
          {
            type: 'convicted',
            occurredOn: on[1],
            articles: [{ ...ARTICLE, part }],
            sentence: { kind: 'imprisonment', term },
            ...(countedFrom && { countedFrom }),
            id: 'y',
          },
          { type: 'recognised', occurredOn: on[2], list: 'union', category: 'believers', id: 'z' },
        )
      : []),
    ...more,
  ]);
const questions = fc.record({
  clauses,
  listDay: fc.nat(DAY_COUNT).map((step) => FIRST_DAY + step),
  after: fc.nat(35),
});
const inForce = FIRST_DAY + 6;
const RUNS = effort(120, 5_000);

describe('for any events, clauses and days', () => {
  test('it is possibly exactly where possible courses differ', () => {
    const seen = new Map<string, number>();
    assertProperty(
      fc.property(events, person, questions, (recorded, { born, sex }, { clauses: asked, listDay, after }) => {
        const on = listDay + after;
        const question = questionOf(asked, { listDay, inForce });
        const periods = periodsWithoutAct(recorded, 'amnesty-2025');
        const answer = eligibility({ periods, born, sex }, question, on)?.verdict ?? null;
        seen.set(String(answer), (seen.get(String(answer)) ?? 0) + 1);
        expect(answer).toBe(slowly(recorded, { born, sex }, asked, listDay, on, inForce));
      }),
      RUNS,
    );
    for (const verdict of ['eligible', 'possibly', 'not', 'null']) expect(seen.get(verdict)).toBeGreaterThan(0);
  });

  test('a range says what its days say, each asked alone', () => {
    assertProperty(
      fc.property(events, person, questions, (recorded, { born, sex }, { clauses: asked, listDay, after }) => {
        const question = questionOf(asked, { listDay, inForce });
        const one = { periods: periodsWithoutAct(recorded, 'amnesty-2025'), born, sex };
        const range = Array.from({ length: after + 1 }, (_, step) => listDay + step);
        const alone = range.map((on) => eligibility(one, question, on)?.verdict ?? null);
        const best = (['eligible', 'possibly'] as const).find((verdict) => alone.includes(verdict)) ?? alone[0] ?? null;
        const first = best === null || best === 'not' ? null : (range[alone.indexOf(best)] ?? null);
        expect(prepareQuestion(question).evaluate(one, listDay, listDay + after)).toEqual(
          best === null ? null : { verdict: best, firstDay: first },
        );
      }),
      RUNS,
    );
  });
});
