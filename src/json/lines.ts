/**
 * Lines of JSON (NDJSON), wherever they come from: a body, an exported log, a file of events. Lines end in LF or CRLF; a byte order
 * mark at the beginning and blank lines are passed over, and counted, so that numbers are those of an editor.
 */

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its end. Null where it is longer than a line may be; nothing behind it is read. */
  readonly bytes: Buffer | null;
}

const [LF, CR, SPACE, TAB] = [0x0a, 0x0d, 0x20, 0x09];
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts bytes into lines as they come, holding the line under way and no more than `maxBytes` of it. */
export class LineReader {
  #rest: Buffer = Buffer.alloc(0);
  #number = 0;
  #ended = false;

  constructor(private readonly maxBytes: number) {}

  /** The lines that end in these bytes, blank ones left out. */
  *read(bytes: Buffer): Generator<Line> {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let begin = 0;
    for (let end = all.indexOf(LF); end >= 0 && !this.#ended; end = all.indexOf(LF, begin)) {
      yield* this.#line(all.subarray(begin, end));
      begin = end + 1;
    }
    this.#rest = all.subarray(begin);
    if (!this.#ended && this.#rest.length > this.maxBytes + MARK.length) yield* this.#line(this.#rest);
  }

  /** The line behind the last line end, if there is one. */
  *end(): Generator<Line> {
    if (!this.#ended) yield* this.#line(this.#rest);
  }

  *#line(bytes: Buffer): Generator<Line> {
    this.#number += 1;
    const begins = this.#number === 1 && bytes.subarray(0, MARK.length).equals(MARK) ? MARK.length : 0;
    const line = bytes.subarray(begins, bytes.at(-1) === CR ? -1 : undefined);
    if (line.length > this.maxBytes) {
      this.#ended = true;
      yield { number: this.#number, bytes: null };
    } else if (!isBlank(line)) yield { number: this.#number, bytes: line };
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte === SPACE || byte === TAB || byte === CR);
