/**
 * Open feeds: readers who are sent events as the read models take them in (server-sent events).
 *
 * Nobody waits for a reader, and feeds give way to all else. In a round each reader gets the next page after its
 * position, if there is one; what readers at one place ask for alike is read and written out once for all of them. While
 * the process is busy, the feeds rest after a round, so that they have a SHARE of the time at most. Where events come
 * faster, readers fall behind, and get what they missed afterwards: a reader is a position in a file, which costs the
 * same wherever it is.
 */
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Feed, FeedPage } from '../read-models/queries.js';
import { problem, RETRY, type Answer } from './answer.js';
import { clientOf } from './client.js';
import { traceOf } from './faults.js';

export interface FeedLimits {
  /** Open at once, in all and for each client. */
  readonly open: number;
  readonly each: number;
  /** Bytes in memory for one reader with which it is full; an event is sent whole, and may go beyond. */
  readonly buffer: number;
  /** Milliseconds between comments that show that the connection lives. */
  readonly heartbeat: number;
  /** Comments that come due before a reader who takes nothing of what waits for it is dropped. */
  readonly patience: number;
}
export const FEED_LIMITS: FeedLimits = {
  open: 256,
  each: 32,
  buffer: 1024 * 1024,
  heartbeat: 15_000,
  patience: 4,
};

/** Milliseconds after which a reader who was cut off is to come back. */
export const COME_BACK = 2_000;
/**
 * The answer to a reader who goes on from beyond the log. A browser gives up for good on any other status than 200, and would
 * go on from the same place after an end; this makes it come back for the first event.
 */
export const resetFeed = (request: FastifyRequest): Answer => {
  if (request.method === 'HEAD') return { status: 200, headers: HEADERS };
  const { body } = problem('POSITION.BEYOND_LOG');
  const text = `retry: ${COME_BACK}\n\nid: 0\nevent: reset\ndata: ${JSON.stringify(body)}\n\n`;
  return { status: 200, headers: HEADERS, stream: Readable.from([text], { objectMode: false }) };
};

/** Whether a request names server-sent events as what it takes, as a browser's EventSource does. */
export const takesFeed = ({ headers }: FastifyRequest): boolean =>
  /(^|[\s,])text\/event-stream\b/i.test(headers.accept ?? '');

/** Milliseconds at least from one round to the next, and the share of a busy process's time that rounds may take. */
const REST = 5;
const SHARE = 1 / 100;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // A feed ends with its connection.
  connection: 'close',
  // Proxies are to pass on each event at once.
  'x-accel-buffering': 'no',
} as const;

interface Reader {
  readonly client: string;
  readonly feed: Feed;
  /** The same for readers who ask for the same. */
  readonly asks: string;
  readonly out: FastifyReply['raw'];
  readonly log: FastifyRequest['log'];
  position: number;
  /** Whether it has had everything there was; from then on it has to keep up. */
  live: boolean;
  /** Whether there was more than the page it got. */
  more: boolean;
  /** Bytes sent and taken, and for how many heartbeats the second has not grown while something waited. */
  sent: number;
  taken: number;
  stalled: number;
}

/** A page as it is sent. */
interface Sent extends Omit<FeedPage, 'events'> {
  readonly bytes: Buffer;
}

export class Feeds implements BeforeApplicationShutdown {
  private readonly readers = new Set<Reader>();
  private readonly heart: NodeJS.Timeout;
  private round: NodeJS.Timeout | null = null;
  private restsUntil = 0;
  private lastRound = performance.eventLoopUtilization();
  private stopping = false;

  constructor(private readonly limits: FeedLimits = FEED_LIMITS) {
    this.heart = setInterval(() => this.beat(), limits.heartbeat).unref();
  }

