/** Keys, notes and checkpoints, held against the example of Go's golang.org/x/mod/sumdb/note. */
import {
  InvalidNote,
  newKey,
  openCheckpoint,
  openNote,
  parseSigningKey,
  signCheckpoint,
  signNote,
} from '../../src/proof/checkpoint.js';

const GO_KEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const GO_VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const key = parseSigningKey(newKey('register.example/log'));
const other = parseSigningKey(newKey('register.example/log'));
const root = Buffer.alloc(32, 3);
const note = signCheckpoint(7, root, key);

it('signs as Go does, and accepts what Go signs', () => {
  expect(parseSigningKey(GO_KEY).publicKey).toBe(GO_VERIFIER);
  expect(signNote(TEXT, parseSigningKey(GO_KEY))).toBe(GO_NOTE);
  expect(openNote(GO_NOTE, [GO_VERIFIER])).toBe(TEXT);
});

it('opens a checkpoint with any of the keys that ever signed, and passes over witnesses', () => {
  expect(openCheckpoint(note, [other.publicKey, key.publicKey])).toEqual({
    origin: 'register.example/log',
    size: 7,
    root,
  });
  const witness = signNote(note.slice(0, note.lastIndexOf('\n\n') + 1), parseSigningKey(newKey('witness.example')));
  const witnessed = note + witness.slice(witness.lastIndexOf('\n\n') + 2);
  expect(openCheckpoint(witnessed, [key.publicKey])).toMatchObject({ size: 7 });
});

it.each([
  ['of another key', note, [other.publicKey]],
  ['of no key', note, []],
  ['of another size', note.replace('\n7\n', '\n8\n'), [key.publicKey]],
  ['of another root', note.replace('AwMD', 'AwMC'), [key.publicKey]],
  ['of another log', note.replace('register', 'Register'), [key.publicKey]],
  // The lowest two bits of the last digit are not part of the signature.
  ['with a changed signature', note.slice(0, -3) + (note.endsWith('A=\n') ? 'E=\n' : 'A=\n'), [key.publicKey]],
  ['without signature', note.slice(0, note.indexOf('—')), [key.publicKey]],
  ['that is none', 'hello\n', [key.publicKey]],
  ['that is a note of something else', signNote('hello\n', key), [key.publicKey]],
])('refuses a checkpoint %s', (_, text, verifiers) => {
  expect(() => openCheckpoint(text, verifiers)).toThrow(InvalidNote);
});

it.each(['', 'x', GO_VERIFIER, GO_KEY.replace('c74f20a3', 'c74f20a4'), GO_KEY.slice(0, -4)])(
  'refuses the key %j',
  (text) => {
    expect(() => parseSigningKey(text)).toThrow(InvalidNote);
  },
);

it.each(['', 'two words', 'a+b', 'x'.repeat(101)])('makes no key of the name %j', (name) => {
  expect(() => newKey(name)).toThrow(InvalidNote);
});
