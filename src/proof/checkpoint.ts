/**
 * Checkpoints of the log: its size and root (C2SP tlog-checkpoint) as a note signed with Ed25519 (C2SP signed-note, whose keys and
 * texts are those of Go's golang.org/x/mod/sumdb/note).
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify, type KeyObject } from 'node:crypto';

export interface Checkpoint {
  /** The name of the log, which is that of its key. */
  readonly origin: string;
  /** The number of events. */
  readonly size: number;
  readonly root: Buffer;
}

/** A key, checkpoint or signature that cannot be used; the message says why. */
export class InvalidNote extends Error {
  override readonly name = 'InvalidNote';
}

export interface SigningKey {
  readonly name: string;
  /** The public key as a line of text, `<name>+<hash>+<key>`. */
  readonly publicKey: string;
  readonly keyId: Buffer;
  readonly key: KeyObject;
}

interface VerifyingKey {
  readonly name: string;
  readonly keyId: Buffer;
  readonly key: KeyObject;
}

const ED25519_ALGORITHM_BYTE = Buffer.from([1]);
const KEY_BYTES = 32;
const PRIVATE_KEY_PREFIX = 'PRIVATE+KEY+';
/** What precedes the 32 bytes of a private Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KEY_NAME_PATTERN = /^[^\s+\p{Cc}\p{Cs}]{1,100}$/u;

/** A new key as text, `PRIVATE+KEY+<name>+<hash>+<seed>`. Throws InvalidNote for a name with white space or a plus sign. */
export const newKey = (name: string): string => {
  if (!KEY_NAME_PATTERN.test(name))
    throw new InvalidNote('a name of a key has 1 to 100 characters, no white space and no +');
  const seed = randomBytes(KEY_BYTES);
  const hash = keyIdOf(name, publicKeyBytes(privateKeyFromSeed(seed)));
  return `${PRIVATE_KEY_PREFIX}${name}+${hash.toString('hex')}+${Buffer.concat([ED25519_ALGORITHM_BYTE, seed]).toString('base64')}`;
};

/** Parses a key with its private part. Throws InvalidNote, whose message never has the text. */
export const parseSigningKey = (text: string): SigningKey => {
  const { name, keyId, bytes } = splitKey(
    text.trim().startsWith(PRIVATE_KEY_PREFIX) ? text.trim().slice(PRIVATE_KEY_PREFIX.length) : '',
  );
  const key = privateKeyFromSeed(bytes);
  const keyBytes = publicKeyBytes(key);
  if (!keyIdOf(name, keyBytes).equals(keyId)) throw new InvalidNote('the key does not have the hash that it names');
  const publicKey = `${name}+${keyId.toString('hex')}+${Buffer.concat([ED25519_ALGORITHM_BYTE, keyBytes]).toString('base64')}`;
  return { name, publicKey, keyId, key };
};

