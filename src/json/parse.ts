/** Strict JSON (RFC 8259): a repeated key in an object is an error, where JSON.parse silently keeps the last value. */

/** An object has a key twice; `pointer` (RFC 6901) leads to the second occurrence. */
export class RepeatedKeyError extends Error {
  override readonly name = 'RepeatedKey';
  constructor(readonly pointer: string) {
    super('a key stands twice in an object');
  }
}

/** Throws SyntaxError if the text is not JSON, and RepeatedKeyError. */
export const parseJson = (text: string): unknown => {
  const value = JSON.parse(text) as unknown;
  const pointer = findRepeatedKey(text);
  if (pointer !== null) throw new RepeatedKeyError(pointer);
  return value;
};

/** An object or array that the scan is inside of. */
interface Container {
  /** The keys so far; null for an array. */
  readonly keys: Set<string> | null;
  /** The current key or index. */
  position: string | number;
}

/** The characters at which the scan stops. */
const STRUCTURAL = /[{}[\]",]/g;

/**
 * The pointer to the first repeated key, or null. The text is valid JSON, so a string followed by a colon is a key. The scan is
 * iterative, so deeply nested input cannot overflow the stack.
 */
const findRepeatedKey = (text: string): string | null => {
  const containers: Container[] = [];
  STRUCTURAL.lastIndex = 0;
  for (let match = STRUCTURAL.exec(text); match !== null; match = STRUCTURAL.exec(text)) {
    const inner = containers.at(-1);
    switch (match[0]) {
      case '{':
        containers.push({ keys: new Set(), position: '' });
        break;
      case '[':
        containers.push({ keys: null, position: 0 });
        break;
      case '}':
      case ']':
        containers.pop();
        break;
      case ',':
        if (typeof inner?.position === 'number') inner.position += 1;
        break;
      default: {
        const end = endOfString(text, match.index);
        STRUCTURAL.lastIndex = end;
        if (inner === undefined || inner.keys === null || !colonFollows(text, end)) break;
        inner.position = decodeKey(text, match.index, end);
        if (inner.keys.has(inner.position)) return pointerOf(containers);
        inner.keys.add(inner.position);
      }
    }
  }
  return null;
};

/** The index after the string that begins at `start`; a quote after an odd number of backslashes is escaped. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
};

const [BACKSLASH, COLON, SPACE] = [0x5c, 0x3a, 0x20];

const colonFollows = (text: string, from: number): boolean => {
  let index = from;
  while (text.charCodeAt(index) <= SPACE) index += 1;
  return text.charCodeAt(index) === COLON;
};

/** Decodes a key, so that `"\u0061"` equals `a`. */
const decodeKey = (text: string, start: number, end: number): string => {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
};

/** Keys come from the client; longer ones are cut off in the pointer. */
const MAX_POINTER_KEY_LENGTH = 200;

const pointerOf = (containers: readonly Container[]): string =>
  containers
    .map(
      ({ position }) =>
        `/${String(position).slice(0, MAX_POINTER_KEY_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
    .join('');
