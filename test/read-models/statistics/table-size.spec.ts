/** A statistic or a count that would be larger than one answer may be is refused, and answered where it is filtered. */
import { MemberCounts } from '../../../src/read-models/counts/counts.query.js';
import { OneStatistic } from '../../../src/read-models/statistics/statistics.query.js';
import { LIMITS } from '../../../src/schema/limits.js';
import { opened, register } from '../support.js';
import { projected } from '../../support/projected.js';
import { scopeOf } from '../../support/scopes.js';

type Register = Awaited<ReturnType<typeof register>>;
let fixture: Register;
beforeEach(async () => (fixture = await register()));
afterEach(() => fixture.close());

const recognised = { type: 'recognised', list: 'union', category: 'believers', occurredOn: '2025-02-01' };

it('affairs by acts', async () => {
  await fixture.list();
  const side = Math.ceil(Math.sqrt(LIMITS.tableCells)) + 1;
  for (let no = 0; no < side; no += 1) {
    await fixture.append('instrument', `act-${no}`, { type: 'instrument-registered', kind: 'amnesty-act' });
    const arrested = { type: 'arrested', occurredOn: '2025-01-10', incident: `affair-${no}` };
    await fixture.append('case', `case-${no}`, opened(`Ad ${no}`), arrested, recognised);
  }
  await projected(fixture.models, fixture.token);
  const ask = (incident?: string) =>
    fixture.handlers.statistics.execute(
      new OneStatistic(scopeOf({ atLeast: fixture.token, asOf: '2025-06-01' }), 'incident-by-instrument', {
        list: 'union',
        filters: incident === undefined ? {} : { incident },
      }),
    );
  await expect(ask()).rejects.toMatchObject({ code: 'TABLE.TOO_LARGE', parameter: 'name' });
  const filtered = await ask('affair-7');
  expect([filtered?.rows, filtered?.columns.length]).toEqual([['affair-7'], side]);
});

it('groups of a count', async () => {
  await fixture.list();
  const charged = (count: number) => ({
    ...{ type: 'charged', occurredOn: '2025-01-11' },
    articles: Array.from({ length: count }, (_, no) => ({ article: `${no + 1}` })),
  });
  const custody = { type: 'arrested', occurredOn: '2025-01-10' };
  await fixture.append('case', 'many', opened('Ad'), custody, charged(LIMITS.groups), recognised);
  const ask = async () => {
    await projected(fixture.models, fixture.token);
    const scope = scopeOf({ atLeast: fixture.token, asOf: '2025-06-01' });
    return fixture.handlers.counts.execute(new MemberCounts(scope, 'union', { by: 'article', filters: {} }));
  };
  expect((await ask())?.groups).toHaveLength(LIMITS.groups);
  await fixture.append('case', 'more', opened('Ad'), custody, charged(LIMITS.groups + 1), recognised);
  await expect(ask()).rejects.toMatchObject({ code: 'TABLE.TOO_LARGE', parameter: 'by' });
});
