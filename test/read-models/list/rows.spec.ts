import type { CaseEvent } from '../../../src/domain/case/events.js';
import { timelineOf } from '../../../src/domain/case/timeline.js';
import type { EventWithId } from '../../../src/domain/event.js';
import { formatDay, MAX_DAY, MIN_DAY } from '../../../src/domain/time.js';
import { caseHistoryOf } from '../../../src/read-models/log-tables.js';
import { periodRows, recognitionRows } from '../../../src/read-models/list/rows.js';
import type { CaseHistory } from '../../../src/read-models/table.js';
import { ARTICLE, day, withIds } from '../../support/events.js';

const history = (events: readonly EventWithId<CaseEvent>[]): CaseHistory => caseHistoryOf('case', timelineOf(events));
const text = (at: number): string | null => (at === MIN_DAY || at === MAX_DAY ? null : formatDay(at));

const ARRESTED = { type: 'arrested' as const, id: 'arrest', occurredOn: '2024-01-10', incident: 'soyudlu' };
const RECOGNISED = {
  type: 'recognised' as const,
  id: 'recognition',
  occurredOn: '2024-01-20',
  list: 'union',
  category: 'believers',
};

/** Days and the given columns of the rows of a list. */
const rowsOf = (
  events: readonly EventWithId<CaseEvent>[],
  list: string,
  ...columns: readonly string[]
): readonly unknown[] =>
  periodRows(history(events))
    .filter((row) => row.list === list)
    .map((row) => [
      text(row.from_day),
      text(row.to_day),
      ...columns.map((c) => (row as unknown as Record<string, unknown>)[c]),
    ]);

describe('rows independent of lists', () => {
  it('cover every day, with the event that set the custody and its reason', () => {
    const events = withIds(ARRESTED, { type: 'released', id: 'release', occurredOn: '2024-02-01', reason: 'bail' });
    expect(rowsOf(events, '', 'custody', 'custody_by', 'custody_why', 'incident', 'undecided')).toEqual([
      [null, '2024-01-10', 'unknown', null, null, null, 0],
      ['2024-01-10', '2024-02-01', 'detained', 'arrest', 'arrested', 'soyudlu', 0],
      ['2024-02-01', null, 'free', 'release', 'released:bail', 'soyudlu', 0],
    ]);
  });

  it('have all columns', () => {
    const events = withIds(
      ARRESTED,
      {
        type: 'convicted',
        id: 'judgment',
        occurredOn: '2024-03-01',
        articles: [ARTICLE],
        sentence: { kind: 'imprisonment', term: 'P1Y' },
        facility: 'Prison 2',
      },
      RECOGNISED,
    );
    expect(periodRows(history(events)).find((row) => row.list === '' && row.from_day === day('2024-03-01'))).toEqual({
      list: '',
      from_day: day('2024-03-01'),
      to_day: day('2025-01-10'),
      undecided: 0,
      custody: 'imprisoned',
      custody_by: 'judgment',
      custody_why: 'convicted',
      proceedings: 'convicted',
      sentence: 'active',
      end_earliest: day('2025-01-10'),
      end_latest: day('2025-01-10'),
      running: JSON.stringify({
        term: 'P1Y',
        isTermUnknown: false,
        reductions: [],
        start: { earliest: day('2024-01-10'), latest: day('2024-01-10') },
      }),
      life: 0,
      articles: '["234.4.3"]',
      facility: 'Prison 2',
      incident: 'soyudlu',
      lists: '[{"list":"union","recognition":"recognised","category":"believers"}]',
      recognition: null,
      category: null,
      recognition_by: null,
      recognition_why: null,
    });
  });

  it('mark a life sentence', () => {
    const sentence = { kind: 'imprisonment', life: true };
    const events = withIds(ARRESTED, { type: 'convicted', occurredOn: '2024-03-01', articles: [ARTICLE], sentence });
    expect(rowsOf(events, '', 'life', 'end_latest').at(-1)).toEqual(['2024-03-01', null, 1, null]);
  });
});

