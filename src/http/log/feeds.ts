/**
 * Open feeds: sends each reader the events after its position, as the read models apply them (server-sent events).
 *
 * Feeds must not slow down other requests, and one slow reader must not slow down the others. All readers are served in rounds:
 * each gets its next page, and readers with the same position and filter share one query and one serialisation. While the process is
 * busy, each round is followed by a pause, so long that rounds take FEED_SHARE of the time, but never longer than MAX_PAUSE_MS. A reader that falls behind gets its events
 * from the read models' file, so it costs no more memory than one that keeps up.
 */
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Feed, FeedPage } from '../../read-models/history/follow-log.query.js';
import { clientKeyOf } from '../client.js';
import { errorTraceOf } from '../faults.js';
import { HttpResponse, problemResponse, RETRY_AFTER } from '../http-response.js';
import { onResponseEnd } from '../response-end.js';

export interface FeedLimits {
  /** Open feeds, in total. */
  readonly maxFeeds: number;
  /** Open feeds per client. */
  readonly maxFeedsPerClient: number;
  /** Unsent bytes at which a reader gets no further page. A page is sent whole, so the buffer may exceed it. */
  readonly bufferBytes: number;
  /** Milliseconds between the SSE comments that keep the connection alive. */
  readonly heartbeatMs: number;
  /** Heartbeats without progress after which a reader is disconnected. */
  readonly maxStalledHeartbeats: number;
}
export const FEED_LIMITS: FeedLimits = {
  maxFeeds: 256,
  maxFeedsPerClient: 32,
  bufferBytes: 1024 * 1024,
  heartbeatMs: 15_000,
  maxStalledHeartbeats: 4,
};

/** Milliseconds that an EventSource is told to wait before it reconnects, once it is disconnected. */
export const RECONNECT_MS = 2_000;

/**
 * The feed for a reader whose position is beyond the end of the log: a single event with id 0, after which EventSource
 * reconnects from the first event. Any status but 200 would make EventSource give up.
 */
export const resetFeedResponse = (): HttpResponse => {
  const { body } = problemResponse('POSITION.BEYOND_LOG');
  const text = `retry: ${RECONNECT_MS}\n\nid: 0\nevent: reset\ndata: ${JSON.stringify(body)}\n\n`;
  return new HttpResponse(200, FEED_HEADERS, Readable.from([text], { objectMode: false }));
};

/** Whether the Accept header names server-sent events, as that of EventSource does. */
export const acceptsFeed = ({ headers }: FastifyRequest): boolean =>
  /(^|[\s,])text\/event-stream\b/i.test(headers.accept ?? '');

/** The shortest pause between rounds, in milliseconds. */
const MIN_PAUSE_MS = 5;
/**
 * The longest pause between rounds, in milliseconds. A pause is computed from the time that the round before it took by the clock, which is
 * long where other processes keep the processor busy: without this bound, readers would then wait for many seconds.
 */
const MAX_PAUSE_MS = 500;
/** The share of its time that a busy process gives to rounds; a larger one where the pause for it would exceed MAX_PAUSE_MS. */
const FEED_SHARE = 1 / 100;

const FEED_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // The connection is closed after the feed, not reused.
  connection: 'close',
  // Tells nginx not to buffer.
  'x-accel-buffering': 'no',
} as const;

interface ConnectedReader {
  readonly clientKey: string;
  readonly feed: Feed;
  /** Equal for readers with the same filter. */
  readonly filterKey: string;
  readonly response: FastifyReply['raw'];
  readonly log: FastifyRequest['log'];
  position: number;
  /** Has reached the end of the log once; from then on a full buffer disconnects it. */
  hasCaughtUp: boolean;
  /** There were more events than fitted in its last page. */
  hasMore: boolean;
  /** Bytes written to the response so far, sent or still buffered. */
  bytesWritten: number;
  /** Bytes that had left the buffer at the last heartbeat. */
  bytesSentAtHeartbeat: number;
  /** Consecutive heartbeats at which bytes were buffered and none had left the buffer since the heartbeat before. */
  heartbeatsWithoutBytesSent: number;
}

interface SerialisedPage extends Omit<FeedPage, 'events'> {
  readonly bytes: Buffer;
}

export class Feeds implements BeforeApplicationShutdown {
  private readonly readers = new Set<ConnectedReader>();
  private readonly heartbeat: NodeJS.Timeout;
  private nextRound: NodeJS.Timeout | null = null;
  private pauseUntil = 0;
  private utilizationAtLastRound = performance.eventLoopUtilization();
  private stopping = false;

  /** `onError` is called with the error that disconnects a reader. */
  constructor(
    private readonly limits: FeedLimits,
    private readonly onError: (error: unknown) => void,
  ) {
    this.heartbeat = setInterval(() => this.onHeartbeat(), limits.heartbeatMs).unref();
  }

