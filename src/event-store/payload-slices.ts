/**
 * Cuts the parts of a payload out of its stored text, while checking that the text is canonical: verifying a whole log spends most of its
 * time here, and to parse each payload and write it anew takes three times as long.
 */
import type { PayloadTexts, PersonalTexts } from './leaf.js';

/**
 * The parts of a payload. Null if the text is not canonical or has no field `commitment`, but also for rare canonical texts, such as those
 * with fractions or escapes in keys. After null, parsing and serializing the payload again tells which it is.
 */
export const slicePayload = (text: string): PayloadTexts | null => new PayloadScanner(text).scan();

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** The deepest nesting that is scanned within a part; `canonicalJson` accepts it too. */
const MAX_DEPTH = 90;
/** Every integer of up to so many digits is exact as a number of JavaScript. */
const MAX_EXACT_INTEGER_DIGITS = 15;

/** 32 bytes in base64, with quotation marks. */
const QUOTED_SALT_LENGTH = 46;

/** A member of an object: where its key and its value begin, and its value ends. */
interface JsonMember {
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

class PayloadScanner {
  /** The index of the next character to scan. */
  #at = 0;
  /** The member with the wanted key in the object that was scanned last; null if it has none. */
  #found: JsonMember | null = null;

  constructor(private readonly text: string) {}

