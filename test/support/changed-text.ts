/** Texts that differ a little from a given one. */
import fc from 'fast-check';

/** One character more, less or other, or two parts of the text exchanged. */
export const changed = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(text.length), fc.nat(3), fc.constantFrom(...' "\\{}[],:0-19.eaə\u0000\ud800'), fc.nat(9))
    .map(([at, kept, char, moved]) =>
      kept === 3
        ? text.slice(0, at) +
          text.slice(at + moved, at + 2 * moved) +
          text.slice(at, at + moved) +
          text.slice(at + 2 * moved)
        : text.slice(0, at) + (kept === 0 ? '' : char) + text.slice(kept === 2 ? at : at + 1),
    );
