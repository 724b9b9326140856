#!/usr/bin/env node
/**
 * Verifies a log of Habeas without trusting its maker: plain Node, no dependencies, none of the register's own code.
 *
 *   node verify.mjs <exported log> <checkpoint> <public key>   the whole log, against a checkpoint kept by anybody
 *   node verify.mjs --proof <proof> <public key>               one event, with its proof (`habeas prove`)
 *
 * Exit code 0: yes. 1: no, with the first position that differs. 2: it could not be checked. docs/proof.md explains it.
 */
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

class No extends Error {}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = (text) => sha256(Buffer.from([0]), text);
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right);

/** Canonical JSON (RFC 8785). */
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
};

/** The size and root of a checkpoint that the key has signed. */
const openCheckpoint = (note, publicKey) => {
  const [, name, hash, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(publicKey.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1)
    throw new Error('the public key has another form than <name>+<hash>+<key>');
  if (sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex') !== hash) throw new Error('the public key is damaged');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') },
    format: 'jwk',
  });
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const isSigned = note
    .slice(end + 2)
    .split('\n')
    .some((line) => {
      const [, signer, signature] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
      const signed = Buffer.from(signature ?? '', 'base64');
      return (
        signer === name &&
        signed.subarray(0, 4).toString('hex') === hash &&
        verify(null, Buffer.from(text), key, signed.subarray(4))
      );
    });
  if (end < 0 || !isSigned) throw new No('the key has not signed this checkpoint');
  const [, size, root] = text.split('\n');
  return { size: Number(size), root: Buffer.from(root, 'base64') };
};

/** Adds leaves one by one; keeps the root of each complete subtree. */
const newTree = () => {
  const subtrees = [];
  let size = 0;
  return {
    add(leaf) {
      let node = leaf;
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = nodeHash(subtrees.pop(), node);
      subtrees.push(node);
      size += 1;
    },
    root: () => (size === 0 ? sha256('') : [...subtrees].reverse().reduce((right, left) => nodeHash(left, right))),
  };
};

/** The leaf hash of a line, after comparing everything that it says. */
const checkLine = (line, position, revisions) => {
  const { payload, ...record } = JSON.parse(line);
  const { stream, revision, id, type, recordedAt } = record;
  if (record.position !== position) throw new No('an event is missing, or too many');
  if (revision !== (revisions.get(stream) ?? -1) + 1) throw new No('an event of its stream is missing');
  revisions.set(stream, revision);
  if (record.leaf === null) throw new No('it has no leaf hash');
  const { commitment, data, meta, personal } = payload;
  if (personal !== null) {
    const { salt, ...fields } = personal;
    if (sha256(Buffer.from(salt ?? '', 'base64'), canonical(fields)).toString('base64') !== commitment)
      throw new No('its personal part is not what was committed to');
  }
  const { schemaVersion } = meta;
  const leaf = leafHash(
    canonical({ stream, revision, id, type, schemaVersion, recordedAt, data, meta, personal: commitment }),
  );
  if (leaf.toString('base64') !== record.leaf) throw new No('it is not what its leaf hash was made of');
  if (!line.endsWith(`"payload":${canonical(payload)}}`)) throw new No('it is not written in canonical form');
  return leaf;
};

const verifyLog = async (file, { size, root }) => {
  const tree = newTree();
  const revisions = new Map();
  let position = 0;
  let isReached = size === 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (line === '') continue;
    position += 1;
    try {
      tree.add(checkLine(line, position, revisions));
    } catch (error) {
      throw new No(`position ${position}: ${error instanceof No ? error.message : 'it cannot be read'}`);
    }
    if (position !== size) continue;
    if (!tree.root().equals(root)) throw new No(`positions 1 to ${size}: they are not those of the checkpoint`);
    isReached = true;
  }
  if (!isReached) throw new No(`position ${position + 1}: missing; the checkpoint is of ${size} events`);
  return `Yes: ${position} events, each as it was recorded; the first ${size} are those of the checkpoint.`;
};

/** RFC 9162, section 2.1.3.2. */
const verifyProof = ({ event, index, hashes }, { size, root }) => {
  let [number, last, node] = [index, size - 1, leafHash(canonical(event))];
  if (!(index >= 0 && index < size)) throw new No('the checkpoint does not reach the event');
  for (const hash of hashes.map((text) => Buffer.from(text, 'base64'))) {
    if (last === 0) throw new No('the proof is too long');
    if (number % 2 === 1 || number === last) {
      node = nodeHash(hash, node);
      while (number % 2 === 0 && number !== 0) [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
    } else node = nodeHash(node, hash);
    [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
  }
  if (last !== 0 || !node.equals(root)) throw new No('the proof does not lead from the event to the checkpoint');
  return `Yes: the event is at position ${index + 1} of the log of ${size} events.`;
};

const main = ([first, second, third]) => {
  if (third === undefined)
    throw new Error('usage: verify.mjs <log> <checkpoint> <public key> | --proof <proof> <public key>');
  if (first !== '--proof') return verifyLog(first, openCheckpoint(readFileSync(second, 'utf8'), third));
  const proof = JSON.parse(readFileSync(second, 'utf8'));
  return verifyProof(proof, openCheckpoint(proof.checkpoint, third));
};

try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof No ? `No: ${error.message}.` : `It could not be checked: ${error.message}`);
  process.exitCode = error instanceof No ? 1 : 2;
}
