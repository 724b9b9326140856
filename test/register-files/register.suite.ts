/** Imports the demonstration's files and compares the answers of queries with expected.json, for each event store. */
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { RecordEvents } from '../../src/commands/record-events.js';
import type { EventStore } from '../../src/event-store/port.js';
import { MemberCounts } from '../../src/read-models/counts/counts.query.js';
import { ListMembers } from '../../src/read-models/list/list-members.query.js';
import { PeopleByEligibility } from '../../src/read-models/eligibility/eligibility.query.js';
import type { EligibilityView } from '../../src/read-models/eligibility/eligibility.view.js';
import { Movements } from '../../src/read-models/counts/movements.query.js';
import type { PersonView } from '../../src/read-models/list/person.view.js';
import { DEFINITIONS, fixture, openRealRegister, REGISTER_FILES, type RealRegister } from './real-register.js';
import { NOW, scopeOf } from '../support/scopes.js';

const expected = JSON.parse(readFileSync(fixture('expected.json'), 'utf8'));
const NO_FILTERS = { filters: {} };

const groupsOn = async ({ queries }: RealRegister, asOf: string, by: 'category' | 'stage' = 'category') => {
  const counts = (await queries.execute(new MemberCounts(scopeOf({ asOf }), 'union', { by, ...NO_FILTERS })))!;
  const groups = counts.groups.filter(({ yes, uncertain }) => yes + uncertain > 0);
  expect(groups.every(({ uncertain }) => uncertain === 0)).toBe(true);
  return { total: counts.total, groups: Object.fromEntries(groups.map(({ key, yes }) => [key, yes])) };
};

const members = async (
  { queries }: RealRegister,
  asOf: string,
  filters: ListMembers['parameters']['filters'] = {},
): Promise<readonly PersonView[]> => {
  const rows: PersonView[] = [];
  let after: string | null | undefined;
  do {
    const page = { limit: 100, sort: 'reference' as const, ...(after && { after }) };
    const answer = (await queries.execute(new ListMembers(scopeOf({ asOf }), 'union', { filters, page })))!;
    rows.push(...answer.items);
    after = answer.next;
  } while (after !== null);
  return rows;
};

const referenceOf = ({ references }: PersonView): string => references[0]!.reference;

/** From the rows alone: whom a clause on age, term and half of it served reaches of those on the list on a day. */
const reckonElderly = (listDay: string, on: string): Record<string, string> => {
  const rows = REGISTER_FILES.slice(0, 2).flatMap((file) =>
    parse<Record<string, string>>(readFileSync(file), { columns: true }),
  );
  const released = parse<Record<string, string>>(readFileSync(REGISTER_FILES[2]!), { columns: true });
  const monthsOf = (term: string) => {
    const [, years = '0', months = '0'] = /^P(?:(\d+)Y)?(?:(\d+)M)?$/.exec(term) ?? [];
    return Number(years) * 12 + Number(months);
  };
  const endOf = (start: string, months: number) => {
    const [year, month, date] = start.split('-').map(Number) as [number, number, number];
    const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
    return Date.UTC(year, month - 1 + months, Math.min(date, last));
  };
  const listed = rows.filter((row) => {
    const left = [
      row['delisted_on'],
      row['released_on'],
      released.find(({ ref }) => ref === row['ref'])?.['released_on'],
    ];
    return row['recognised_on']! <= listDay && left.every((day) => !day || day > listDay);
  });
  const verdict = (row: Record<string, string>): string => {
    const [articles, term] = [row['convicted_articles'] ?? '', row['sentence'] ?? ''];
    const isConvicted = row['convicted_on'] !== '' && row['convicted_on']! <= listDay;
    if (!isConvicted || term === 'life' || /(^|;)234(\.|;|$)/.test(articles)) return 'not';
    const [start, end] = [Date.parse(row['arrested_on']!), endOf(row['arrested_on']!, monthsOf(term))];
    if (monthsOf(term) > 96 || (Date.parse(on) - start) * 2 < end - start) return 'not';
    const [youngest, oldest] = [`${Number(row['born']) + 50}-12-31`, `${Number(row['born']) + 50}-01-01`];
    return youngest <= on ? 'eligible' : oldest <= on ? 'possibly' : 'not';
  };
  return Object.fromEntries(listed.map((row) => [row['ref']!, verdict(row)]));
};

