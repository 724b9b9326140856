import type { CaseEvent } from '../../src/domain/case/events.js';
import type { ReferenceData } from '../../src/domain/case/reference-data.js';
import type { EventWithId } from '../../src/domain/event.js';
import { foldInstrument } from '../../src/domain/instrument/instrument.js';
import { foldList } from '../../src/domain/list/list.js';
import { parseDay } from '../../src/domain/time.js';

type Fields = Record<string, unknown> & { type: CaseEvent['type'] };

const PROVENANCE = { sources: [{ kind: 'press' as const, citation: 'synthetic' }], reliability: 'reported' as const };

/** Adds sources and reliability, so that a test names only the fields it is about. */
export const caseEvent = (fields: Fields): CaseEvent => ({ ...PROVENANCE, ...fields }) as unknown as CaseEvent;

/** Input of `withIds`. */
export type CaseEventFields = readonly (Fields & { id?: string })[];

/** Events with their `id`, by default `f1`, `f2` … by place. */
export const withIds = (...events: CaseEventFields): readonly EventWithId<CaseEvent>[] =>
  events.map(({ id, ...fields }, index) => ({ id: id ?? `f${String(index + 1)}`, event: caseEvent(fields as Fields) }));

export const day = (text: string): number => {
  const parsed = parseDay(text);
  if (parsed === null) throw new Error(`no day: ${text}`);
  return parsed;
};

export const ARTICLE = { code: 'AZ-CC', article: '234', part: '4.3' };
export const THREE_YEARS = { kind: 'imprisonment' as const, term: 'P3Y' };

/** Two lists with the same categories (`strict` requires criteria, `paceRequired`), an amnesty act and a pardon decree. */
export const REFERENCE_DATA: ReferenceData = {
  today: day('2026-01-05'),
  lists: new Map(
    (
      [
        ['union', false],
        ['strict', true],
      ] as const
    ).map(([id, paceRequired]) => {
      const list = foldList(id, [
        { ...PROVENANCE, type: 'list-defined', name: { en: id } },
        { ...PROVENANCE, type: 'category-defined', category: 'believers', name: { en: 'Believers' } },
        { ...PROVENANCE, type: 'category-defined', category: 'journalists', name: { en: 'Journalists' } },
        {
          ...PROVENANCE,
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
      const instrument = foldInstrument(id, [{ ...PROVENANCE, type: 'instrument-registered', ...fields }]);
      if (instrument === null) throw new Error('no instrument');
      return [id, instrument];
    }),
  ),
};
