/** Generates the table of limits in docs/operations.md from the constants. */
import { maxHeaderSize } from 'node:http';
import { MAX_EVENTS_PER_STREAM } from '../src/commands/streams.js';
import { MAX_MERGED_CASES } from '../src/domain/case/merging.js';
import { MAX_QUEUED_PER_STREAM, STREAM_QUEUE_TIMEOUT_MS } from '../src/commands/stream-queue.js';
import { MAX_APPEND_BYTES } from '../src/event-store/port.js';
import { MAX_QUEUED_APPENDS, MAX_QUEUED_APPEND_BYTES } from '../src/event-store/request-checks.js';
import { ROWS_CHECKED_AT_OPENING } from '../src/event-store/sqlite/log-check.js';
import { BATCH_BODY_LIMIT, BODY_LIMIT } from '../src/http/body-parser.js';
import { FEED_LIMITS } from '../src/http/log/feeds.js';
import { HTTP_LIMITS } from '../src/http/limits.js';
import { MAX_RUNNING_JOBS } from '../src/jobs/durable-jobs.js';
import { MAX_ENDED_JOBS } from '../src/jobs/job-file.js';
import { MAX_QUEUED_ELIGIBILITY_QUESTIONS } from '../src/read-models/eligibility/eligible-cases.js';
import { MAX_WAIT_MS } from '../src/read-models/read-models.js';
import { MAX_EVENT_LINES } from '../src/register-files/event-file.js';
import { LIMITS } from '../src/schema/limits.js';
import { MAX_ROW_BYTES, MAX_ROWS } from '../src/register-files/csv.js';
import { MAX_UNPACKED_BYTES, MAX_WORKBOOK_BYTES } from '../src/register-files/xlsx.js';
import { requestProblems, type ProblemCode } from '../src/schema/problems.js';
import { MAX_CLOCK_BEHIND_MS } from '../src/watching/log-time.js';

const count = (n: number): string => n.toLocaleString('en');
const size = (bytes: number): string =>
  bytes >= 1_048_576 ? `${count(bytes / 1_048_576)} MiB` : `${count(bytes / 1_024)} KiB`;
const seconds = (ms: number): string => `${count(ms / 1_000)} s`;

/** Status and code; answers with 429 and 503 always have Retry-After. */
const answer = (code: ProblemCode): string => {
  const { status } = requestProblems[code];
  return `${status} \`${code}\`${status === 429 || status === 503 ? ', `Retry-After`' : ''}`;
};