/** Parses a public key, `<name>+<hash>+<key>`. Throws InvalidNote. */
const parsePublicKey = (text: string): VerifyingKey => {
  const { name, keyId, bytes } = splitKey(text.trim());
  if (!keyIdOf(name, bytes).equals(keyId)) throw new InvalidNote('the public key does not have the hash that it names');
  const x = bytes.toString('base64url');
  return { name, keyId, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
};

const splitKey = (text: string): { readonly name: string; readonly keyId: Buffer; readonly bytes: Buffer } => {
  const [, name = '', hash = '', key = ''] = /^([^+]+)\+([0-9a-f]{8})\+([0-9A-Za-z+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  if (!KEY_NAME_PATTERN.test(name) || bytes.length !== KEY_BYTES + 1 || bytes[0] !== ED25519_ALGORITHM_BYTE[0])
    throw new InvalidNote('that is no key of the form <name>+<hash>+<key>');
  return { name, keyId: Buffer.from(hash, 'hex'), bytes: bytes.subarray(1) };
};

const privateKeyFromSeed = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
const publicKeyBytes = (key: KeyObject): Buffer =>
  Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');

/** The key id in a signed note: the first four bytes of a hash of name, algorithm and public key. */
const keyIdOf = (name: string, publicKey: Buffer): Buffer =>
  createHash('sha256').update(`${name}\n`).update(ED25519_ALGORITHM_BYTE).update(publicKey).digest().subarray(0, 4);

/** Signs a text that ends with a line feed. */
export const signNote = (text: string, { name, keyId, key }: SigningKey): string =>
  `${text}\n— ${name} ${Buffer.concat([keyId, sign(null, Buffer.from(text), key)]).toString('base64')}\n`;

/** A checkpoint as a signed note. The origin is the name of the key. */
export const signCheckpoint = (size: number, root: Buffer, key: SigningKey): string =>
  signNote(`${key.name}\n${size}\n${root.toString('base64')}\n`, key);

const SIGNATURE_LINE_PATTERN = /^— (\S+) ([0-9A-Za-z+/]+={0,2})$/u;

/**
 * Verifies a signed note and returns its text. One of the keys must have signed it; signatures of others, such as witnesses, are ignored.
 * Throws InvalidNote.
 */
export const openNote = (note: string, publicKeys: readonly string[]): string => {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new InvalidNote('that is no signed note');
  const text = note.slice(0, end + 1);
  const signatures = note
    .slice(end + 2, -1)
    .split('\n')
    .map((line) => SIGNATURE_LINE_PATTERN.exec(line));
  if (signatures.includes(null)) throw new InvalidNote('a signature of the note has another form');
  let isSigned = false;
  for (const { name, keyId, key } of publicKeys.map(parsePublicKey))
    for (const [, signer, encoded = ''] of signatures as RegExpExecArray[]) {
      const signature = Buffer.from(encoded, 'base64');
      if (signer !== name || !signature.subarray(0, 4).equals(keyId)) continue;
      if (!verify(null, Buffer.from(text), key, signature.subarray(4)))
        throw new InvalidNote(`the signature of ${name} does not fit the note`);
      isSigned = true;
    }
  if (!isSigned) throw new InvalidNote('none of the known keys has signed the note');
  return text;
};

/** A checkpoint as one line, which is easily copied and kept: the line ends of the note are spaces. */
export const checkpointLine = (note: string): string => note.trimEnd().replace('\n\n', '\n').replaceAll('\n', ' ');

const CHECKPOINT_LINE_PATTERN = /^(\S+) (\d+) (\S+) (— \S+ \S+)$/u;

/**
 * Verifies the checkpoints of a file that somebody kept: one signed note, or any number of lines, each a checkpoint (`checkpointLine`).
 * Line ends of other systems, and empty lines around, are accepted. Throws InvalidNote as `openCheckpoint` does.
 */
export const openKeptCheckpoints = (kept: string, publicKeys: readonly string[]): readonly Checkpoint[] => {
  const text = kept.replaceAll('\r\n', '\n').trim();
  const lines = text.split('\n').map((line) => CHECKPOINT_LINE_PATTERN.exec(line.trim()));
  const notes = lines.includes(null)
    ? [`${text}\n`]
    : (lines as RegExpExecArray[]).map(
        ([, origin, size, root, signature]) => `${origin}\n${size}\n${root}\n\n${signature}\n`,
      );
  return notes.map((note) => openCheckpoint(note, publicKeys));
};

/** Verifies a checkpoint, a signed note. Throws InvalidNote for what is none, or is signed by none of the keys. */
export const openCheckpoint = (note: string, publicKeys: readonly string[]): Checkpoint => {
  const [origin = '', size = '', root = '', end] = openNote(note, publicKeys).split('\n');
  const bytes = Buffer.from(root, 'base64');
  if (
    origin === '' ||
    !/^(0|[1-9]\d{0,14})$/.test(size) ||
    bytes.toString('base64') !== root ||
    bytes.length !== 32 ||
    end === undefined
  )
    throw new InvalidNote('the note is no checkpoint of a log');
  return { origin, size: Number(size), root: bytes };
};
