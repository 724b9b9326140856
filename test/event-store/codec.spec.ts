import fc from 'fast-check';
import type { AnyEventType } from '../../src/domain/events.js';
import { eventDescriptions, descriptionOf } from '../../src/domain/events.js';
import { decode, encodeWithoutLeaf, parsePayload, verifyRecord } from '../../src/event-store/codec.js';
import { encode } from '../../src/event-store/encode.js';
import { commitmentOf, leafHash } from '../../src/event-store/leaf.js';
import { canonicalJson } from '../../src/json/canonical.js';
import { StoreDamaged, type NewEvent, type UnplacedRecord } from '../../src/event-store/port.js';
import { upcast, UPCASTERS, type Upcaster } from '../../src/event-store/upcasters.js';
import { EXPECTED } from '../golden/expected.js';
import { newEvent, namedEvent } from '../support/new-events.js';
import { effort } from '../support/effort.js';
import { eventOf, eventWith } from '../support/any-event.js';
import { encoded } from '../support/encoded.js';

const TYPES = Object.keys(eventDescriptions) as AnyEventType[];
const PLACE = { stream: 'case-1', revision: 3 };
const SALT = Buffer.alloc(32, 7).toString('base64');
const partsOf = (event: NewEvent) =>
  encodeWithoutLeaf(event).payload as Record<'data' | 'personal' | 'meta', Record<string, unknown>>;
/** A record as a store keeps it, in text. */
const kept = ({ id, type, recordedAt, payload, leaf }: UnplacedRecord): UnplacedRecord => ({
  ...{ id, type, recordedAt, leaf },
  payload: parsePayload(JSON.stringify(payload)),
});

