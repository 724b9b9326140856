#!/usr/bin/env node
/**
 * Verifies a log of Habeas without trusting its maker: plain Node, no dependencies, none of the register's own code.
 *
 *   node verify.mjs <exported log> <checkpoint> <public key>
 *     the whole log, against a checkpoint that anybody kept, or against each of a file that has one a line
 *   node verify.mjs --proof <proof> <public key> [<checkpoint>]
 *     one event by its inclusion proof (`habeas prove`, `GET /v1/log/proof/inclusion`), against the checkpoint in it, or another
 *   node verify.mjs --consistency <proof> <earlier checkpoint> <later checkpoint> <public key>
 *     that the log of the earlier checkpoint is the beginning of that of the later one (`GET /v1/log/proof/consistency`)
 *   node verify.mjs --edition <page> [<page> ...]
 *     that the hash of an edition is that of its members, and its numbers add up (`GET /v1/lists/{id}/editions/{edition}`)
 *
 * Logs, proofs and checkpoints are files; a public key is a line of text, or several lines, of which one must have signed.
 * Exit code 0: yes. 1: no, with the first position that differs. 2: it could not be checked. docs/proof.md explains it.
 */
import { Buffer } from 'node:buffer';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { TextDecoder } from 'node:util';

class No extends Error {}

const HASH_BYTES = 32;
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

/** 32 bytes of base64; null for any other text, also for one that a decoder would take for the same bytes. */
const bytesOf = (text) => {
  const bytes = Buffer.from(String(text), 'base64');
  return bytes.length === HASH_BYTES && bytes.toString('base64') === text ? bytes : null;
};

