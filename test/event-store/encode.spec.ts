import fc from 'fast-check';
import { eventDescriptions, type AnyEventType } from '../../src/domain/events.js';
import { encode } from '../../src/event-store/encode.js';
import type { NewEvent } from '../../src/event-store/port.js';
import { eventOf, eventWith } from '../support/any-event.js';
import { effort } from '../support/effort.js';
import { assertProperty } from '../support/property.js';
import { slowEncode } from '../support/slow-encode.js';

const TYPES = Object.keys(eventDescriptions) as AnyEventType[];
const SALT = Buffer.alloc(32, 7).toString('base64');

const place = fc.record({ stream: fc.constantFrom('case-1', 'list-ə', 'case-"\\'), revision: fc.nat() });
/** Events of any type, as plain objects: arbitrary ones may come without a prototype. */
const valid = fc
  .constantFrom(...TYPES)
  .chain((type) => eventWith(eventDescriptions[type].version, eventOf(type)))
  .map((event) => JSON.parse(JSON.stringify(event)) as NewEvent);

/** Wrong values of a field. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  NaN,
  1n,
  () => 1,
  new Date(0),
  [undefined],
  { a: undefined },
  { toJSON: () => 'x' },
  '',
  'a\ud800b',
  '2025-12-22T24:00:00.000Z',
  '2025-12-22T10:20:30.456+04',
  '0194B3F0-7C1E-7D2A-9A41-5F0C7B1E2D34',
  0,
  1.5,
  true,
  [],
  {},
  [1],
  'perhaps',
];

type Holder = Record<string, unknown>;
/** Every object within a value. */
const objectsIn = (value: unknown): Holder[] =>
  typeof value === 'object' && value !== null
    ? [value as Holder, ...Object.values(value).flatMap((item) => objectsIn(item))]
    : [];

/** A new event of which one field, at any depth, is removed or has a wrong value. */
const flawed = fc
  .tuple(valid, fc.nat(), fc.nat(), fc.option(fc.constantFrom(...WRONG), { nil: 'removed' }))
  .map(([whole, which, field, wrong]) => {
    const event = JSON.parse(JSON.stringify(whole)) as NewEvent;
    const objects = objectsIn(event).filter((object) => Object.keys(object).length > 0);
    const object = objects[which % objects.length] ?? {};
    const name = Object.keys(object)[field % Object.keys(object).length] ?? '';
    if (wrong === 'removed' && !Array.isArray(object)) Reflect.deleteProperty(object, name);
    else object[name] = wrong;
    return event;
  });

const encodedOrRefused = (...[at, event]: Parameters<typeof encode>): { text: string; leaf: string | null } | null => {
  try {
    const { text, leaf } = encode(at, event, SALT);
    return { text, leaf };
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return null;
  }
};

describe('a new event', () => {
  it('is stored as decision 15 says, whatever it holds', () => {
    let stored = 0;
    assertProperty(
      fc.property(place, valid, (at, event) => {
        const expected = slowEncode(at, event, SALT);
        stored += expected === null ? 0 : 1;
        expect(encodedOrRefused(at, event)).toEqual(expected);
      }),
      effort(200, 10_000),
    );
    expect(stored).toBeGreaterThan(0);
  });

  it('is refused exactly where it would not be read back as it is', () => {
    assertProperty(
      fc.property(place, flawed, (at, event) => {
        expect(encodedOrRefused(at, event)).toEqual(slowEncode(at, event, SALT));
      }),
      effort(200, 10_000),
    );
  });

  it('is refused where a field is inherited, which would be checked and not written', () => {
    assertProperty(
      fc.property(place, valid, (at, event) => {
        const { sources, ...own } = event.event;
        const inheriting = { ...event, event: Object.assign(Object.create({ sources }), own) as NewEvent['event'] };
        expect(encodedOrRefused(at, inheriting)).toBeNull();
      }),
      20,
    );
  });
});
