/**
 * The leaf hash of a stored event, and the commitment through which personal data enters it. What is hashed must never change; it is
 * described in docs/decisions/0015-a-leaf-hash-for-every-event.md.
 */
import { createHash, hash, randomFillSync } from 'node:crypto';
import { canonicalJson, jsonKeyText, exactCanonicalJson, sortedKeys } from '../json/canonical.js';

/** What the leaf hash of an event covers: the fields of the hashed text. `data` and `meta` are canonical texts. */
export interface LeafParts {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly recordedAt: string;
  readonly data: string;
  readonly meta: string;
  /** The commitment, `personal` in the hashed text; null where there is no personal part. */
  readonly personalCommitment: string | null;
}

const SALT_BYTES = 32;
/** 32 bytes in base64: a salt, a commitment or a leaf hash. */
export const BASE64_32_BYTES = /^[0-9A-Za-z+/]{42}[048AEIMQUYcgkosw]=$/;

/** Random bytes for the next salts: those of many salts at once take as long as those of one. */
const randomPool = Buffer.alloc(SALT_BYTES * 128);
let nextSaltOffset = randomPool.length;

/** A salt: 32 random bytes in base64. Without it, nobody can guess personal data by hashing candidates against a commitment. */
export const newSalt = (): string => {
  if (nextSaltOffset === randomPool.length) {
    randomFillSync(randomPool);
    nextSaltOffset = 0;
  }
  nextSaltOffset += SALT_BYTES;
  return randomPool.toString('base64', nextSaltOffset - SALT_BYTES, nextSaltOffset);
};

/** The canonical texts of a personal part, and its salt. */
export interface PersonalTexts {
  /** The text with the salt, as it is stored. */
  readonly stored: string;
  /** The text without the salt, as the commitment covers it. */
  readonly covered: string;
  readonly salt: unknown;
}

/** The parts of a payload, as canonical texts. */
export interface PayloadTexts {
  readonly commitment: string | null;
  readonly data: string;
  readonly meta: string;
  /** The schema version in `meta`. */
  readonly schemaVersion: number;
  /** Null where the personal part was erased, or there never was one. */
  readonly personal: PersonalTexts | null;
}

/** Serializes a personal part with and without salt, each field only once. A field `salt` in `personal` is ignored. */
export const serializePersonalPart = (personal: Readonly<Record<string, unknown>>, salt: unknown): PersonalTexts => {
  let [before, after] = ['', ''];
  for (const name of sortedKeys(personal)) {
    if (name === 'salt') continue;
    const field = `${jsonKeyText(name)}${exactCanonicalJson(personal[name])}`;
    if (name < 'salt') before = joinSerializedFields(before, field);
    else after = joinSerializedFields(after, field);
  }
  return insertSalt(before, after, salt);
};

/** Joins two texts of serialized fields with a comma; either may be empty. */
export const joinSerializedFields = (fields: string, field: string): string =>
  fields === '' || field === '' ? fields + field : `${fields},${field}`;

/** Builds the texts of a personal part from its serialized fields: those that sort before `salt`, and those after. */
export const insertSalt = (before: string, after: string, salt: unknown): PersonalTexts => {
  const ownSalt = salt === undefined ? '' : `"salt":${exactCanonicalJson(salt)}`;
  return {
    stored: `{${joinSerializedFields(joinSerializedFields(before, ownSalt), after)}}`,
    covered: `{${joinSerializedFields(before, after)}}`,
    salt,
  };
};

/** Most personal parts fit; one call of `hash` on it takes half the time of a hash object. */
const personalPartBuffer = Buffer.allocUnsafe(16_384);

/** Base64 of SHA-256 over the salt's bytes and the canonical JSON of the personal part, without the salt. */
export const commitmentOf = (salt: string, personal: string): string => {
  // A character of UTF-16 has at most three bytes of UTF-8; base64 is longer than its bytes.
  if (salt.length + 3 * personal.length > personalPartBuffer.length)
    return createHash('sha256').update(salt, 'base64').update(personal).digest('base64');
  const length = personalPartBuffer.write(salt, 'base64');
  return hash('sha256', personalPartBuffer.subarray(0, length + personalPartBuffer.write(personal, length)), 'base64');
};

/** The canonical JSON that is hashed: the keys in the order of RFC 8785, the parts already canonical. */
export const leafText = (parts: LeafParts): string =>
  `{"data":${parts.data},"id":${canonicalJson(parts.id)},"meta":${parts.meta},` +
  `"personal":${canonicalJson(parts.personalCommitment)},"recordedAt":"${parts.recordedAt}",` +
  `"revision":${parts.revision},"schemaVersion":${parts.schemaVersion},"stream":${canonicalJson(parts.stream)},` +
  `"type":${canonicalJson(parts.type)}}`;

/** The leaf hash of RFC 9162, section 2.1.1, in base64: of a zero byte and the text in UTF-8. */
export const leafHash = (text: string): string => hash('sha256', `\0${text}`, 'base64');

/**
 * Whether the personal part is what the commitment was made of; `erased` if there is a commitment but no personal part. If the commitment
 * is null, there must be no personal part.
 */
export const checkCommitment = ({ commitment, personal }: PayloadTexts): 'same' | 'erased' | 'other' => {
  if (commitment === null) return personal === null ? 'same' : 'other';
  if (personal === null) return 'erased';
  const { salt, covered } = personal;
  if (typeof salt !== 'string' || !BASE64_32_BYTES.test(salt)) return 'other';
  return commitmentOf(salt, covered) === commitment ? 'same' : 'other';
};
