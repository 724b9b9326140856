import type { InstrumentEvent } from '../../../src/domain/instrument/events.js';
import { foldInstrument } from '../../../src/domain/instrument/instrument.js';

const registered: Extract<InstrumentEvent, { type: 'instrument-registered' }> = {
  type: 'instrument-registered',
  kind: 'amnesty-act',
  title: 'Act of Amnesty',
  issued: '2025-12',
  inForce: '2025-12-22',
  windowEnd: '2026-04-22',
  forecast: 20_000,
  clauses: ['1', '2'],
  sources: [{ kind: 'official', url: 'https://example.org/act' }],
  reliability: 'verified',
};

describe('foldInstrument', () => {
  test('nothing said: no instrument', () => {
    expect(foldInstrument('act-2025', [])).toBeNull();
  });

  test('it has its id and the fields as registered; unknown ones stay absent', () => {
    const instrument = foldInstrument('act-2025', [registered]);
    expect(instrument).toMatchObject({
      id: 'act-2025',
      kind: 'amnesty-act',
      issued: '2025-12',
      inForce: '2025-12-22',
      windowEnd: '2026-04-22',
      forecast: 20_000,
      clauses: ['1', '2'],
    });
    expect(instrument).not.toHaveProperty('adopted');
  });

  test('it is registered once: the first word counts', () => {
    const again: InstrumentEvent = { ...registered, title: 'Another title' };
    expect(foldInstrument('act-2025', [registered, again])?.title).toBe('Act of Amnesty');
  });

  const source = { kind: 'press' as const, citation: 'Gazette' };
  const clause = (version: string): Extract<InstrumentEvent, { type: 'clause-set' }> => ({
    type: 'clause-set',
    clause: '3',
    version,
    conditions: [{ term: { atMost: 'P3Y' } }],
    effect: 'record-expunged',
    sources: [source],
    reliability: 'reported',
  });
  const amended = { type: 'instrument-amended', sources: [source], reliability: 'reported' } as const;

  test('an amendment replaces and clears fields; the sources stay those of the registration', () => {
    const changed = foldInstrument('act-2025', [registered, { ...amended, windowEnd: '2026-06-22', forecast: null }]);
    const { forecast: _, ...rest } = foldInstrument('act-2025', [registered]) ?? { forecast: null };
    expect(changed).toEqual({ ...rest, windowEnd: '2026-06-22' });
  });

  test('versions of a clause stand side by side, each with its sources; the id of a withdrawn one stays', () => {
    const both = foldInstrument('act-2025', [registered, clause('fixed'), clause('rolling')]);
    expect(both?.clauses).toEqual(['1', '2', '3']);
    expect(both?.clauseVersions).toEqual([
      expect.objectContaining({ clause: '3', version: 'fixed', sources: [source] }),
      expect.objectContaining({ clause: '3', version: 'rolling', sources: [source] }),
    ]);
    const withdrawn = { ...amended, type: 'clause-withdrawn', clause: '3', version: 'fixed', reason: 'x' } as const;
    const left = foldInstrument('act-2025', [withdrawn], both);
    expect(left?.clauseVersions.map(({ version }) => version)).toEqual(['rolling']);
    expect(left?.clauses).toEqual(['1', '2', '3']);
  });
});
