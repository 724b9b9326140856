/** Arbitrary events for the codec: of a type, with any record, each field holding anything. */
import fc from 'fast-check';
import { descriptionOf, type AnyEvent, type AnyEventType } from '../../src/domain/events.js';
import type { NewEvent } from '../../src/event-store/port.js';
import { EXPECTED } from '../golden/expected.js';

/** Any value that JSON can hold; -0 apart, which it cannot. */
const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }).map((v) => JSON.parse(JSON.stringify(v)) as unknown);
const text = fc.string({ unit: 'binary' });

/** The fields of a correction that the codec needs to know where the others belong. */
const CORRECTION = {
  correctedType: fc.constantFrom('delisted', 'opened', 'policy-set', 'retracted'),
  data: fc.dictionary(fc.constantFrom('list', 'reason', 'names', 'occurredOn', 'note', 'sources', 'from'), value),
};

/** An event of a type with any of its fields, each holding anything: the codec keeps fields, it does not judge them. */
export const eventOf = (type: AnyEventType): fc.Arbitrary<AnyEvent> => {
  const full: object = EXPECTED[type][EXPECTED[type].length - 1] ?? {};
  const said = ['type', 'occurredOn', 'sources', 'reliability', 'note', 'after'];
  const fields = Object.keys(full).filter((field) => !said.includes(field));
  const dated = descriptionOf(type)?.dated === true;
  return fc.record(
    {
      type: fc.constant(type),
      ...Object.fromEntries(fields.map((field) => [field, value])),
      ...(dated ? { occurredOn: text } : {}),
      sources: fc.array(value, { maxLength: 3 }),
      reliability: fc.constantFrom('reported', 'corroborated', 'verified'),
      note: text,
      after: text,
      ...(type === 'corrected' ? CORRECTION : {}),
    },
    {
      requiredKeys: [
        ...['type', 'sources', 'reliability', ...(dated ? ['occurredOn'] : [])],
        ...(type === 'corrected' ? Object.keys(CORRECTION) : []),
      ] as never[],
    },
  ) as unknown as fc.Arbitrary<AnyEvent>;
};

export const eventWith = (version: number, events: fc.Arbitrary<AnyEvent>): fc.Arbitrary<NewEvent> =>
  fc.record({
    id: fc.uuid(),
    recordedAt: fc
      .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
      .map((date) => date.toISOString()),
    schemaVersion: fc.constant(version),
    actor: fc.record({ kind: fc.constantFrom('person', 'import', 'system'), id: text, asserted: fc.boolean() }),
    acknowledged: fc.array(text),
    raised: fc.array(
      fc.record({
        code: text,
        grade: fc.constantFrom('refuse', 'ask', 'warn'),
        events: fc.array(text),
        expected: text,
      }),
    ),
    correlationId: text,
    causationId: fc.option(text),
    event: events,
  });
