/** What is read from the text of an event is what its payload says, parsed and decoded: the same event, or the same damage. */
import fc from 'fast-check';
import { eventDescriptions, type AnyEvent, type AnyEventType } from '../../src/domain/events.js';
import { decode, encodeWithoutLeaf, parsePayload } from '../../src/event-store/codec.js';
import { encode } from '../../src/event-store/encode.js';
import { decodeText } from '../../src/event-store/decode-text.js';
import type { StreamEvent } from '../../src/event-store/port.js';
import { canonicalJson } from '../../src/json/canonical.js';
import { EXPECTED } from '../golden/expected.js';
import { eventOf, eventWith } from '../support/any-event.js';
import { changed } from '../support/changed-text.js';
import { effort } from '../support/effort.js';
import { newEvent } from '../support/new-events.js';
import { assertProperty } from '../support/property.js';

const TYPES = Object.keys(eventDescriptions) as AnyEventType[];
const PLACE = { stream: 'case-1', revision: 3 };
const CURSOR = '17';

/** What reading an event gives, as JSON with the fields in their order, or the error that it throws. */
const outcomeOf = (read: () => object): string => {
  try {
    return JSON.stringify(read());
  } catch (error) {
    return String(error);
  }
};

interface Stored {
  readonly id: string;
  readonly type: string;
  readonly recordedAt: number;
  readonly text: string;
}

const decodeRow = ({ id, type, recordedAt, text }: Stored): StreamEvent => {
  const row = `1,3,7,${id.replaceAll('-', '')}${text}`;
  return decodeText(PLACE, { cursor: CURSOR, type, recordedAt, text: row, idStart: '1,3,7,'.length });
};
const read = (record: Stored): string => outcomeOf(() => decodeRow(record));
const parsed = ({ text, ...record }: Stored): string =>
  outcomeOf(() => Object.assign(decode(PLACE, { ...record, payload: parsePayload(text) }), { cursor: CURSOR }));

type Payload = Record<'data' | 'meta' | 'personal', Record<string, unknown>>;

/** Fields in another part, twice, of another kind or nested, which no text that was encoded has. */
const misplaced = (text: string): fc.Arbitrary<string> =>
  fc
    .record({
      part: fc.constantFrom('data', 'meta', 'personal', ''),
      field: fc.constantFrom(
        ...['type', 'salt', 'sources', 'note', 'reliability', 'after', 'occurredOn', 'data', 'meta', 'personal'],
        ...['__proto__', '1', 'correlationId', 'schemaVersion', 'raised', 'names', 'category'],
      ),
      value: fc.constantFrom('"x"', '[]', '{}', 'null', '1', '{"salt":"x"}', '"reported"', ',', ''),
      isFirst: fc.boolean(),
    })
    .map(({ part, field, value, isFirst }) => {
      const payload = JSON.parse(text) as Payload;
      const member = `"${field}":${value}`;
      const withMember = (object: string): string =>
        isFirst ? `{${member},${object.slice(1)}` : `${object.slice(0, -1)},${member}}`;
      const written = Object.entries(payload).map(([name, value]) => {
        const json = canonicalJson(value);
        return `"${name}":${name === part ? withMember(json) : json}`;
      });
      return part === '' ? withMember(`{${written.join(',')}}`) : `{${written.join(',')}}`;
    });

const anyEvent = fc
  .constantFrom(...TYPES)
  .chain((type) =>
    eventWith(eventDescriptions[type].version, fc.oneof(eventOf(type), fc.constantFrom<AnyEvent>(...EXPECTED[type]))),
  );

const stored = fc
  .tuple(anyEvent, fc.boolean())
  .map(([event, isCovered]) => (isCovered ? encode(PLACE, event) : encodeWithoutLeaf(event)))
  .chain((record) =>
    fc
      .oneof(fc.constant(record.text), changed(record.text), misplaced(record.text))
      .map((text): Stored => ({ ...record, text })),
  );

it('is the event that the payload says, or the same damage', () => {
  const seen = { events: 0, damaged: 0 };
  assertProperty(
    fc.property(stored, (record) => {
      const outcome = read(record);
      expect(outcome).toBe(parsed(record));
      seen[outcome.startsWith('{') ? 'events' : 'damaged'] += 1;
    }),
    effort(2_000, 10_000),
  );
  expect(seen.events).toBeGreaterThan(100);
  expect(seen.damaged).toBeGreaterThan(100);
});

it.each(TYPES)('of %s has the fields and the order that decoding gives it', (type) => {
  for (const event of EXPECTED[type]) {
    const record = encode(PLACE, newEvent({ event, schemaVersion: eventDescriptions[type].version }));
    expect(read(record)).toBe(parsed(record));
    expect(read(record)).toMatch(/^\{"schemaVersion"/);
  }
});

it('is of its own actor where another was read before, and shares what is known of one', () => {
  const recordOf = (id: string): Stored => encode(PLACE, newEvent({ actor: { kind: 'person', id, asserted: true } }));
  for (const id of ['a', 'b', 'a', 'ab', 'a","kind":"x']) {
    const record = recordOf(id);
    expect(read(record)).toBe(parsed(record));
    expect(decodeRow(record).actor).toBe(decodeRow(recordOf(id)).actor);
  }
});
