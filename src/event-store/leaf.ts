/**
 * The leaf hash of a stored event, and the commitment through which personal data enters it. What is stored is for ever: the form is
 * described in docs/decisions/0015-a-leaf-hash-for-every-event.md.
 */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '../json/canonical.js';

/** What the leaf hash of an event covers, under the names that the hashed text has. `data` and `meta` are canonical texts. */
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
  /** The commitment; null where there is no personal part. */
  readonly personal: string | null;
}

const SALT_BYTES = 32;
/** 32 bytes in base64: a salt, a commitment or a leaf hash. */
export const BASE64_32_BYTES = /^[0-9A-Za-z+/]{42}[048AEIMQUYcgkosw]=$/;

/** 32 random bytes in base64: nobody can try names against a commitment without them. */
export const newSalt = (): string => randomBytes(SALT_BYTES).toString('base64');

/** Base64 of SHA-256 over the salt's bytes and the canonical JSON of the personal part, without the salt. */
export const commitmentOf = (salt: string, personal: string): string =>
  createHash('sha256').update(Buffer.from(salt, 'base64')).update(personal).digest('base64');

/** The canonical JSON that is hashed: the keys in the order of RFC 8785, the parts already canonical. */
export const leafText = (parts: LeafParts): string =>
  `{"data":${parts.data},"id":${JSON.stringify(parts.id)},"meta":${parts.meta},` +
  `"personal":${JSON.stringify(parts.personal)},"recordedAt":${JSON.stringify(parts.recordedAt)},` +
  `"revision":${parts.revision},"schemaVersion":${parts.schemaVersion},"stream":${JSON.stringify(parts.stream)},` +
  `"type":${JSON.stringify(parts.type)}}`;

/** The leaf hash of RFC 9162, section 2.1.1, in base64. */
export const leafHash = (text: string): string =>
  createHash('sha256').update(LEAF_PREFIX).update(text).digest('base64');

const LEAF_PREFIX = Buffer.from([0]);

/** A stored payload with its commitment, taken apart. */
export interface CoveredPayload {
  readonly commitment: string | null;
  readonly data: unknown;
  readonly meta: unknown;
  /** With its salt; null where it was erased, or there never was one. */
  readonly personal: Readonly<Record<string, unknown>> | null;
}

/**
 * Whether the personal part is what the commitment was made of: `erased` where the commitment stands alone. A commitment of null goes
 * with no personal part only.
 */
export const checkCommitment = ({ commitment, personal }: CoveredPayload): 'same' | 'erased' | 'other' => {
  if (commitment === null) return personal === null ? 'same' : 'other';
  if (personal === null) return 'erased';
  const { salt, ...fields } = personal;
  if (typeof salt !== 'string' || !BASE64_32_BYTES.test(salt)) return 'other';
  return commitmentOf(salt, canonicalJson(fields)) === commitment ? 'same' : 'other';
};