  scan(): PayloadTexts | null {
    const { text } = this;
    if (!this.#skip('{"commitment":')) return null;
    const commitment = this.#commitment();
    if (commitment === undefined || !this.#skip(',"data":')) return null;
    const data = this.#part('');
    if (data === null || !this.#skip(',"meta":')) return null;
    const meta = this.#part('schemaVersion');
    const version = this.#found;
    if (meta === null || version === null || !this.#skip(',"personal":')) return null;
    const start = this.#at;
    const stored = text.startsWith('null', start) ? '' : this.#part('salt');
    if (stored === null) return null;
    const personal = stored === '' ? null : this.#withoutSalt(start, stored);
    if (personal === undefined) return null;
    if (personal === null) this.#at += 'null'.length;
    if (!this.#skip('}') || this.#at !== text.length) return null;
    const schemaVersion = Number(text.slice(version.valueStart, version.valueEnd));
    return Number.isInteger(schemaVersion) ? { commitment, data, meta, schemaVersion, personal } : null;
  }

  /** Scans the commitment; undefined unless it is null or a string without escapes. */
  #commitment(): string | null | undefined {
    if (this.#skip('null')) return null;
    const start = this.#at + 1;
    return this.#string(false) ? this.text.slice(start, this.#at - 1) : undefined;
  }

  /** The texts of a personal part with and without its salt; undefined if the salt is missing, of another length or has escapes. */
  #withoutSalt(start: number, stored: string): PersonalTexts | undefined {
    const { text } = this;
    if (this.#found === null) return undefined;
    const { keyStart, valueStart, valueEnd } = this.#found;
    if (valueEnd - valueStart !== QUOTED_SALT_LENGTH || text.charCodeAt(valueStart) !== QUOTE) return undefined;
    // One comma beside the salt is cut out too. If there is none, the salt is the only field.
    const [from, to] =
      text.charCodeAt(valueEnd) === COMMA
        ? [keyStart, valueEnd + 1]
        : [keyStart - (keyStart > start + 1 ? 1 : 0), valueEnd];
    const covered = text.slice(start, from) + text.slice(to, this.#at);
    const salt = text.slice(valueStart + 1, valueEnd - 1);
    return salt.includes('\\') ? undefined : { stored, covered, salt };
  }

  /** Scans an object and returns its text; null if there is no canonical object. `#found` becomes its member with the key `wanted`. */
  #part(wanted: string): string | null {
    const start = this.#at;
    this.#found = null;
    return this.text.charCodeAt(start) === OPEN_OBJECT && this.#object(0, wanted)
      ? this.text.slice(start, this.#at)
      : null;
  }

  #skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Moves past one value; false if it is not canonical, or of a rare form (see `slicePayload`). */
  #value(depth: number): boolean {
    const first = this.text.charCodeAt(this.#at);
    if (first === QUOTE) return this.#string(true);
    if (first === OPEN_OBJECT) return depth < MAX_DEPTH && this.#object(depth, null);
    if (first === OPEN_ARRAY) return depth < MAX_DEPTH && this.#array(depth);
    if (first === MINUS || isDigit(first)) return this.#integer();
    return this.#skip('true') || this.#skip('false') || this.#skip('null');
  }

  #array(depth: number): boolean {
    this.#at += 1;
    if (this.text.charCodeAt(this.#at) !== CLOSE_ARRAY)
      do if (!this.#value(depth + 1)) return false;
      while (this.#isComma());
    return this.text.charCodeAt(this.#at++) === CLOSE_ARRAY;
  }

  #object(depth: number, wanted: string | null): boolean {
    const { text } = this;
    this.#at += 1;
    if (text.charCodeAt(this.#at) === CLOSE_OBJECT) return ++this.#at > 0;
    let [earlier, earlierEnd] = [0, 0];
    do {
      const keyStart = this.#at;
      if (text.charCodeAt(keyStart) !== QUOTE || !this.#string(false)) return false;
      const end = this.#at;
      if (earlierEnd > 0 && !this.#isBefore(earlier, earlierEnd, keyStart, end)) return false;
      [earlier, earlierEnd] = [keyStart, end];
      if (text.charCodeAt(this.#at++) !== COLON || !this.#value(depth + 1)) return false;
      if (wanted !== null && end - keyStart === wanted.length + 2 && text.startsWith(wanted, keyStart + 1))
        this.#found = { keyStart, valueStart: end + 1, valueEnd: this.#at };
    } while (this.#isComma());
    return text.charCodeAt(this.#at++) === CLOSE_OBJECT;
  }

  #isComma(): boolean {
    if (this.text.charCodeAt(this.#at) !== COMMA) return false;
    this.#at += 1;
    return true;
  }

  /** Whether one key is before another in the order of UTF-16 code units; both with their quotation marks. */
  #isBefore(first: number, firstEnd: number, second: number, secondEnd: number): boolean {
    const { text } = this;
    let [a, b] = [first + 1, second + 1];
    for (; a < firstEnd - 1 && b < secondEnd - 1; a += 1, b += 1) {
      const difference = text.charCodeAt(a) - text.charCodeAt(b);
      if (difference !== 0) return difference < 0;
    }
    return firstEnd - first < secondEnd - second;
  }

  /** Moves past a string; false if it is not canonical. `escapes`: whether it may have escaped characters. */
  #string(escapes: boolean): boolean {
    const { text } = this;
    const start = this.#at;
    if (text.charCodeAt(start) !== QUOTE) return false;
    let isPlain = true;
    for (let at = start + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return isPlain || (escapes && isCanonicalString(text.slice(start, at + 1)));
      }
      if (code < 0x20) return false;
      if (code === BACKSLASH) {
        isPlain = false;
        at += 1;
      } else if (code >= FIRST_SURROGATE && code <= LAST_SURROGATE) isPlain = false;
    }
    return false;
  }

  #integer(): boolean {
    const { text } = this;
    const start = text.charCodeAt(this.#at) === MINUS ? this.#at + 1 : this.#at;
    let end = start;
    while (isDigit(text.charCodeAt(end))) end += 1;
    const [first, next, digits] = [text.charCodeAt(start), text.charCodeAt(end), end - start];
    if (digits === 0 || digits > MAX_EXACT_INTEGER_DIGITS || (first === ZERO && (digits > 1 || start > this.#at)))
      return false;
    this.#at = end;
    return next === COMMA || next === CLOSE_OBJECT || next === CLOSE_ARRAY;
  }
}

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

const isCanonicalString = (token: string): boolean => {
  try {
    return JSON.stringify(JSON.parse(token)) === token;
  } catch {
    return false;
  }
};
