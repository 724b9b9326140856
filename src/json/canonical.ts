/** Canonical JSON (RFC 8785): one text for one value, whatever the order of its keys. */
import canonicalize from 'canonicalize';

/**
 * The canonical text of a JSON value; undefined fields are left out, as by JSON.stringify. Throws for values that JSON cannot
 * hold (NaN, a circle).
 */
export const canonicalJson = (value: unknown): string => canonicalize(value) as string;

/**
 * Whether a JSON text holds half a surrogate pair. RFC 8785 has no canonical form of such a string: JSON.stringify escapes the half,
 * other implementations refuse it or replace it.
 */
export const hasLoneSurrogate = (text: string): boolean => text.includes('\\ud') && ESCAPED_SURROGATE.test(text);

/** JSON.stringify escapes surrogates only where they are alone. An even number of backslashes before belongs to the text. */
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