describe('codec', () => {
  it.each(TYPES)('gives any %s back exactly', (type) => {
    fc.assert(
      fc.property(eventWith(eventDescriptions[type].version, eventOf(type)), (event) => {
        // As plain objects: arbitrary objects may come without a prototype.
        const plain = JSON.parse(JSON.stringify(event)) as NewEvent;
        const record = encoded(PLACE, event, SALT);
        expect(decode(PLACE, kept(record))).toStrictEqual({ ...plain, ...PLACE });
        const { stream: _, revision: __, ...again } = decode(PLACE, kept(record));
        expect(encoded(PLACE, again, SALT)).toEqual(record);
        expect(decode(PLACE, kept(encodeWithoutLeaf(event)))).toStrictEqual({ ...plain, ...PLACE });
        expect(record.text).toBe(canonicalJson(record.payload));
        expect(verifyRecord(PLACE, kept(record))).toBe('covered');
      }),
      { numRuns: effort(15, 500) },
    );
  });

  it('keeps what is personal apart, and nothing else there', () => {
    const event = EXPECTED.opened[0];
    expect(partsOf(newEvent({ event }))).toEqual({
      data: { reliability: event.reliability, after: event.after, references: event.references },
      personal: expect.objectContaining({
        names: event.names,
        sources: event.sources,
        note: event.note,
        born: event.born,
      }),
      meta: {
        schemaVersion: 1,
        actor: { kind: 'person', id: 'a-17', asserted: true },
        acknowledged: [],
        raised: [],
        correlationId: 'request-1',
        causationId: null,
      },
    });
  });

  it('invents no field', () => {
    const { data, personal } = partsOf(newEvent({ event: namedEvent('x') }));
    expect(Object.keys(data)).toEqual(['reliability']);
    expect(Object.keys(personal)).toEqual(['sources', 'name']);
  });

  it.each<[string, Partial<Record<keyof NewEvent, unknown>>]>([
    ['an unknown type', { event: { ...namedEvent('x'), type: 'beatified' } }],
    ['a name of Object', { event: { ...namedEvent('x'), type: 'constructor' } }],
    ['a version of yesterday', { schemaVersion: 0 }],
    ['a version of tomorrow', { schemaVersion: 2 }],
    ['an instant without milliseconds', { recordedAt: '2025-12-22T10:20:30Z' }],
    ['an instant in a time zone', { recordedAt: '2025-12-22T14:20:30.456+04:00' }],
    ['a day as an instant', { recordedAt: '2025-12-22' }],
    ['no instant', { recordedAt: 'yesterday' }],
    ['an id that is no UUID', { id: 'x' }],
    ['an actor of no kind', { actor: { kind: 'god', id: '1', asserted: true } }],
    ['an actor without id', { actor: { kind: 'person', asserted: true } }],
    ['acknowledged codes that are none', { acknowledged: [1] }],
    ['findings that are none', { raised: [{ code: 'X' }] }],
    ['no correlation', { correlationId: undefined }],
    ['no sources', { event: { ...namedEvent('x'), sources: undefined } }],
    ['no reliability', { event: { ...namedEvent('x'), reliability: 'perhaps' } }],
    ['a note that is no text', { event: { ...namedEvent('x'), note: 1 } }],
    ['a day of what happens on none', { event: { ...namedEvent('x'), occurredOn: '2025' } }],
    ['no day of what happens on one', { event: { ...namedEvent('x'), type: 'tried', name: undefined } }],
    ['undefined', { event: { ...namedEvent('x'), name: undefined } }],
    ['a date', { event: { ...namedEvent('x'), name: new Date(0) } }],
    ['NaN', { event: { ...namedEvent('x'), name: { text: NaN } } }],
    ['a bigint', { event: { ...namedEvent('x'), name: 1n } }],
    ['a function', { event: { ...namedEvent('x'), name: () => 1 } }],
  ])('refuses to write %s, without showing it', (_, changes) => {
    const event = { ...newEvent(), ...changes } as NewEvent;
    expect(() => encode(PLACE, event)).toThrow(TypeError);
    expect(() => encode(PLACE, event)).not.toThrow(/beatified|god|perhaps|yesterday$|Elçin/);
  });

  it('refuses to write what never ends', () => {
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    expect(() => encode(PLACE, newEvent({ event: { ...namedEvent('x'), name: circle } as never }))).toThrow(TypeError);
  });

  const record = encodeWithoutLeaf(newEvent());
  const parts = record.payload as Record<string, Record<string, unknown>>;
  const withPart = (part: string, changes: object): Partial<UnplacedRecord> => ({
    payload: { ...parts, [part]: { ...parts[part], ...changes } },
  });
  it.each<[string, Partial<UnplacedRecord>]>([
    ['an unknown type', { type: 'beatified' }],
    ['a name of Object', { type: 'toString' }],
    ['a half id', { id: '0194b3f0' }],
    ['no instant', { recordedAt: 1.5 }],
    ['an instant too far', { recordedAt: 8.64e15 + 1 }],
    ['no JSON', { payload: parsePayload('{') }],
    ['nothing', { payload: parsePayload('') }],
    ['an array', { payload: [] }],
    ['null', { payload: null }],
    ['bytes', { payload: Buffer.from('{}') }],
    ['a part missing', { payload: { ...parts, personal: undefined } }],
    ['a later version', withPart('meta', { schemaVersion: 2 })],
    ['version 0', withPart('meta', { schemaVersion: 0 })],
    ['a version that is no number', withPart('meta', { schemaVersion: '1' })],
    ['another actor', withPart('meta', { actor: 'me' })],
    ['other findings', withPart('meta', { raised: null })],
    ['a personal field among the others', withPart('data', { name: 'Elçin' })],
    ['another type within', withPart('data', { type: 'died' })],
    ['another field among the personal ones', withPart('personal', { reason: 'Elçin' })],
    ['no sources', withPart('personal', { sources: 'a paper' })],
    ['no reliability', withPart('data', { reliability: null })],
  ])('finds damage in %s, and says only where', (_, changes) => {
    expect(() => decode(PLACE, { ...record, ...changes })).toThrow(StoreDamaged);
    expect(() => decode(PLACE, { ...record, ...changes })).toThrow(/^case-1, revision 3: /);
    expect(() => decode(PLACE, { ...record, ...changes })).not.toThrow(/Elçin|beatified|paper/);
  });
});

