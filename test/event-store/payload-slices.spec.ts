/** The parts cut out of a stored text are those of the payload, written anew; what is not canonical is never taken for it. */
import fc from 'fast-check';
import { encode } from '../../src/event-store/encode.js';
import { serializePersonalPart, type PayloadTexts } from '../../src/event-store/leaf.js';
import { slicePayload } from '../../src/event-store/payload-slices.js';
import { canonicalJson } from '../../src/json/canonical.js';
import { EXPECTED } from '../golden/expected.js';
import { changed } from '../support/changed-text.js';
import { effort } from '../support/effort.js';
import { newEvent } from '../support/new-events.js';
import { assertProperty } from '../support/property.js';

interface Payload {
  readonly commitment: string | null;
  readonly data: unknown;
  readonly meta: { readonly schemaVersion: number };
  readonly personal: Readonly<Record<string, unknown>> | null;
}

/** The slow way: null unless the text is the canonical one of what it says. */
const writtenAnew = (text: string): PayloadTexts | null => {
  let payload: Payload;
  try {
    payload = JSON.parse(text) as Payload;
    if (canonicalJson(payload) !== text) return null;
  } catch {
    return null;
  }
  const { commitment, data, meta, personal } = payload;
  return {
    ...{ commitment, data: canonicalJson(data), meta: canonicalJson(meta), schemaVersion: meta.schemaVersion },
    personal: personal && serializePersonalPart(personal, personal['salt']),
  };
};

const key = fc.oneof(
  fc.constantFrom('a', 'ab', 'b', '10', '9', '', 'data', 'meta', 'personal', 'salt', 'schemaVersion', 'ə', '\u{10000}'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const scalar = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',"meta":', ',"personal":', '{', '}', 'a', 'ə', '\u{1f600}') }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1, true, false, null),
);
const { object } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('value'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
}));
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const payload = fc.record({
  commitment: fc.option(hash),
  data: object,
  meta: fc.tuple(object, fc.nat(9)).map(([meta, schemaVersion]) => ({ ...meta, schemaVersion })),
  personal: fc.option(fc.tuple(object, hash).map(([personal, salt]) => ({ ...personal, salt }))),
});

it('are those of the payload written anew, or null', () => {
  const seen = { sliced: 0, refused: 0 };
  assertProperty(
    fc.property(
      payload.map(canonicalJson).chain((text) => fc.oneof(fc.constant(text), changed(text))),
      (text) => {
        const parts = slicePayload(text);
        if (parts === null) seen.refused += 1;
        else {
          seen.sliced += 1;
          expect(parts).toEqual(writtenAnew(text));
        }
      },
    ),
    effort(2_000, 200_000),
  );
  expect(Math.min(seen.sliced, seen.refused)).toBeGreaterThan(0);
});

it.each(Object.entries(EXPECTED))('of every type are cut, without writing any anew: %s', (_, versions) => {
  const { text } = encode({ stream: 'case-1', revision: 0 }, newEvent({ event: versions.at(-1) as never }));
  expect(slicePayload(text)).toEqual(writtenAnew(text));
  expect(slicePayload(text)).not.toBeNull();
});