/** A public key from `<name>+<hash>+<key>` (C2SP signed-note). */
const openKey = (line) => {
  const [, name, hash, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (bytes.length !== HASH_BYTES + 1 || bytes[0] !== 1)
    throw new Error('the public key has another form than <name>+<hash>+<key>');
  if (sha256(`${name}\n`, bytes).subarray(0, 4).toString('hex') !== hash) throw new Error('the public key is damaged');
  const x = bytes.subarray(1).toString('base64url');
  return { name, hash, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
};

/** Whether a line of signatures is that of the key over the text. */
const isSignature = (line, text, { name, hash, key }) => {
  const [, signer, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const signature = Buffer.from(encoded ?? '', 'base64');
  return (
    signer === name &&
    signature.toString('base64') === encoded &&
    signature.subarray(0, 4).toString('hex') === hash &&
    verify(null, Buffer.from(text), key, signature.subarray(4))
  );
};

/** The notes of a file of checkpoints: one note, or any number of lines, each a note with spaces for its line ends. */
const notesOf = (kept) => {
  const text = kept.replaceAll('\r\n', '\n').trim();
  const lines = text.split('\n').map((line) => /^(\S+) (\d+) (\S+) (— \S+ \S+)$/u.exec(line.trim()));
  if (!lines.includes(null))
    return lines.map(([, origin, size, root, signature]) => `${origin}\n${size}\n${root}\n\n${signature}\n`);
  if (!/^.+\n\n— /su.test(text)) throw new Error('that is no checkpoint: it has no signature');
  return [`${text}\n`];
};

/** Name, size and root of a checkpoint that one of the keys has signed for the log of its name (C2SP tlog-checkpoint). */
const openNote = (note, publicKeys) => {
  const keys = publicKeys
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(openKey);
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin, size, root] = text.split('\n');
  const lines = note.slice(end + 2).split('\n');
  const isSigned = keys.some((key) => key.name === origin && lines.some((line) => isSignature(line, text, key)));
  if (!isSigned) throw new No('the key has not signed this checkpoint');
  const hash = bytesOf(root);
  if (!/^(0|[1-9]\d{0,14})$/.test(size) || hash === null) throw new No('what the key has signed is no checkpoint');
  return { origin, size: Number(size), root: hash };
};

const openCheckpoints = (kept, publicKeys) => notesOf(kept).map((note) => openNote(note, publicKeys));

/** The checkpoint of a file that has one. */
const openCheckpoint = (kept, publicKeys) => {
  const [checkpoint, ...others] = openCheckpoints(kept, publicKeys);
  if (others.length > 0) throw new Error('the file has several checkpoints; name one with the one that is meant');
  return checkpoint;
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

/** An event recorded before there were leaf hashes has its commitment and salt beside its payload, once it is adopted. */
const withCommitment = ({ adopted }, payload) => {
  if (adopted === undefined) return payload;
  const { data, meta, personal } = payload;
  const { commitment, salt } = adopted;
  return { commitment, data, meta, personal: personal === null ? null : { ...personal, salt } };
};

/** The leaf hash of a line, and whether its personal part was erased, after comparing everything that it says. */
const checkLine = (line, position, revisions) => {
  const { payload, ...record } = JSON.parse(line);
  const { stream, revision, id, type, recordedAt, leaf } = record;
  if (record.position !== position) throw new No('an event is missing, or too many');
  if (revision !== (revisions.get(stream) ?? -1) + 1) throw new No('an event of its stream is missing');
  revisions.set(stream, revision);
  if (leaf === null) throw new No('it has no leaf hash');
  const { commitment, data, meta, personal } = withCommitment(record, payload);
  if (personal !== null) {
    const { salt, ...fields } = personal;
    const saltBytes = bytesOf(salt);
    if (saltBytes === null || sha256(saltBytes, canonical(fields)).toString('base64') !== commitment)
      throw new No('its personal part is not what was committed to');
  }
  const { schemaVersion } = meta;
  const hash = leafHash(
    canonical({ stream, revision, id, type, schemaVersion, recordedAt, data, meta, personal: commitment }),
  );
  if (hash.toString('base64') !== leaf) throw new No('it is not what its leaf hash was made of');
  const { adopted } = record;
  const start = JSON.stringify({ position, stream, revision, id, type, recordedAt, leaf, adopted }).slice(0, -1);
  // The payload of an adopted event never was canonical.
  const end = adopted === undefined ? canonical({ commitment, data, meta, personal }) : JSON.stringify(payload);
  if (line !== `${start},"payload":${end}}`) throw new No('it is not written in canonical form');
  return { hash, isErased: personal === null && commitment !== null };
};

/** Lines end with a line feed and nothing else. Throws for bytes that are not UTF-8. */
async function* linesOf(file) {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file)) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield () => utf8.decode(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield () => utf8.decode(rest);
}

const verifyLog = async (file, checkpoints) => {
  const size = Math.max(...checkpoints.map((checkpoint) => checkpoint.size));
  const rootsBySize = new Map();
  for (const checkpoint of checkpoints)
    rootsBySize.set(checkpoint.size, [...(rootsBySize.get(checkpoint.size) ?? []), checkpoint.root]);
  const tree = newTree();
  const revisions = new Map();
  let [position, erased] = [0, 0];
  const compareAt = () => {
    if (!(rootsBySize.get(position) ?? []).every((root) => tree.root().equals(root)))
      throw new No(`positions 1 to ${position}: they are not those of the checkpoint`);
  };
  compareAt();
  for await (const readLine of linesOf(file)) {
    position += 1;
    try {
      const { hash, isErased } = checkLine(readLine(), position, revisions);
      tree.add(hash);
      if (isErased) erased += 1;
    } catch (error) {
      throw new No(`position ${position}: ${error instanceof No ? error.message : 'it cannot be read'}`);
    }
    compareAt();
  }
  if (position < size) throw new No(`position ${position + 1}: missing; the checkpoint is of ${size} events`);
  const ofErased = erased === 0 ? '' : ` Of ${erased} the personal part was erased.`;
  return `Yes: ${position} events, each as it was recorded; the first ${size} are those of the checkpoint.${ofErased}`;
};

/** The hashes of a proof, each of 32 bytes. */
const openHashes = (hashes) =>
  hashes.map((text) => {
    const hash = bytesOf(text);
    if (hash === null) throw new No('a hash of the proof has another form');
    return hash;
  });

const halve = (number) => Math.floor(number / 2);
const isPowerOfTwo = (number) => (number % 2 === 0 ? isPowerOfTwo(number / 2) : number === 1);

/** Whether an inclusion proof leads from a leaf to a root (RFC 9162, section 2.1.3.2). */
const isIncluded = (leaf, index, size, hashes, root) => {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  let [number, last, node] = [index, size - 1, leaf];
  for (const hash of hashes) {
    if (last === 0) return false;
    if (number % 2 === 1 || number === last) {
      node = nodeHash(hash, node);
      while (number % 2 === 0 && number !== 0) [number, last] = [halve(number), halve(last)];
    } else node = nodeHash(node, hash);
    [number, last] = [halve(number), halve(last)];
  }
  return last === 0 && node.equals(root);
};

/** Whether a consistency proof leads from an earlier root to a later one (RFC 9162, section 2.1.4.2). */
const isConsistent = (from, to, fromRoot, toRoot, hashes) => {
  if (from < 1 || from > to) return false;
  if (from === to) return hashes.length === 0 && fromRoot.equals(toRoot);
  const path = isPowerOfTwo(from) ? [fromRoot, ...hashes] : hashes;
  let [number, last] = [from - 1, to - 1];
  while (number % 2 === 1) [number, last] = [halve(number), halve(last)];
  let [earlier, later] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (last === 0) return false;
    if (number % 2 === 1 || number === last) {
      [earlier, later] = [nodeHash(hash, earlier), nodeHash(hash, later)];
      while (number % 2 === 0 && number !== 0) [number, last] = [halve(number), halve(last)];
    } else later = nodeHash(later, hash);
    [number, last] = [halve(number), halve(last)];
  }
  return path.length > 0 && last === 0 && earlier.equals(fromRoot) && later.equals(toRoot);
};

const verifyEvent = ({ event, index, hashes }, { size, root }) => {
  if (index >= size) throw new No('the checkpoint does not reach the event');
  if (!isIncluded(leafHash(canonical(event)), index, size, openHashes(hashes), root))
    throw new No('the proof does not lead from the event to the checkpoint');
  return `Yes: the event is at position ${index + 1} of the log of ${size} events.`;
};

const verifyConsistency = ({ hashes }, earlier, later) => {
  if (earlier.origin !== later.origin) throw new No('the checkpoints are of two logs');
  if (!isConsistent(earlier.size, later.size, earlier.root, later.root, openHashes(hashes)))
    throw new No('the proof does not lead from the earlier checkpoint to the later one');
  return `Yes: the log of ${earlier.size} events is the beginning of that of ${later.size}.`;
};

/** Whether a member is as the hash of its line says; null if that was erased, so that nobody can tell. */
const isPublished = ({ case: id, category, name, reference, salt, hash }) => {
  const line = canonical({ case: id, category, name, reference });
  if (salt !== null && sha256(Buffer.from(salt, 'base64'), line).toString('base64') === hash) return true;
  return salt === null || name === '[erased]' ? null : false;
};

const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

const FLOW = ['opening', 'revised', 'entered', 'moved', 'closing'];

const isReconciled = ({ opening, revised, entered, left, moved, closing }, total) =>
  opening + revised + entered - sumOf(Object.values(left)) + moved === closing && closing === total;

const verifyEdition = (pages) => {
  const [{ list, id, hash, total, groups, flow }] = pages;
  if (pages.some((page) => page.list !== list || page.id !== id || page.hash !== hash))
    throw new No('the pages are of two editions');
  const members = pages.flatMap((page) => page.members);
  const verdicts = members.map(isPublished);
  const altered = verdicts.indexOf(false);
  if (altered >= 0) throw new No(`line ${altered + 1}: it is not what was published`);
  if (sha256(...openHashes(members.map((member) => member.hash))).toString('base64') !== hash)
    throw new No('the hash of the edition is not that of these lines');
  if (members.length !== total) throw new No(`${members.length} members, and the edition says ${total}`);
  for (const group of groups) {
    const isIn = ({ category }) => (category ?? 'unknown') === group.category;
    if (members.filter(isIn).length !== group.total || (group.flow && !isReconciled(group.flow, group.total)))
      throw new No(`the numbers of ${group.category} do not add up`);
  }
  const isSum = (number) => sumOf(groups.map((group) => group.flow[number])) === flow[number];
  if (flow && !(isReconciled(flow, total) && FLOW.every(isSum))) throw new No('the numbers in all do not add up');
  const erased = verdicts.filter((verdict) => verdict === null).length;
  const ofErased = erased === 0 ? '' : ` Of ${erased} nobody can tell, since name or salt were erased.`;
  return `Yes: edition ${id} of ${list} has ${total} members, each as it was published, and its numbers add up.${ofErased}`;
};

const USAGE = `usage: verify.mjs <exported log> <checkpoint> <public key>
       verify.mjs --proof <proof> <public key> [<checkpoint>]
       verify.mjs --consistency <proof> <earlier checkpoint> <later checkpoint> <public key>
       verify.mjs --edition <page> [<page> ...]`;

const main = async ([first, ...rest]) => {
  const read = (file) => readFileSync(file, 'utf8');
  if (first === '--proof' && (rest.length === 2 || rest.length === 3)) {
    const [proof, publicKey, checkpoint] = [JSON.parse(read(rest[0])), rest[1], rest[2]];
    const note = checkpoint === undefined ? proof.checkpoint : read(checkpoint);
    if (note === null) throw new Error('the proof has no checkpoint; name a file with one of its size');
    return verifyEvent(proof, openCheckpoint(note, publicKey));
  }
  if (first === '--consistency' && rest.length === 4) {
    const [proof, earlier, later, publicKey] = rest;
    const open = (file) => openCheckpoint(read(file), publicKey);
    return verifyConsistency(JSON.parse(read(proof)), open(earlier), open(later));
  }
  if (first === '--edition' && rest.length > 0) return verifyEdition(rest.map((file) => JSON.parse(read(file))));
  if (first === undefined || first.startsWith('--') || rest.length !== 2) throw new Error(USAGE);
  return verifyLog(first, openCheckpoints(read(rest[0]), rest[1]));
};

try {
  console.log(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof No ? `No: ${error.message}.` : `It could not be checked: ${error.message}`);
  process.exitCode = error instanceof No ? 1 : 2;
}