describe('the leaf hash', () => {
  const event = newEvent({ event: { ...namedEvent('Elçin Nümunəvi'), note: 'seen on Monday' } });
  const record = encoded(PLACE, event, SALT);
  const { commitment, data, meta, personal } = record.payload as Record<'data' | 'meta' | 'personal', object> & {
    readonly commitment: string;
  };

  it('is that of RFC 9162 over the canonical event, into which personal data enter by their commitment', () => {
    const { id, type, recordedAt, schemaVersion } = { ...event, type: 'named' };
    const text = canonicalJson({ ...PLACE, id, type, schemaVersion, recordedAt, data, meta, personal: commitment });
    expect(record.leaf).toBe(leafHash(text));
    const { salt, ...fields } = personal as { readonly salt: string };
    expect(salt).toBe(SALT);
    expect(commitment).toBe(commitmentOf(SALT, canonicalJson(fields)));
    expect(text).not.toMatch(/Elçin|Monday/);
  });

  it('has a salt of its own in each event, so that equal personal data do not look alike', () => {
    const again = encoded(PLACE, event).payload as { commitment: string };
    expect(again.commitment).not.toBe(commitment);
  });

  it('stays where the personal part is erased', () => {
    const erased = { ...record, text: undefined, payload: { commitment, data, meta, personal: null } } as never;
    expect(verifyRecord(PLACE, erased)).toBe('erased');
    expect(decode(PLACE, erased).event).toMatchObject({ sources: [] });
  });

  const text = record.text;
  const changed: readonly (readonly [string, Partial<UnplacedRecord>, Partial<typeof PLACE>?])[] = [
    ['another stream', {}, { stream: 'case-2' }],
    ['another revision', {}, { revision: 4 }],
    ['another id', { id: '0194b3f0-8a5b-7e90-b1c2-d3e4f5061728' }],
    ['another type', { type: 'died' }],
    ['another time', { recordedAt: record.recordedAt + 1 }],
    ['another actor', { payload: { commitment, data, meta: { ...meta, actor: { kind: 'system' } }, personal } }],
    ['other data', { payload: { commitment, data: { ...data, reliability: 'verified' }, meta, personal } }],
    ['other personal data', { payload: { commitment, data, meta, personal: { ...personal, note: 'Tuesday' } } }],
    ['another salt', { payload: { commitment, data, meta, personal: { ...personal, salt: commitment } } }],
    ['no salt', { payload: { commitment, data, meta, personal: { ...personal, salt: undefined } } }],
    ['no commitment', { payload: { commitment: null, data, meta, personal } }],
    ['a part more', { payload: { commitment, data, meta, personal, more: 1 } }],
    ['white space', { text: text.replace('{', '{ ') }],
    ['an escape', { text: text.replace('E', '\\u0045') }],
    ['no leaf hash', { leaf: null }],
    ['another leaf hash', { leaf: SALT }],
  ];
  it.each(changed.map(([what]) => what))('tells %s', (what) => {
    const [, changes, otherPlace] = changed.find(([name]) => name === what) ?? [];
    const other = { ...record, text: undefined, ...changes } as UnplacedRecord;
    const verify = () => verifyRecord({ ...PLACE, ...otherPlace }, other);
    expect(verify).toThrow(StoreDamaged);
    expect(verify).not.toThrow(/Elçin|day/);
  });

  it('cannot be had of half a character', () => {
    expect(() => encode(PLACE, newEvent({ event: namedEvent('a\ud800b') }))).toThrow('half a character');
    expect(() => encode(PLACE, newEvent({ event: namedEvent('a\\ud800b') }))).not.toThrow();
  });

  it('is missing from events of before', () => {
    expect(verifyRecord(PLACE, kept(encodeWithoutLeaf(event)))).toBe('uncovered');
  });
});

