/**
 * Splits NDJSON from request bodies, exported logs and event files. Lines end in LF or CRLF. A byte order mark is dropped; blank
 * lines are skipped but counted, so that line numbers match those of an editor.
 */

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** The line without its end. Null if it is longer than `maxBytes`; reading stops there. */
  readonly bytes: Buffer | null;
}

const [LF, CR, SPACE, TAB] = [0x0a, 0x0d, 0x20, 0x09];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Bytes of a line that are dropped: a byte order mark and a CR. */
const MAX_DROPPED_BYTES = BYTE_ORDER_MARK.length + 1;

/** Splits a stream of chunks into lines, buffering at most about `maxBytes` of an unfinished line. */
export class LineReader {
  #rest: Buffer = Buffer.alloc(0);
  #number = 0;
  #ended = false;

  constructor(private readonly maxBytes: number) {}

  /** Yields the non-blank lines that end in this chunk. */
  *read(chunk: Buffer): Generator<Line> {
    const buffered = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = buffered.indexOf(LF); end >= 0 && !this.#ended; end = buffered.indexOf(LF, start)) {
      yield* this.#line(buffered.subarray(start, end));
      start = end + 1;
    }
    this.#rest = buffered.subarray(start);
    if (!this.#ended && this.#rest.length > this.maxBytes + MAX_DROPPED_BYTES) yield* this.#line(this.#rest);
  }

  /** Yields the last line if it has no line end. */
  *end(): Generator<Line> {
    if (!this.#ended) yield* this.#line(this.#rest);
  }

  *#line(bytes: Buffer): Generator<Line> {
    this.#number += 1;
    const start =
      this.#number === 1 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
        ? BYTE_ORDER_MARK.length
        : 0;
    const line = bytes.subarray(start, bytes.at(-1) === CR ? -1 : undefined);
    if (line.length > this.maxBytes) {
      this.#ended = true;
      yield { number: this.#number, bytes: null };
    } else if (!isBlank(line)) yield { number: this.#number, bytes: line };
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte === SPACE || byte === TAB || byte === CR);
