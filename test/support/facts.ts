import type { CaseFact } from '../../src/domain/case/facts.js';
import type { Given } from '../../src/domain/case/given.js';
import type { Known } from '../../src/domain/fact.js';
import { foldInstrument } from '../../src/domain/instrument/instrument.js';
import { foldList } from '../../src/domain/list/list.js';
import { parseDay } from '../../src/domain/time.js';

type Fields = Record<string, unknown> & { type: CaseFact['type'] };

const SAID = { sources: [{ kind: 'press' as const, citation: 'synthetic' }], reliability: 'reported' as const };

/** A fact from its telling fields; sources and reliability are filled in. */
export const fact = (fields: Fields): CaseFact => ({ ...SAID, ...fields }) as unknown as CaseFact;

/** Facts as a test tells them; an id is made where none is told. */
export type Told = readonly (Fields & { id?: string })[];

/** Facts with ids `f1`, `f2` … or those given as `id`. */
export const known = (...facts: Told): readonly Known<CaseFact>[] =>
  facts.map(({ id, ...fields }, index) => ({ id: id ?? `f${String(index + 1)}`, fact: fact(fields as Fields) }));

export const day = (text: string): number => {
  const parsed = parseDay(text);
  if (parsed === null) throw new Error(`no day: ${text}`);
  return parsed;
};

export const ARTICLE = { code: 'AZ-CC', article: '234', part: '4.3' };
export const THREE_YEARS = { kind: 'imprisonment' as const, term: 'P3Y' };

/** The list `union` with two categories, the list `strict` that demands criteria, an act and a decree. */
export const given: Given = {
  today: day('2026-01-05'),
  lists: new Map(
    (
      [
        ['union', false],
        ['strict', true],
      ] as const
    ).map(([id, paceRequired]) => {
      const list = foldList(id, [
        { ...SAID, type: 'list-defined', name: { en: id } },
        { ...SAID, type: 'category-defined', category: 'believers', name: { en: 'Believers' } },
        { ...SAID, type: 'category-defined', category: 'journalists', name: { en: 'Journalists' } },
        {
          ...SAID,
          type: 'policy-set',
          from: '2020-01-01',
          custody: ['detained', 'remand', 'imprisoned', 'medical-custody'],
          paceRequired,
        },
      ]);
      if (list === null) throw new Error('no list');
      return [id, list];
    }),
  ),
  instruments: new Map(
    [
      {
        id: 'amnesty-2025',
        kind: 'amnesty-act' as const,
        inForce: '2025-12-22',
        windowEnd: '2026-04-22',
        clauses: ['six-months-drugs'],
      },
      { id: 'pardon-2023', kind: 'pardon-decree' as const, issued: '2023-05-27' },
    ].map(({ id, ...fields }) => {
      const instrument = foldInstrument(id, [{ ...SAID, type: 'instrument-registered', ...fields }]);
      if (instrument === null) throw new Error('no instrument');
      return [id, instrument];
    }),
  ),
};
