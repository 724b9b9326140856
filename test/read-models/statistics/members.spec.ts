/** Statistics of the people on a list count everybody, also those of whom too many events are undecided. */
import { OneStatistic } from '../../../src/read-models/statistics/statistics.query.js';
import { opened, register } from '../support.js';
import { scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

test.each(['stage-by-category', 'gravity', 'time-left', 'time-held'] as const)(
  '%s has a person with too many undecided events under `unknown`',
  async (name) => {
    await fixture.list();
    await fixture.append(
      'case',
      'a',
      opened('Ad'),
      { type: 'arrested', occurredOn: '2025-01-10' },
      { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2025-02-01' },
      ...Array.from({ length: 14 }, () => ({
        type: 'charged',
        occurredOn: '2025-05',
        articles: [{ code: 'AZ-CC', article: '234' }],
      })),
    );
    const scope = scopeOf({ atLeast: fixture.token, asOf: '2025-05-10' });
    const view = await fixture.handlers.statistics.execute(
      new OneStatistic(scope, name, { list: 'union', filters: {} }),
    );
    const row = view?.rows.indexOf('unknown') ?? -1;
    const column = view?.columns.indexOf(name === 'stage-by-category' ? 'unknown' : 'people') ?? -1;
    expect([view?.cells.flat().reduce((a, b) => a + b, 0), view?.uncertain[row]?.[column]]).toEqual([0, 1]);
    expect(view?.uncertain.flat().reduce((a, b) => a + b, 0)).toBe(1);
  },
);