describe('rows of a list', () => {
  it('begin with its first judgment, and name other lists once they judge', () => {
    const events = withIds(ARRESTED, RECOGNISED, {
      type: 'recognised',
      occurredOn: '2024-02-01',
      list: 'other',
      category: 'x',
    });
    const judgments = [
      { list: 'other', recognition: 'recognised', category: 'x' },
      { list: 'union', recognition: 'recognised', category: 'believers' },
    ];
    expect(rowsOf(events, 'union', 'recognition', 'category', 'recognition_by', 'recognition_why', 'lists')).toEqual([
      ['2024-01-20', '2024-02-01', 'recognised', 'believers', 'recognition', 'recognised', null],
      ['2024-02-01', null, 'recognised', 'believers', 'recognition', 'recognised', JSON.stringify(judgments)],
    ]);
    expect(rowsOf(events, 'other', 'category')).toEqual([['2024-02-01', null, 'x']]);
    expect(rowsOf(events, 'third')).toEqual([]);
  });

  it('have the type of the event that ended membership, but not its text, which is personal data', () => {
    const reason = 'a private matter';
    const delisted = { type: 'delisted' as const, id: 'off', occurredOn: '2024-02-01', list: 'union', reason };
    expect(rowsOf(withIds(ARRESTED, RECOGNISED, delisted), 'union', 'recognition', 'recognition_why')).toEqual([
      ['2024-01-20', '2024-02-01', 'recognised', 'recognised'],
      ['2024-02-01', null, 'delisted', 'delisted'],
    ]);
    const declined = { type: 'declined' as const, occurredOn: '2024-01-20', list: 'union', reason };
    expect(rowsOf(withIds(ARRESTED, declined), 'union', 'recognition_why')).toEqual([['2024-01-20', null, 'declined']]);
  });

  it('include recognition `none` while a judgment is only possible', () => {
    const events = withIds(ARRESTED, { ...RECOGNISED, occurredOn: '2024-02' });
    expect(rowsOf(events, 'union', 'recognition', 'custody')).toEqual([
      ['2024-02-01', null, 'recognised', 'detained'],
      ['2024-02-01', '2024-02-29', 'none', 'detained'],
    ]);
    expect(periodRows(history(events)).map(({ list, recognition }) => [list, recognition])).toEqual([
      ['', null],
      ['', null],
      ['', null],
      ['union', 'recognised'],
      ['union', 'none'],
    ]);
  });

  it('include recognition `none` once for several possible judgments', () => {
    const occurredOn = '2024-02-01/2024-02-28';
    const events = withIds(ARRESTED, { type: 'proposed', occurredOn, list: 'union' }, { ...RECOGNISED, occurredOn });
    expect(rowsOf(events, 'union', 'recognition')).toEqual([
      ['2024-02-01', '2024-02-28', 'proposed'],
      ['2024-02-01', null, 'recognised'],
      ['2024-02-01', '2024-02-28', 'none'],
    ]);
  });

  it('include recognition `none` for every other standing of those days', () => {
    const moved = (occurredOn: string, facility: string) => ({ type: 'transferred' as const, occurredOn, facility });
    const events = withIds(
      ARRESTED,
      moved('2024-01-12', 'a'),
      { ...RECOGNISED, occurredOn: '2024-01-20/2024-05-31' },
      moved('2024-02-01', 'b'),
      moved('2024-03-01', 'a'),
    );
    expect(rowsOf(events, 'union', 'recognition', 'facility')).toEqual([
      ['2024-01-20', '2024-02-01', 'recognised', 'a'],
      ['2024-02-01', '2024-03-01', 'recognised', 'b'],
      ['2024-03-01', null, 'recognised', 'a'],
      ['2024-01-20', '2024-02-01', 'none', 'a'],
      ['2024-02-01', '2024-03-01', 'none', 'b'],
      ['2024-03-01', '2024-05-31', 'none', 'a'],
    ]);
  });

  it('end with the episode', () => {
    const events = withIds(
      ARRESTED,
      RECOGNISED,
      { type: 'released', occurredOn: '2024-02-01', reason: 'other' },
      { type: 'arrested', occurredOn: '2025-01-01' },
    );
    expect(rowsOf(events, 'union', 'custody').map((row) => (row as unknown[]).slice(0, 2))).toEqual([
      ['2024-01-20', '2024-02-01'],
      ['2024-02-01', '2025-01-01'],
    ]);
  });
});

