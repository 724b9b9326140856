/** Questions to the register as a whole: its history, its log, its counts. */
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { Query } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { BeyondLog, Counts, ReadLog, FollowLog, History, Movements, type LoggedEvent } from '../read-models/queries.js';
import { readParameters } from '../schema/read.js';
import { errorsIn, problem, send, type Answer } from './answer.js';
import { Feeds, resetFeed, takesFeed } from './feeds.js';
import { Answers, Operation } from './operation.js';
import {
  CountsQuery,
  EventsQuery,
  EXIT_REASON,
  FeedHeaders,
  FeedQuery,
  filtersOf,
  HistoryQuery,
  pick,
  RowsHeaders,
} from './parameters.js';
import { Reads } from './reads.js';
import { Rows } from './rows.js';

@Controller('v1')
export class RegisterController {
  constructor(
    private readonly reads: Reads,
    private readonly feeds: Feeds,
    private readonly rows: Rows,
  ) {}

  @Get('history')
  @Operation({
    summary: 'Who recorded what, of every case, list and instrument, in order.',
    tag: 'register',
    parameters: HistoryQuery,
    answer: Answers.page('HistoryPage'),
  })
  async history(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      HistoryQuery,
      ({ type, ...q }) => new History({ ...(type === undefined ? {} : { types: type }), ...q }),
    );
    await send(reply, answer);
  }

  @Get('counts')
  @Operation({
    summary: 'People of a list on a day, by one property; or who left between two days, by reason.',
    tag: 'register',
    parameters: CountsQuery,
    answer: Answers.one('Counts'),
  })
  async counts(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(request, CountsQuery, questionOf, (result) => ({
      status: 200,
      body: 'groups' in result ? result : exitsOf(result),
    }));
    await send(reply, answer);
  }

  @Post('events')
  @Operation({
    summary: 'Report many events about cases at once, each answered for itself, in order.',
    tag: 'cases',
    headers: RowsHeaders,
    body: 'Rows',
    line: 'Row',
    answer: Answers.one('RowAnswers'),
  })
  async report(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await send(reply, await this.rows.record(request));
  }

  @Get('events')
  @Operation({
    summary: 'The log from a position, one event a line, for replay.',
    tag: 'register',
    parameters: EventsQuery,
    answer: Answers.lines('LoggedEvent'),
  })
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.reads.ask(
      request,
      EventsQuery,
      ({ type, ...q }) => new ReadLog({ ...(type === undefined ? {} : { types: type }), ...q }),
      (batches) => ({ status: 200, stream: Readable.from(linesOf(batches), { objectMode: false }) }),
    );
    await send(reply, answer);
  }

  @Get('feed')
  @Operation({
    summary: 'The log from a position and as it goes on, as server-sent events.',
    tag: 'register',
    parameters: FeedQuery,
    headers: FeedHeaders,
    answer: Answers.feed('Feed'),
  })
  async feed(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.answerFeed(request, reply);
    if (answer !== null) await send(reply, answer);
  }

  private async answerFeed(request: FastifyRequest, reply: FastifyReply): Promise<Answer | null> {
    const headers = readParameters(FeedHeaders, pick(request.headers as FeedHeaderTexts, ['last-event-id']));
    if ('errors' in headers) return problem('REQUEST.INVALID', { errors: errorsIn('header', headers.errors) });
    const askOf = ({ type, list, after }: FeedQuery): FollowLog['parameters'] => ({
      ...(type === undefined ? {} : { types: type }),
      ...(list === undefined ? {} : { list }),
      after: headers.value['last-event-id'] ?? after,
    });
    const feed = this.reads.ask(
      request,
      FeedQuery,
      (q) => new FollowLog(askOf(q)),
      (feed, q) => {
        const { after, ...asks } = askOf(q);
        return this.feeds.open(request, reply, feed, asks, after);
      },
    );
    return feed.catch((error: unknown) => {
      if (error instanceof BeyondLog && takesFeed(request)) return resetFeed(request);
      throw error;
    });
  }
}

/** The rules of the parameters let both days through with `by=exit-reason`, and neither with anything else. */
const questionOf = (q: CountsQuery): Query<ResultOf<Counts> | ResultOf<Movements>> =>
  q.by === EXIT_REASON
    ? new Movements(q.list, {
        from: String(q.from),
        to: String(q.to),
        limit: 0,
        ...pick(q, ['category', 'set', 'atLeast']),
      })
    : new Counts(q.list, { by: q.by, filters: filtersOf(q), ...pick(q, ['asOf', 'atLeast']) });

type FeedHeaderTexts = Partial<Record<'last-event-id', string>>;

/** Of the movements only how many exits there were, by reason. */
const exitsOf = ({ list, from, to, set, position, totals, leftByReason }: Moved): object => ({
  list,
  by: EXIT_REASON,
  from,
  to,
  set,
  position,
  total: totals.left,
  groups: leftByReason.map(({ reason, count }) => ({ key: reason, count })),
});
type Moved = NonNullable<ResultOf<Movements>>;
type ResultOf<Q> = Q extends Query<infer R> ? R : never;

/** Batches as text, an event a line; the next batch is asked for when this one has gone out. */
async function* linesOf(batches: AsyncIterable<readonly LoggedEvent[]>): AsyncGenerator<string> {
  for await (const batch of batches) yield batch.map((event) => `${JSON.stringify(event)}\n`).join('');
}
