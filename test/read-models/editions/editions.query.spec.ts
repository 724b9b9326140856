/** Pages of editions: an edition of a list with many categories is large. */
import { Editions, EditionsHandler } from '../../../src/read-models/editions/editions.query.js';
import { jsonBytes } from '../../../src/read-models/take-page.js';
import { LIMITS } from '../../../src/schema/limits.js';
import { register } from '../support.js';
import { projected } from '../../support/projected.js';
import { scopeOf } from '../../support/scopes.js';

it('end before they become too large, and go on with the next', async () => {
  const fixture = await register();
  await fixture.list();
  const groups = Array.from({ length: 9_000 }, (_, no) => ({ category: `category-with-a-long-name-${no}`, total: 0 }));
  for (let no = 1; no <= 12; no += 1)
    await fixture.append('list', 'union', {
      ...{ type: 'edition-published', edition: `edition-${no}`, asOf: '2025-06-01', knownAt: 5, listRevision: 4 },
      ...{ policy: { custody: ['imprisoned'] }, total: 0, uncertain: 0, groups, hash: 'x', lines: [], salts: [] },
    });
  await projected(fixture.models, fixture.token);
  const handler = new EditionsHandler(fixture.models);
  const ids: string[] = [];
  const sizes: number[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: Awaited<ReturnType<EditionsHandler['execute']>> = await handler.execute(
      new Editions(scopeOf({}), 'union', { limit: LIMITS.page, ...(after !== '' && { after }) }),
    );
    if (page === null) throw new Error('no list');
    sizes.push(page.items.reduce((sum, item) => sum + jsonBytes(item), 0));
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  }
  expect(ids).toEqual(Array.from({ length: 12 }, (_, index) => `edition-${index + 1}`));
  expect(sizes.length).toBeGreaterThan(1);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(LIMITS.pageBytes);
  await fixture.close();
});
