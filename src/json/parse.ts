/**
 * JSON (RFC 8259), strictly: a key that stands twice in an object is refused, where JSON.parse would keep the last value and say
 * nothing of the others.
 */

/** A key stands twice in one object; `pointer` (RFC 6901) leads to its second place. */
export class RepeatedKeyError extends Error {
  override readonly name = 'RepeatedKey';
  constructor(readonly pointer: string) {
    super('a key stands twice in an object');
  }
}

/** The value of a text. Throws SyntaxError for what is no JSON, and RepeatedKey. */
export const parseJson = (text: string): unknown => {
  const value = JSON.parse(text) as unknown;
  const pointer = repeatedKey(text);
  if (pointer !== null) throw new RepeatedKeyError(pointer);
  return value;
};

/** An object or array that is open at a place of a text: the keys met so far, null for an array; and where in it we are. */
interface Open {
  readonly keys: Set<string> | null;
  at: string | number;
}

/** What matters to the scan: beginnings and ends of objects, arrays and strings, and commas. */
const NEXT = /[{}[\]",]/g;

/**
 * The pointer to the first key that its object has already, null where there is none. The text is valid JSON, so that a string
 * behind which a colon stands is a key. Looks from one structural character to the next, without recursion: depth costs memory alone.
 */
const repeatedKey = (text: string): string | null => {
  const open: Open[] = [];
  NEXT.lastIndex = 0;
  for (let match = NEXT.exec(text); match !== null; match = NEXT.exec(text)) {
    const inner = open.at(-1);
    switch (match[0]) {
      case '{':
        open.push({ keys: new Set(), at: '' });
        break;
      case '[':
        open.push({ keys: null, at: 0 });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (typeof inner?.at === 'number') inner.at += 1;
        break;
      default: {
        const end = endOfString(text, match.index);
        NEXT.lastIndex = end;
        if (inner === undefined || inner.keys === null || !colonFollows(text, end)) break;
        inner.at = keyIn(text, match.index, end);
        if (inner.keys.has(inner.at)) return pointerOf(open);
        inner.keys.add(inner.at);
      }
    }
  }
  return null;
};

/** The place behind a string that begins at `start`: behind the next quote that no odd run of backslashes escapes. */
const endOfString = (text: string, start: number): number => {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
  }
};

const [BACKSLASH, COLON, SPACE] = [0x5c, 0x3a, 0x20];

const colonFollows = (text: string, from: number): boolean => {
  let at = from;
  while (text.charCodeAt(at) <= SPACE) at += 1;
  return text.charCodeAt(at) === COLON;
};

/** A key as it reads: `"\u0061"` is `a`. */
const keyIn = (text: string, start: number, end: number): string => {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
};

/** Of keys that others chose, so much. */
const SHOWN = 200;

const pointerOf = (open: readonly Open[]): string =>
  open.map(({ at }) => `/${String(at).slice(0, SHOWN).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
