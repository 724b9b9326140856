import { timelineOf } from '../../../src/domain/case/timeline.js';
import { caseHistoryOf } from '../../../src/read-models/log-tables.js';
import { clemencyRows, heldSinceRows } from '../../../src/read-models/statistics/tables.js';
import type { CaseHistory } from '../../../src/read-models/table.js';
import { day, withIds, type CaseEventFields } from '../../support/events.js';

const historyOf = (...events: CaseEventFields): CaseHistory => caseHistoryOf('c', timelineOf(withIds(...events)));

const arrested = { type: 'arrested', occurredOn: '2024-01-10', incident: 'affair' } as const;
const recognised = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2024-02-01' } as const;
const amnestied = {
  type: 'amnestied',
  act: 'act',
  effect: 'released-from-imprisonment',
  occurredOn: '2025-12-22',
} as const;
const released = { type: 'released', reason: 'amnesty', occurredOn: '2025-12-24' } as const;

const applied = {
  instrument: 'act',
  from_day: day('2025-12-22'),
  latest_day: day('2025-12-22'),
  incident: 'affair',
  released_from: day('2025-12-24'),
  released_by: day('2025-12-24'),
};

describe('to whom an act was applied', () => {
  const rowsOf = (...events: CaseEventFields) => clemencyRows(historyOf(...events));

  it('is a row without regard to lists, and one for each list that recognised the person then', () => {
    const other = { ...recognised, list: 'other', category: 'journalists', occurredOn: '2026-01-01' };
    expect(rowsOf(arrested, recognised, amnestied, released, other)).toEqual([
      { ...applied, list: '', certain: 1, category: null },
      { ...applied, list: 'union', certain: 1, category: 'believers' },
    ]);
  });

  it('is uncertain where the list may have recognised the person later, and of no category where several are possible', () => {
    const [, row] = rowsOf(arrested, { ...recognised, occurredOn: '2025-12' }, amnestied, released);
    expect(row).toMatchObject({ list: 'union', certain: 0, category: 'believers' });
    const moved = { ...recognised, type: 'recategorised', category: 'journalists', occurredOn: '2025-12' } as const;
    const [, second] = rowsOf(arrested, recognised, moved, amnestied, released);
    expect(second).toMatchObject({ certain: 1, category: null });
  });

  it('keeps the days of partial dates, and no release for another reason or before it', () => {
    const bail = { ...released, reason: 'bail' };
    const [partial] = rowsOf(arrested, { ...amnestied, occurredOn: '2025-12' }, bail);
    expect(partial).toMatchObject({
      from_day: day('2025-12-01'),
      latest_day: day('2025-12-31'),
      released_from: null,
      released_by: null,
    });
    const pardoned = {
      type: 'pardoned',
      decree: 'decree',
      effect: 'record-expunged',
      occurredOn: '2024-05-01',
    } as const;
    const [pardon, amnesty] = rowsOf(arrested, pardoned, amnestied, { ...released, occurredOn: '2026-01/2026-02' });
    expect([pardon?.instrument, amnesty?.instrument]).toEqual(['decree', 'act']);
    expect(amnesty).toMatchObject({ released_from: day('2026-01-01'), released_by: day('2026-02-28') });
  });

  it('is nothing for whom no act was applied to', () => {
    expect(rowsOf(arrested, recognised, released)).toEqual([]);
  });
});

describe('since when a person is held', () => {
  const rowsOf = (...events: CaseEventFields) =>
    heldSinceRows(historyOf(...events)).map(({ from_day, since_from, since_by }) => ({
      from_day,
      since_from,
      since_by,
    }));

  it('is the day of arrest, whatever changes in custody, until the release; then that of the next arrest', () => {
    const remanded = { type: 'remanded', measure: 'house-arrest', occurredOn: '2024-03-01' } as const;
    const again = { ...arrested, occurredOn: '2026-02-01' };
    const [first, second] = [day('2024-01-10'), day('2026-02-01')];
    expect(rowsOf(arrested, remanded, released, again)).toEqual([
      { from_day: first, since_from: first, since_by: first },
      { from_day: second, since_from: second, since_by: second },
    ]);
    expect(heldSinceRows(historyOf(arrested, remanded, released))[0]).toMatchObject({ to_day: day('2025-12-24') });
  });

  it('lies between the days that a partial date may mean', () => {
    const [from, by] = [day('2024-02-01'), day('2024-02-29')];
    expect(rowsOf({ ...arrested, occurredOn: '2024-02' })).toEqual([
      { from_day: from, since_from: from, since_by: null },
      { from_day: by, since_from: from, since_by: by },
    ]);
  });
});
