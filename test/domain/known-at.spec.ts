import { parseKnownAt } from '../../src/domain/known-at.js';
import { day } from '../support/events.js';

it.each([
  ['2026-01-05', { kind: 'day', day: day('2026-01-05') }],
  ['2026-01-05T10:00:00Z', { kind: 'instant', instant: new Date('2026-01-05T10:00:00.000Z') }],
  ['2026-01-05T10:00Z', { kind: 'instant', instant: new Date('2026-01-05T10:00:00.000Z') }],
  ['2026-01-05T10:00:00.123456789+04:00', { kind: 'instant', instant: new Date('2026-01-05T06:00:00.123Z') }],
  ['position:0', { kind: 'position', position: 0 }],
  ['position:1234', { kind: 'position', position: 1234 }],
])('%s is understood', (text, expected) => expect(parseKnownAt(text)).toEqual(expected));

it.each([
  '',
  'now',
  '2026-01',
  '2026-02-30',
  '2026-01-05T10:00:00',
  '2026-01-05 10:00:00Z',
  '2026-01-05T25:00:00Z',
  '2026-13-05T10:00:00Z',
  '2026-01-05T10:00:00Z[Asia/Baku]',
  '1234',
  'position:',
  'position:-1',
  'position:01',
  'position:1e3',
  'position:9999999999999999',
])('%j is refused', (text) => expect(parseKnownAt(text)).toBeNull());