  /** Answers a request with a feed after a position, and null; or says why not. */
  open(request: FastifyRequest, reply: FastifyReply, feed: Feed, asks: object, after: number): Answer | null {
    if (this.stopping || this.readers.size >= this.limits.open) return problem('FEEDS.FULL', {}, RETRY);
    const client = clientOf(request);
    if (this.countOf(client) >= this.limits.each) return problem('CLIENT.FEEDS_FULL', {}, RETRY);
    if (request.method === 'HEAD') return { status: 200, headers: HEADERS };
    reply.hijack();
    const out = reply.raw;
    if (out.destroyed) return null;
    const progress = { position: after, live: false, more: true, sent: 0, taken: 0, stalled: 0 };
    const reader: Reader = { client, feed, asks: JSON.stringify(asks), out, log: request.log, ...progress };
    const ignore = feed.onMore(() => this.wake());
    out.on('drain', () => this.wake());
    out.on('close', () => {
      ignore();
      this.readers.delete(reader);
    });
    this.readers.add(reader);
    out.writeHead(200, { ...reply.getHeaders(), ...HEADERS } as Record<string, string>);
    this.send(reader, Buffer.from(`retry: ${COME_BACK}\n\n`));
    this.wake();
    return null;
  }

  private countOf(client: string): number {
    return [...this.readers].filter((reader) => reader.client === client).length;
  }

  /** Ends every feed: nobody is answered anything further, and an open feed would hold up the stopping. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    clearInterval(this.heart);
    if (this.round !== null) clearTimeout(this.round);
    for (const { out } of this.readers) {
      out.end();
      if (out.writableLength > 0) out.destroy();
    }
  }

  /** Sees to it that there is a round, once the feeds have rested. */
  private wake(): void {
    if (this.round !== null || this.stopping || this.readers.size === 0) return;
    this.round = setTimeout(() => this.deliver(), Math.max(0, this.restsUntil - performance.now()));
  }

  private deliver(): void {
    const began = performance.now();
    // How busy everything else has kept the process since the last round.
    const { utilization } = performance.eventLoopUtilization(this.lastRound);
    const pages = new Map<string, Sent>();
    const texts = new Map<number, string>();
    for (const reader of this.readers) {
      try {
        this.give(reader, pages, texts);
      } catch (error) {
        reader.log.error(traceOf(error), 'fault');
        this.cut(reader);
      }
    }
    // What was written goes out at the end of this turn: that is most of the work.
    process.nextTick(() => this.rest((performance.now() - began) * (1 / SHARE - 1) * utilization));
  }

  private rest(due: number): void {
    this.restsUntil = performance.now() + Math.max(REST, due);
    this.lastRound = performance.eventLoopUtilization();
    this.round = null;
    if ([...this.readers].some((reader) => reader.more && this.hasRoom(reader))) this.wake();
  }

  /** The next page to a reader who has room for it. One who was to keep up and has not is dropped. */
  private give(reader: Reader, pages: Map<string, Sent>, texts: Map<number, string>): void {
    if (!this.hasRoom(reader)) {
      if (reader.live) this.drop(reader);
      return;
    }
    const place = `${reader.position} ${reader.asks}`;
    const page = pages.get(place) ?? written(reader.feed.page(reader.position), texts);
    pages.set(place, page);
    reader.position = page.through;
    reader.more = !page.caughtUp;
    reader.live ||= page.caughtUp;
    if (page.bytes.length > 0) this.send(reader, page.bytes);
  }

  private hasRoom({ out }: Reader): boolean {
    return out.writableLength < this.limits.buffer;
  }

  private send(reader: Reader, bytes: Buffer): void {
    reader.out.write(bytes);
    reader.sent += bytes.length;
  }

  /** The connection is cut where it stands: the reader comes back with the id of the last event that it has. */
  private drop(reader: Reader): void {
    reader.log.warn({ waiting: reader.out.writableLength }, 'feed dropped');
    this.cut(reader);
  }

  private cut(reader: Reader): void {
    this.readers.delete(reader);
    reader.out.destroy();
  }

  private beat(): void {
    for (const reader of this.readers) {
      const waiting = reader.out.writableLength;
      const taken = reader.sent - waiting;
      reader.stalled = waiting > 0 && taken <= reader.taken ? reader.stalled + 1 : 0;
      reader.taken = taken;
      if (reader.stalled >= this.limits.patience) this.drop(reader);
      else if (waiting === 0) this.send(reader, HEARTBEAT);
    }
  }
}

const HEARTBEAT = Buffer.from(':\n\n');

/** `texts` has each event of the round as it is written, by its position. */
const written = ({ events, through, caughtUp }: FeedPage, texts: Map<number, string>): Sent => {
  const parts = events.map((event) => {
    const text = texts.get(event.position) ?? `id: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`;
    texts.set(event.position, text);
    return text;
  });
  return { bytes: Buffer.from(parts.join('')), through, caughtUp };
};