  /**
   * Sends a feed of the events after a position; takes over the reply and returns null. Returns a response instead if a limit is
   * reached, or for HEAD. Readers with an equal `filter` share pages.
   */
  open(request: FastifyRequest, reply: FastifyReply, feed: Feed, filter: object, after: number): HttpResponse | null {
    if (this.stopping || this.readers.size >= this.limits.maxFeeds)
      return problemResponse('FEEDS.FULL', {}, RETRY_AFTER);
    const clientKey = clientKeyOf(request);
    if (this.countFeedsOf(clientKey) >= this.limits.maxFeedsPerClient)
      return problemResponse('CLIENT.FEEDS_FULL', {}, RETRY_AFTER);
    if (request.method === 'HEAD') return new HttpResponse(200, FEED_HEADERS, Readable.from([]));
    reply.hijack();
    const out = reply.raw;
    if (out.destroyed) return null;
    const progress = {
      position: after,
      hasCaughtUp: false,
      hasMore: true,
      bytesWritten: 0,
      bytesSentAtHeartbeat: 0,
      heartbeatsWithoutBytesSent: 0,
    };
    const reader: ConnectedReader = {
      clientKey,
      feed,
      filterKey: JSON.stringify(filter),
      response: out,
      log: request.log,
      ...progress,
    };
    const unsubscribe = feed.onMore(() => this.scheduleRound());
    out.on('drain', () => this.scheduleRound());
    onResponseEnd(request, reply, () => {
      unsubscribe();
      this.readers.delete(reader);
    });
    // Utilization counts from the first reader on: before, the process may have been starting, which made the first pause long.
    if (this.readers.size === 0) this.utilizationAtLastRound = performance.eventLoopUtilization();
    this.readers.add(reader);
    out.writeHead(200, { ...reply.getHeaders(), ...FEED_HEADERS } as Record<string, string>);
    this.write(reader, Buffer.from(`retry: ${RECONNECT_MS}\n\n`));
    this.scheduleRound();
    return null;
  }

  private countFeedsOf(clientKey: string): number {
    return [...this.readers].filter((reader) => reader.clientKey === clientKey).length;
  }

  /** Ends every feed, because the server's close waits for open responses. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
    clearInterval(this.heartbeat);
    if (this.nextRound !== null) clearTimeout(this.nextRound);
    for (const { response } of this.readers) {
      response.end();
      if (response.writableLength > 0) response.destroy();
    }
  }

  /** Schedules a round for the end of the pause, unless one is scheduled. */
  private scheduleRound(): void {
    if (this.nextRound !== null || this.stopping || this.readers.size === 0) return;
    this.nextRound = setTimeout(() => this.runRound(), Math.max(0, this.pauseUntil - performance.now()));
  }

  private runRound(): void {
    const startedAt = performance.now();
    // The share of time since the last round in which the event loop was busy with other work.
    const { utilization } = performance.eventLoopUtilization(this.utilizationAtLastRound);
    const pages = new Map<string, SerialisedPage>();
    const texts = new Map<number, string>();
    for (const reader of this.readers) {
      try {
        this.sendNextPage(reader, pages, texts);
      } catch (error) {
        reader.log.error(errorTraceOf(error), 'fault');
        this.onError(error);
        this.disconnect(reader);
      }
    }
    // Sockets are written to at the end of this turn, which is most of the work, so the time is taken after that.
    process.nextTick(() => this.pause((performance.now() - startedAt) * (1 / FEED_SHARE - 1) * utilization));
  }

  private pause(ms: number): void {
    this.pauseUntil = performance.now() + Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, ms));
    this.utilizationAtLastRound = performance.eventLoopUtilization();
    this.nextRound = null;
    if ([...this.readers].some((reader) => reader.hasMore && this.hasBufferSpace(reader))) this.scheduleRound();
  }

  /** `pages` holds the pages of this round by position and filter. */
  private sendNextPage(reader: ConnectedReader, pages: Map<string, SerialisedPage>, texts: Map<number, string>): void {
    if (!this.hasBufferSpace(reader)) {
      if (reader.hasCaughtUp) this.dropSlow(reader);
      return;
    }
    const key = `${reader.position} ${reader.filterKey}`;
    const page = pages.get(key) ?? serialisePage(reader.feed.page(reader.position), texts);
    pages.set(key, page);
    reader.position = page.endPosition;
    reader.hasMore = !page.caughtUp;
    reader.hasCaughtUp ||= page.caughtUp;
    if (page.bytes.length > 0) this.write(reader, page.bytes);
  }

  private hasBufferSpace({ response }: ConnectedReader): boolean {
    return response.writableLength < this.limits.bufferBytes;
  }

  private write(reader: ConnectedReader, bytes: Buffer): void {
    reader.response.write(bytes);
    reader.bytesWritten += bytes.length;
  }

  /** The reader loses nothing: it reconnects with the id of the last event that it received whole. */
  private dropSlow(reader: ConnectedReader): void {
    reader.log.warn({ waiting: reader.response.writableLength }, 'feed dropped');
    this.disconnect(reader);
  }

  private disconnect(reader: ConnectedReader): void {
    this.readers.delete(reader);
    reader.response.destroy();
  }

  private onHeartbeat(): void {
    for (const reader of this.readers) {
      const unsent = reader.response.writableLength;
      const sent = reader.bytesWritten - unsent;
      reader.heartbeatsWithoutBytesSent =
        unsent > 0 && sent <= reader.bytesSentAtHeartbeat ? reader.heartbeatsWithoutBytesSent + 1 : 0;
      reader.bytesSentAtHeartbeat = sent;
      if (reader.heartbeatsWithoutBytesSent >= this.limits.maxStalledHeartbeats) this.dropSlow(reader);
      else if (unsent === 0) this.write(reader, HEARTBEAT);
    }
  }
}

const HEARTBEAT = Buffer.from(':\n\n');

/** `texts` caches the serialised events of this round by position, since pages of different filters overlap. */
const serialisePage = ({ events, endPosition, caughtUp }: FeedPage, texts: Map<number, string>): SerialisedPage => {
  const parts = events.map((event) => {
    const text = texts.get(event.position) ?? `id: ${event.position}\ndata: ${JSON.stringify(event)}\n\n`;
    texts.set(event.position, text);
    return text;
  });
  return { bytes: Buffer.from(parts.join('')), endPosition, caughtUp };
};