/** `openStore` opens an empty log at every call; without `demonstration`, the smaller files alone are imported. */
export const registerSuite = (store: string, openStore: () => Promise<EventStore>, demonstration = true): void => {
  describe(`the register's files in ${store}`, () => {
    (demonstration ? describe : describe.skip)('the demonstration register', () => {
      let register: RealRegister;
      beforeAll(async () => {
        register = await openRealRegister(await openStore());
        const { imported, report } = await register.import([...REGISTER_FILES, DEFINITIONS]);
        expect(report).toEqual([]);
        expect(imported).toEqual({
          outcome: 'done',
          files: [
            { file: 'register.json', total: 3, done: 3, added: 3, unchanged: 0, refused: 0 },
            {
              file: 'register-2025-10-07.csv',
              total: expected.rows.register,
              done: expected.rows.register,
              added: expected.rows.register,
              unchanged: 0,
              refused: 0,
            },
            { file: 'new-cases-2026-01-05.csv', total: 27, done: 27, added: 27, unchanged: 0, refused: 0 },
            { file: 'amnesty-applications-2026-01-05.csv', total: 52, done: 52, added: 52, unchanged: 0, refused: 0 },
          ],
        });
      }, 300_000);
      afterAll(() => register.close());

      it.each(Object.keys(expected.editions as object))(
        'has the edition of %s: its total and every group',
        async (day) => {
          const { total, groups } = await groupsOn(register, day);
          expect(total).toEqual({ yes: expected.editions[day].total, uncertain: 0 });
          expect(groups).toEqual(expected.editions[day].groups);
        },
      );

      it('passes 300 first in the edition that it did', async () => {
        const totals: [string, number][] = [];
        for (const day of Object.keys(expected.editions as object))
          totals.push([day, (await groupsOn(register, day)).total.yes]);
        expect(totals.find(([, total]) => total > 300)?.[0]).toBe(expected.firstEditionOver300);
      });

      it('has the list of 5 January 2026, by group and by stage', async () => {
        const asOf = expected.asOf2026_01_05 ?? expected['asOf2026-01-05'];
        const { total, groups } = await groupsOn(register, '2026-01-05');
        expect(total).toEqual({ yes: asOf.onList, uncertain: 0 });
        expect(groups).toEqual(asOf.groups);
        const stages = await groupsOn(register, '2026-01-05', 'stage');
        expect(stages.groups).toEqual({
          convicted: expected['heldOn2026-01-05ByStage'].convicted,
          'awaiting-judgment': expected['heldOn2026-01-05ByStage'].awaitingJudgment,
        });
      });

      it('knows who left by the amnesty, all of them believers, and who was arrested since the last edition', async () => {
        const asOf = expected['asOf2026-01-05'];
        const ask = { from: '2025-10-07', to: '2026-01-05', limit: 1_000 };
        const movements = (await register.queries.execute(new Movements(NOW, 'union', ask)))!;
        expect(movements.opening).toBe(expected.editions['2025-10-07'].total);
        expect(movements.closing).toBe(asOf.onList);
        expect(movements.leftByReason).toEqual([{ reason: 'amnesty', count: asOf.amnestied }]);
        expect(movements.left.map(({ category }) => category)).toEqual(Array(asOf.amnestied).fill('believers'));
        expect(movements.entered).toHaveLength(asOf.arrestedAfterLastEdition);
      });

      it('counts everybody who came and who left between the editions, so that the parts of the years add up to the whole', async () => {
        const between = async (from: string, to: string) =>
          (await register.queries.execute(new Movements(NOW, 'union', { from, to, limit: 1_000 })))!;
        const days = ['2019-12-31', ...Object.keys(expected.editions as object).sort(), '2026-01-05'];
        const [first = '', last = ''] = [days[0], days.at(-1)];
        const whole = await between(first, last);
        const parts = await Promise.all(days.slice(1).map((to, at) => between(days[at] ?? '', to)));
        for (const kind of ['entered', 'left', 'moved'] as const) {
          expect(whole[kind].length).toBe(whole.totals[kind]);
          expect(parts.flatMap((part) => part[kind])).toEqual(whole[kind]);
        }
        expect(whole.totals.left).toBeGreaterThan(expected['asOf2026-01-05'].amnestied);
        expect(whole.opening + whole.totals.entered - whole.totals.left).toBe(whole.closing);
      });

      it('knows the two who moved to another category, and when', async () => {
        const { on, to, refs } = expected.recategorised;
        const ask = { from: '2024-06-14', to: '2024-12-10', limit: 1_000 };
        const { moved } = (await register.queries.execute(new Movements(NOW, 'union', ask)))!;
        expect(moved.map(({ references, category, on }) => [references[0]!.reference, category, on]).sort()).toEqual(
          refs.map((reference: string) => [reference, to, on]),
        );
        for (const [asOf, isThere] of [
          ['2024-09-22', false],
          ['2024-09-23', true],
        ] as const) {
          const references = (await members(register, asOf, { category: [to] })).map(referenceOf);
          expect(refs.every((reference: string) => references.includes(reference))).toBe(isThere);
        }
      });

      it('knows how many were convicted of drugs', async () => {
        const convicted = await members(register, '2025-10-07', { article: ['234'], stage: 'convicted' });
        expect(convicted).toHaveLength(expected['convictedOfDrugsOn2025-10-07']);
      });

      describe('whom the amnesty act reaches', () => {
        const [FIXED, ROLLING] = ['six-months-drugs@in-force', 'six-months-drugs@rolling'];
        const { amnesty } = expected;
        const reached = async (clause: string, more: object) => {
          const parameters = { list: 'union', clause: [clause], limit: 500, verdict: 'eligible' as const, ...more };
          return (await register.queries.execute(new PeopleByEligibility(NOW, 'amnesty-2025', parameters)))!;
        };
        const references = ({ items }: EligibilityView) => items.map((item) => item.references[0]!.reference);

        it('with less than six months left on the day in force, on whatever day it is asked', async () => {
          for (const day of [amnesty.inForce, '2026-01-05', amnesty.windowEnd]) {
            const answer = await reached(FIXED, { from: day, to: day });
            expect(references(answer)).toEqual(amnesty.eligibleIfThresholdFixedAtInForce.refs);
            expect(answer.total).toMatchObject({
              eligible: amnesty.eligibleIfThresholdFixedAtInForce.count,
              possibly: 0,
            });
          }
        });

        it('with less than six months left on some day until 5 January', async () => {
          const answer = await reached(ROLLING, { from: amnesty.inForce, to: '2026-01-05' });
          expect(references(answer)).toEqual(amnesty['eligibleIfRollingUpTo2026-01-05'].refs);
          expect(answer.items.every(({ conditions }) => conditions.every(({ verdict }) => verdict === 'yes'))).toBe(
            true,
          );
          expect(answer.total.eligible).toBe(amnesty['eligibleIfRollingUpTo2026-01-05'].count);
        });

        it('and who else of those still on the list by the end of the window, so that so many are left', async () => {
          const span = { listDay: '2026-01-05', from: '2026-01-05', to: amnesty.windowEnd };
          const answer = await reached(ROLLING, span);
          expect(references(answer)).toEqual(amnesty.furtherEligibleByWindowEnd.refs);
          expect(answer.items.every(({ firstDay }) => firstDay !== null && firstDay > '2026-01-05')).toBe(true);
          const { eligible, possibly, not } = answer.total;
          expect([eligible, possibly, not]).toEqual([
            amnesty.furtherEligibleByWindowEnd.count,
            0,
            amnesty.leftAfterWindow,
          ]);
        });

        it('exactly those to whom it was applied', async () => {
          const answer = await reached(ROLLING, { from: amnesty.inForce, to: '2026-01-05' });
          const ask = { from: '2025-12-21', to: '2026-01-05', limit: 1_000 };
          const { left } = (await register.queries.execute(new Movements(NOW, 'union', ask)))!;
          expect(left.map((movement) => movement.references[0]!.reference).sort()).toEqual(references(answer));
        });

        it('by another clause, as a slow reckoning from the rows says', async () => {
          const clause = {
            clause: 'elderly',
            version: '1',
            conditions: [
              { articles: { noneOf: ['234'] } },
              { served: { atLeastShare: '1/2', measured: 'rolling' } },
              { term: { atMost: 'P8Y' } },
              { age: { atLeast: 50, measured: 'rolling' } },
              { stage: { in: ['convicted'] } },
            ],
            effect: 'released-from-imprisonment',
            sources: [{ kind: 'other', citation: 'invented' }],
            reliability: 'reported',
          } as const;
          const recorded = await register.commands.execute(
            new RecordEvents({
              subject: { kind: 'instrument', id: 'amnesty-2025' },
              isNewSubject: false,
              events: [{ type: 'clause-set', ...clause, conditions: [...clause.conditions] }],
              actor: { kind: 'person', id: 'a', asserted: true },
              acknowledge: [],
              correlationId: 'c',
            }),
          );
          expect(recorded).toMatchObject({ outcome: 'recorded' });
          const scope = scopeOf({ atLeast: (recorded as { token: string }).token });
          const ask = { list: 'union', clause: ['elderly'], from: '2026-02-15', to: '2026-02-15', limit: 500 };
          const answer = (await register.queries.execute(new PeopleByEligibility(scope, 'amnesty-2025', ask)))!;
          const verdicts = answer.items.map(({ references, verdict }) => [references[0]!.reference, verdict]);
          expect(Object.fromEntries(verdicts)).toEqual(reckonElderly('2025-12-21', '2026-02-15'));
          expect(new Set(verdicts.map(([, verdict]) => verdict))).toEqual(new Set(['eligible', 'possibly', 'not']));
        });

        it('of each day of a range what is said when it is asked alone', async () => {
          const first = new Map<string, string>();
          for (let day = Date.parse(amnesty.inForce); day <= Date.parse(amnesty.windowEnd); day += 7 * 86_400_000) {
            const on = new Date(day).toISOString().slice(0, 10);
            for (const reference of references(await reached(ROLLING, { from: on, to: on })))
              if (!first.has(reference)) first.set(reference, on);
          }
          const range = await reached(ROLLING, { from: amnesty.inForce, to: amnesty.windowEnd });
          for (const { references: of, firstDay } of range.items) {
            const weekly = first.get(of[0]!.reference);
            if (weekly !== undefined) expect(firstDay! <= weekly).toBe(true);
          }
          expect([...first.keys()].every((reference) => references(range).includes(reference))).toBe(true);
        });
      });

      it('changes nothing when the same files come again, in any order', async () => {
        const before = await register.events();
        const { imported, report } = await register.import([DEFINITIONS, ...[...REGISTER_FILES].reverse()]);
        expect(report).toEqual([]);
        expect(imported.files.map(({ added, unchanged, refused }) => [added, unchanged, refused])).toEqual([
          [0, 3, 0],
          [0, 27, 0],
          [0, 444, 0],
          [0, 52, 0],
        ]);
        expect(await register.events()).toBe(before);
      });
    });

    describe('people with partial dates', () => {
      let register: RealRegister;
      beforeAll(async () => {
        register = await openRealRegister(await openStore());
        const { report } = await register.import([DEFINITIONS, fixture('register-uncertain.csv')]);
        expect(report).toEqual([]);
      });
      afterAll(() => register.close());

      const namesIn = async (asOf: string, filters: ListMembers['parameters']['filters']) => ({
        yes: (await members(register, asOf, { ...filters, certainty: 'yes' })).map(referenceOf),
        uncertain: (await members(register, asOf, { ...filters, certainty: 'uncertain' })).map(referenceOf),
      });

      it.each(Object.entries(expected.uncertain as Record<string, { convicted?: object }>))(
        'are on the list on %s, certainly or perhaps',
        async (day, { convicted, ...onList }) => {
          expect(await namesIn(day, {})).toEqual(onList);
          if (convicted !== undefined) expect(await namesIn(day, { stage: 'convicted' })).toEqual(convicted);
        },
      );
    });

    describe('a file of wrong rows', () => {
      let register: RealRegister;
      beforeAll(async () => {
        register = await openRealRegister(await openStore());
        await register.import([DEFINITIONS]);
      });
      afterAll(() => register.close());

      it('lets exactly the right ones in, and names every wrong cell of the others', async () => {
        const { imported, report } = await register.import([fixture('register-bad.csv')]);
        expect(imported.files).toMatchObject([{ total: 13, done: 13, added: 2, unchanged: 0, refused: 11 }]);
        expect(report.map(({ row, column, code }) => [row, column, code])).toEqual([
          [2, 'arrested_on', 'DATE.INVALID'],
          [3, 'name', 'FIELD.MISSING'],
          [4, 'category', 'CATEGORY.UNKNOWN'],
          [5, 'convicted_on', 'CASE.NOT_ARRESTED'],
          [6, 'sentence', 'TERM.INVALID'],
          [7, 'sentence', 'FIELD.MISSING'],
          [8, 'ref', 'ROW.REFERENCE_TWICE'],
          [9, 'ref', 'ROW.REFERENCE_TWICE'],
          [11, 'release_reason', 'ROW.NO_SUCH_DECREE'],
          [12, 'sex', 'VALUE.UNKNOWN'],
          [12, 'born', 'DATE.INVALID'],
          [12, 'arrested_on', 'DATE.FUTURE'],
          [13, null, 'ROW.CUT_SHORT'],
        ]);
        const onList = await members(register, '2026-01-05');
        expect(onList.map(referenceOf)).toEqual(['BAD-09', 'GOOD-13']);
        expect(onList[0]?.name).toBe('=HYPERLINK("http://127.0.0.1/x","Sınaqov")');
      });

      it('changes nothing when it comes again', async () => {
        const before = await register.events();
        const { imported } = await register.import([fixture('register-bad.csv')]);
        expect(imported.files).toMatchObject([{ added: 0, unchanged: 2, refused: 11 }]);
        expect(await register.events()).toBe(before);
      });
    });
  });
};
