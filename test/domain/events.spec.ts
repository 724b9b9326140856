import {
  eventDescriptions,
  descriptionOf as descriptionOf,
  parseStreamName,
  streamName,
} from '../../src/domain/events.js';

describe('types of events', () => {
  test('are those of cases, lists, instruments and references, each described', () => {
    expect(Object.keys(eventDescriptions)).toEqual(
      expect.arrayContaining(['opened', 'died', 'list-defined', 'instrument-registered', 'reference-claimed']),
    );
    for (const [type, description] of Object.entries(eventDescriptions)) expect(descriptionOf(type)).toBe(description);
  });

  test.each(['', 'beatified', 'toString', 'constructor', '__proto__', 'Arrested'])('%j is none', (word) => {
    expect(descriptionOf(word)).toBeUndefined();
  });
});

describe('names of streams', () => {
  test.each([
    ['case', '0194b3f0-8a5b-7e90-b1c2-d3e4f5061728', 'case-0194b3f0-8a5b-7e90-b1c2-d3e4f5061728'],
    ['list', 'union', 'list-union'],
    ['instrument', 'case-of-2025', 'instrument-case-of-2025'],
    ['reference', 'list-1', 'reference-list-1'],
    ['list', '', 'list-'],
  ] as const)('say the kind %s and the id %j', (kind, id, name) => {
    expect(streamName(kind, id)).toBe(name);
    expect(parseStreamName(name)).toEqual({ kind, id });
  });

  test.each(['', 'case', 'cases-1', 'acase-1', '-case-1', '$all'])('%j is none of ours', (name) => {
    expect(() => parseStreamName(name)).toThrow(new RangeError(`no stream of ours: ${name}`));
  });
});