const rows: readonly (readonly [what: string, bound: string, beyond: string])[] = [
  ['Body of a request', size(BODY_LIMIT), answer('BODY.TOO_LARGE')],
  ['Body of `POST /v1/events`, and of one that applies an act', size(BATCH_BODY_LIMIT), answer('BODY.TOO_LARGE')],
  ['Rows of `POST /v1/events`', count(LIMITS.rows), answer('ROWS.TOO_MANY')],
  ['Persons to whom an act is applied at once', count(LIMITS.persons), answer('REQUEST.INVALID')],
  ['Lines of a file of events', count(MAX_EVENT_LINES), '`FILE.TOO_LONG`'],
  [
    'Letters of a name or place, a note, a citation, a URL, a reference, an id that clients choose',
    [LIMITS.name, LIMITS.note, LIMITS.citation, LIMITS.url, LIMITS.reference, LIMITS.slug].map(count).join('; '),
    answer('REQUEST.INVALID'),
  ],
  [
    'Sources, names, references, articles, clauses, codes to acknowledge',
    [LIMITS.sources, LIMITS.names, LIMITS.references, LIMITS.articles, LIMITS.clauses, LIMITS.acknowledge]
      .map(count)
      .join('; '),
    answer('REQUEST.INVALID'),
  ],
  ['Values of one filter', count(LIMITS.alternatives), answer('REQUEST.INVALID')],
  ['Errors of a body or a row that are told', count(LIMITS.errors), 'the first ones'],
  ['Request line and headers together', size(maxHeaderSize), answer('REQUEST.HEADERS_TOO_LARGE')],
  ['Rows of a page', count(LIMITS.page), answer('REQUEST.INVALID')],
  [
    'Bytes of the rows of a page (history, editions, claims, lists, instruments), and of the amendments of an event',
    size(LIMITS.pageBytes),
    'it ends there; `next`, `amendmentsAfter`',
  ],
  ['Days on which eligibility is asked at once', count(LIMITS.askedDays), answer('REQUEST.INVALID')],
  ['Questions of eligibility that wait for others', count(MAX_QUEUED_ELIGIBILITY_QUESTIONS), answer('REGISTER.BUSY')],
  ['Contradicting claims that are named with a claim', count(LIMITS.conflicts), 'the first ones'],
  ['Days of a statistic over several days', count(LIMITS.seriesDays), answer('REQUEST.INVALID')],
  ['Numbers of one statistic', count(LIMITS.tableCells), answer('REQUEST.INVALID')],
  ['Groups of one count', count(LIMITS.groups), answer('REQUEST.INVALID')],
  ['Conditions of a clause', count(LIMITS.conditions), answer('REQUEST.INVALID')],
  ['Claims of a page', count(LIMITS.claims), answer('REQUEST.INVALID')],
  ['Movements of a page', count(LIMITS.movements), answer('REQUEST.INVALID')],
  ['Members of an edition', count(LIMITS.editionMembers), `${answer('EVENT.REFUSED')} with \`EDITION.TOO_LARGE\``],
  ['Pairs that one comparison of the register with itself keeps', count(LIMITS.duplicatePairs), 'it ends there'],
  ['Events of one case, list or instrument', count(MAX_EVENTS_PER_STREAM), answer('SUBJECT.FULL')],
  ['Cases merged into one', count(MAX_MERGED_CASES), `${answer('EVENT.REFUSED')} with \`CASE.MERGED_TOO_OFTEN\``],
  ['Events stored together', size(MAX_APPEND_BYTES), answer('EVENT.TOO_LARGE')],
  [
    'Writes that wait for the disk',
    `${count(MAX_QUEUED_APPENDS)}, ${size(MAX_QUEUED_APPEND_BYTES)}`,
    answer('REGISTER.BUSY'),
  ],
  [
    'Writes that wait for others to the same case, list or instrument',
    `${count(MAX_QUEUED_PER_STREAM)}, ${seconds(STREAM_QUEUE_TIMEOUT_MS)}`,
    answer('REGISTER.BUSY'),
  ],
  [
    'Events checked for gaps before the log is open',
    count(ROWS_CHECKED_AT_OPENING),
    'the rest is checked beside the service',
  ],
  ['Clock behind the last event', seconds(MAX_CLOCK_BEHIND_MS), answer('REGISTER.CLOCK_BEHIND')],
  ['Requests under way, health apart', count(HTTP_LIMITS.requests), answer('REGISTER.BUSY')],
  ['… of one client', count(HTTP_LIMITS.requestsPerClient), answer('CLIENT.BUSY')],
  ['Connections', count(HTTP_LIMITS.connections), 'the oldest that waits is closed'],
  ['… of one address', count(HTTP_LIMITS.connectionsPerAddress), 'its oldest that waits is closed'],
  ['… of a trusted proxy', count(HTTP_LIMITS.connectionsPerProxy), 'its oldest that waits is closed'],
  ['Time until the first byte of a connection', seconds(HTTP_LIMITS.firstByteMs), 'closed'],
  ['Time for the headers of a request to come in', seconds(HTTP_LIMITS.headersMs), answer('REQUEST.TIMEOUT')],
  ['Time for a request to come in', seconds(HTTP_LIMITS.requestMs), answer('REQUEST.TIMEOUT')],
  [
    `Time for each ${size(HTTP_LIMITS.bodyProgressBytes)} of a body, or the rest of it, to come in`,
    seconds(HTTP_LIMITS.bodyProgressMs),
    answer('REQUEST.TIMEOUT'),
  ],
  ['Bodies that are coming in', count(HTTP_LIMITS.bodies), `the oldest: ${answer('REQUEST.TIMEOUT')}`],
  ['… of one client', count(HTTP_LIMITS.bodiesPerClient), `its oldest: ${answer('REQUEST.TIMEOUT')}`],
  ['Bytes of bodies that are coming in', size(HTTP_LIMITS.bodyBytes), `the largest: ${answer('REQUEST.TIMEOUT')}`],
  [
    'Wrong tokens of one client',
    `${count(HTTP_LIMITS.wrongTokens)} in ${seconds(HTTP_LIMITS.wrongTokensWindowMs)}`,
    answer('AUTH.TOO_MANY_WRONG_TOKENS'),
  ],
  [
    'Clients whose wrong tokens are remembered',
    count(HTTP_LIMITS.wrongTokenClients),
    'the one unheard of for longest is forgotten',
  ],
  ['Time until its answer begins', seconds(HTTP_LIMITS.responseStartMs), answer('REGISTER.OVERDUE')],
  ['Time a read waits for the token in `atLeast`', seconds(MAX_WAIT_MS), answer('READS.BEHIND')],
  ['Open feeds', count(FEED_LIMITS.maxFeeds), answer('FEEDS.FULL')],
  ['… of one client', count(FEED_LIMITS.maxFeedsPerClient), answer('CLIENT.FEEDS_FULL')],
  ['Bytes that wait for the reader of a feed', size(FEED_LIMITS.bufferBytes), 'cut off; `Last-Event-ID` resumes'],
  [
    'Time the reader of a feed takes nothing of what waits',
    seconds(FEED_LIMITS.heartbeatMs * FEED_LIMITS.maxStalledHeartbeats),
    'cut off; `Last-Event-ID` resumes',
  ],
  ['Jobs that run', count(MAX_RUNNING_JOBS), answer('JOBS.FULL')],
  ['Jobs that have ended and are told', count(MAX_ENDED_JOBS), 'the oldest is forgotten'],
  ['Row of a register file', size(MAX_ROW_BYTES), '`FILE.ROW_TOO_LONG`'],
  ['Rows of a register file', count(MAX_ROWS), '`FILE.TOO_LONG`'],
  ['Workbook, and what it unpacks to', `${size(MAX_WORKBOOK_BYTES)}, ${size(MAX_UNPACKED_BYTES)}`, '`FILE.TOO_LONG`'],
  ['Time a connection is kept between two requests', seconds(HTTP_LIMITS.idleConnectionMs), 'closed'],
  ['Time a connection stands still while it is answered', seconds(HTTP_LIMITS.stalledConnectionMs), 'cut off'],
];

export const limitsTable = (): string =>
  [['what', 'at most', 'beyond'], ['---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