/** More events with partial days than are enumerated. */
const undecided = withIds(
  ...Array.from({ length: 14 }, (_, at) => ({
    type: 'charged' as const,
    occurredOn: '2024-01',
    articles: [{ ...ARTICLE, article: String(at) }],
  })),
  { ...RECOGNISED, occurredOn: '2024-01-20' },
);

it('marks days with too many undecided events', () => {
  for (const list of ['', 'union'])
    expect(rowsOf(undecided, list, 'undecided', 'custody', 'recognition', 'articles', 'lists')).toContainEqual([
      '2024-01-01',
      '2024-01-31',
      1,
      null,
      null,
      '[]',
      null,
    ]);
});

describe('recognitions', () => {
  const since = (events: readonly EventWithId<CaseEvent>[], list: string): readonly unknown[] =>
    recognitionRows(history(events))
      .filter((row) => row.list === list)
      .map((row) => [text(row.from_day), text(row.to_day), text(row.since_day)]);

  it('have the day of the recognition, one row a day', () => {
    const events = withIds(
      ARRESTED,
      { ...RECOGNISED, occurredOn: '2024-02' },
      {
        type: 'delisted',
        occurredOn: '2024-06-01',
        list: 'union',
        reason: 'x',
      },
    );
    expect(since(events, 'union')).toEqual([
      ['2024-02-01', '2024-06-01', '2024-02-01'],
      ['2024-06-01', null, null],
    ]);
  });

  it('have the earliest possible day for partial dates', () => {
    const delisted = { type: 'delisted' as const, occurredOn: '2024-06', list: 'union', reason: 'x' };
    expect(since(withIds(ARRESTED, { ...RECOGNISED, occurredOn: '2024-02' }, delisted), 'union')).toEqual([
      ['2024-02-01', '2024-06-30', '2024-02-01'],
      ['2024-06-30', null, null],
    ]);
  });

  it('of the register as a whole cover every day, with the first recognition of any list', () => {
    const events = withIds(ARRESTED, RECOGNISED, {
      type: 'recognised',
      occurredOn: '2024-01-15',
      list: 'other',
      category: 'x',
    });
    expect(since(events, '')).toEqual([
      [null, '2024-01-15', null],
      ['2024-01-15', null, '2024-01-15'],
    ]);
    expect(since(events, 'union')).toEqual([['2024-01-20', null, '2024-01-20']]);
  });

  it('are not merged across a different row', () => {
    const delisted = { type: 'delisted' as const, occurredOn: '2024-06-01', list: 'union', reason: 'x' };
    expect(since(withIds(ARRESTED, RECOGNISED, delisted), '')).toEqual([
      [null, '2024-01-20', null],
      ['2024-01-20', '2024-06-01', '2024-01-20'],
      ['2024-06-01', null, null],
    ]);
  });

  it('ignore proposals', () => {
    const events = withIds(ARRESTED, { type: 'proposed', occurredOn: '2024-01-20', list: 'union' });
    expect(since(events, 'union')).toEqual([['2024-01-20', null, null]]);
  });

  it('exist for days with too many undecided events', () => {
    expect(since(undecided, 'union')).toEqual([
      ['2024-01-01', '2024-01-31', null],
      ['2024-01-31', null, '2024-01-20'],
    ]);
  });
});
