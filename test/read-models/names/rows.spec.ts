import { SORTS_LAST, nameSortKey, referenceSortKey } from '../../../src/domain/names/sort-key.js';
import { listEntryRows, leastReferenceSortKey, referenceRows } from '../../../src/read-models/names/rows.js';
import type { CaseHistory } from '../../../src/read-models/table.js';
import { caseEvent } from '../../support/events.js';
import { NAME } from '../support.js';

type EventFields = Parameters<typeof caseEvent>[0];
const history = (...said: readonly EventFields[]): CaseHistory => ({
  id: 'case',
  events: said.map((fields, at) => ({ id: `f${String(at)}`, event: caseEvent(fields) })),
  periods: [],
  unfoundedReleases: new Set(),
  findings: () => [],
});
const opened = (names: readonly object[], ...references: readonly [string, string][]) => ({
  type: 'opened' as const,
  names,
  references: references.map(([list, reference]) => ({ list, reference })),
});
const recognised = (list: string) => ({ type: 'recognised' as const, occurredOn: '2024-01-01', list, category: 'x' });

it('has an entry for the register and for every list that has judged the case', () => {
  const recorded = history(
    opened([{ ...NAME, text: 'Əli' }], ['union', 'AZ-7'], ['other', '12']),
    recognised('union'),
    {
      type: 'referenced',
      list: 'union',
      reference: 'AZ-3',
    },
  );
  const references = [
    { list: 'union', reference: 'AZ-7' },
    { list: 'other', reference: '12' },
    { list: 'union', reference: 'AZ-3' },
  ];
  expect(listEntryRows(recorded)).toEqual([
    { case_id: 'case', name: 'Əli', name_key: nameSortKey('Əli'), refs: JSON.stringify(references) },
  ]);
  expect(leastReferenceSortKey(references, '')).toBe(`other ${referenceSortKey('12')}`);
  expect(leastReferenceSortKey(references, 'union')).toBe(referenceSortKey('AZ-3'));
});

it('sorts cases without name or reference last', () => {
  const recorded = history(recognised('union'), recognised('other'), recognised('union'));
  expect(listEntryRows(recorded)).toEqual([{ case_id: 'case', name: null, name_key: SORTS_LAST, refs: '[]' }]);
  expect(leastReferenceSortKey([], 'union')).toBe(SORTS_LAST);
});

it.each([
  ['the full name in Azerbaijani Latin', ['az Latn full', 'en Latn full', 'az Cyrl full', 'az Latn alias']],
  ['any full name before an alias', ['ru Cyrl full', 'az Latn alias']],
  ['whatever there is', ['en Latn alias', 'ru Cyrl former']],
])('shows %s first', (_, names) => {
  const [first = '', ...others] = names;
  const [language, script, kind] = first.split(' ');
  const all = [...others, first].map((text) => {
    const [l, s, k] = text.split(' ');
    return { text, language: l, script: s, kind: k };
  });
  // Among equal candidates the first recorded is displayed, so the expected one is recorded last where it must win by
  // rank.
  const shown = listEntryRows(history(opened(kind === 'alias' ? all.reverse() : all)))[0]?.name;
  expect(shown).toBe([language, script, kind].join(' '));
});

it('has each reference once, including later ones', () => {
  const said = { type: 'referenced' as const, list: 'union', reference: 'AZ-1' };
  const rows = referenceRows(
    history(opened([], ['union', 'AZ-1'], ['other', 'X']), said, { ...said, reference: 'AZ-2' }),
  );
  expect(rows).toEqual([
    { list: 'union', reference: 'AZ-1' },
    { list: 'other', reference: 'X' },
    { list: 'union', reference: 'AZ-2' },
  ]);
});
