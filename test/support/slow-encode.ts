/** How an event is stored, written from decision 15 without regard to speed, with the package `canonicalize`. */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { descriptionOf } from '../../src/domain/events.js';
import { decode, type StreamRevision } from '../../src/event-store/codec.js';
import type { NewEvent } from '../../src/event-store/port.js';

type Fields = Readonly<Record<string, unknown>>;

const sha256 = (...parts: readonly (string | Buffer)[]): string => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('base64');
};

const split = (type: string, fields: Fields): readonly [data: Fields, personal: Fields] => {
  const names: readonly string[] = ['sources', 'note', ...(descriptionOf(type)?.personal ?? [])];
  const entries = Object.entries(fields);
  return [
    Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
    Object.fromEntries(entries.filter(([name]) => names.includes(name))),
  ];
};

const splitEvent = ({ type, ...fields }: Fields): readonly [data: Fields, personal: Fields] => {
  const [data, personal] = split(String(type), fields);
  if (type !== 'corrected') return [data, personal];
  const { correctedType } = data as { readonly correctedType: string };
  const [correctedData, correctedPersonal] = split(correctedType, data['data'] as Fields);
  const correctedVersion = descriptionOf(correctedType)?.version;
  return [
    { ...data, correctedVersion, data: correctedData },
    { ...personal, data: correctedPersonal },
  ];
};

const hasHalfCharacter = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flat().some(hasHalfCharacter)
    : typeof value === 'string' && /\p{Surrogate}/u.test(value);

/** What `encode` must give; null for an event that would not be read back as it is. */
export const slowEncode = (
  { stream, revision }: StreamRevision,
  recorded: NewEvent,
  salt: string,
): { readonly text: string; readonly leaf: string } | null => {
  const { id, recordedAt, event, ...metadata } = recorded;
  try {
    const [data, personal] = splitEvent(event as unknown as Fields);
    const meta = { ...metadata, raised: metadata.raised.map(({ events, ...rest }) => ({ ...rest, facts: events })) };
    const commitment = sha256(Buffer.from(salt, 'base64'), canonicalize(personal) as string);
    const text = canonicalize({ commitment, data, meta, personal: { ...personal, salt } }) as string;
    const { type } = event;
    const { schemaVersion } = metadata;
    const covered = { data, id, meta, personal: commitment, recordedAt, revision, schemaVersion, stream, type };
    const record = { id, type, recordedAt: Date.parse(recordedAt), payload: JSON.parse(text) as unknown };
    const isExact = isDeepStrictEqual(decode({ stream, revision }, record), { ...recorded, stream, revision });
    return isExact && !hasHalfCharacter(record.payload)
      ? { text, leaf: sha256('\0', canonicalize(covered) as string) }
      : null;
  } catch {
    return null;
  }
};
