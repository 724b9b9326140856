import type { InstrumentEvent } from '../../../src/domain/instrument/events.js';
import { foldInstrument } from '../../../src/domain/instrument/instrument.js';

const registered: InstrumentEvent = {
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
});