describe('upcasters', () => {
  it.each(TYPES)('%s has one for each version before the one of today', (type) => {
    expect(UPCASTERS[type] ?? []).toHaveLength((descriptionOf(type)?.version ?? 0) - 1);
  });

  it('set the reason of a delisting apart, which was stored among what anybody may read', () => {
    const said = { data: { reliability: 'reported', list: 'union' }, personal: { sources: [], note: 'x' } };
    const told = { data: { ...said.data, reason: 'moved home' }, personal: said.personal };
    expect(upcast(told, 1, UPCASTERS.delisted ?? [])).toEqual({
      data: said.data,
      personal: { ...said.personal, reason: 'moved home' },
    });
    expect(upcast(said, 1, UPCASTERS.delisted ?? [])).toStrictEqual(said);
  });

  it('are applied in order, from the version stored', () => {
    const step =
      (n: number): Upcaster =>
      ({ data, personal }) => ({
        data: { ...data, by: [...((data['by'] as number[] | undefined) ?? []), n] },
        personal,
      });
    const steps = [step(1), step(2), step(3)];
    const from = (version: number) => upcast({ data: {}, personal: { note: 'x' } }, version, steps);
    expect(from(1)).toEqual({ data: { by: [1, 2, 3] }, personal: { note: 'x' } });
    expect(from(3)).toEqual({ data: { by: [3] }, personal: { note: 'x' } });
    expect(from(4)).toEqual({ data: {}, personal: { note: 'x' } });
  });
});

describe('a correction', () => {
  const correction = (correctedType: string, data: object): NewEvent =>
    newEvent({
      event: {
        type: 'corrected',
        event: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d34',
        correctedType,
        data: { ...data },
        sources: [],
        reliability: 'reported',
      },
    });

  it('is stored with its fields parted as the corrected type parts them, and with its version', () => {
    const { data, personal } = partsOf(correction('delisted', { reason: 'moved home', list: 'union', note: null }));
    expect(data).toEqual({
      event: '0194b3f0-7c1e-7d2a-9a41-5f0c7b1e2d34',
      correctedType: 'delisted',
      correctedVersion: 2,
      data: { list: 'union' },
      reliability: 'reported',
    });
    expect(personal).toEqual({ sources: [], data: { reason: 'moved home', note: null } });
  });

  it('has its fields upcast by the upcasters of the corrected type', () => {
    const record = encodeWithoutLeaf(correction('delisted', { list: 'union' }));
    const { data, personal, meta } = record.payload as Record<'data' | 'personal' | 'meta', object>;
    const old = { ...data, correctedVersion: 1, data: { list: 'union', reason: 'moved home' } };
    const { event } = decode(PLACE, { ...record, payload: { data: old, personal, meta } });
    expect(event).toMatchObject({ correctedType: 'delisted', data: { list: 'union', reason: 'moved home' } });
  });

  it.each(['corrected', 'beatified', 'toString'])('of the type %s is not stored', (type) => {
    expect(() => encodeWithoutLeaf(correction(type, {}))).toThrow(TypeError);
  });

  const record = encodeWithoutLeaf(correction('delisted', { reason: 'Elçin' }));
  const { data, personal, meta } = record.payload as Record<'data' | 'personal' | 'meta', Record<string, unknown>>;
  it.each([
    ['of a type that nobody knows', { data: { ...data, correctedType: 'beatified' }, personal }],
    ['of a later version', { data: { ...data, correctedVersion: 3 }, personal }],
    ['of no version', { data: { ...data, correctedVersion: 0 }, personal }],
    ['without fields', { data: { ...data, data: [] }, personal }],
    ['with a personal field among the others', { data: { ...data, data: { reason: 'Elçin' } }, personal }],
    ['with another field among the personal ones', { data, personal: { ...personal, data: { list: 'Elçin' } } }],
  ])('%s is damage', (_, parts) => {
    const read = () => decode(PLACE, { ...record, payload: { ...parts, meta } });
    expect(read).toThrow(StoreDamaged);
    expect(read).not.toThrow(/Elçin|beatified/);
  });
});
