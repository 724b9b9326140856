/** Reads of a stream and of `$all`, in both directions. */
import type { ServiceError } from '@grpc/grpc-js';
import { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { delay } from './faults.js';
import { filterOf, type Filter } from './filter.js';
import type { InMemoryLog, LogRecord } from './log.js';
import { faultOf, type DoubleNode } from './node.js';
import { EventWriter, type ReadCall } from './event-writer.js';
import { subscribe } from './subscribe.js';
import { canAccess, identify } from './users.js';
import { failures, streamName, readResponse, refusalError, streamNotFound } from './wire.js';

type Options = ReadReq.Options;
const { BACKWARDS } = ReadReq.Options.ReadDirection;

export const read = (node: DoubleNode, call: ReadCall): void => {
  const options = call.request.getOptions() as Options;
  const stream = options.hasStream() ? streamName(options.getStream()?.getStreamIdentifier()) : '';
  const fail = (error: Partial<ServiceError>): void => void call.emit('error', error);
  const who = identify(node.users, call.metadata);
  if (who === false) return fail(failures.unauthenticated());
  if (!canAccess(who, options.hasStream() ? stream : '$all')) return fail(failures.accessDenied());
  const from = options.getAll()?.getPosition();
  if (BigInt(from?.getCommitPosition() ?? 0) < BigInt(from?.getPreparePosition() ?? 0)) return fail(failures.thrown());
  const isSubscription = options.hasSubscription();
  const fault = faultOf(node, isSubscription ? 'subscribe' : 'read', stream, call);
  void (async () => {
    const { delayAfter, outcome = 'answer', afterEvents = 0 } = fault ?? {};
    if (delayAfter !== undefined) await delay(delayAfter);
    if (outcome === 'answer' || outcome === 'twice')
      return isSubscription ? subscribe(node, call, options, stream) : answer(node.log, call, options, stream);
    if (afterEvents > 0) await answer(node.log, call, options, stream, afterEvents);
    if (outcome === 'cut') node.breakConnection(call);
    else if (outcome === 'half-close') call.end();
    else if (outcome !== 'silence') fail(refusalError(outcome));
  })();
};

/** Sends the events requested; with `only`, the first `only` events without ending the call. */
const answer = async (
  log: InMemoryLog,
  call: ReadCall,
  options: Options,
  stream: string,
  only?: number,
): Promise<void> => {
  // A real node never answers a read of `$all` with count 0.
  if (options.hasAll() && options.getCount() === '0') return;
  const found = options.hasStream() ? readStreamRecords(log, options, stream) : readAllRecords(log, options);
  if (found instanceof ReadRefused) return void call.emit('error', found.error);
  const outlet = new EventWriter(call);
  if (found === null) await outlet.send(streamNotFound(stream));
  const resolves = options.getResolveLinks();
  const limit = Math.min(Number(options.getCount()), only ?? Infinity);
  let sent = 0;
  for (const record of found ?? []) {
    if (sent++ === limit || !outlet.isOpen) break;
    log.eventsRead += 1;
    await outlet.send(readResponse(log, record, resolves));
  }
  if (only === undefined) call.end();
};

class ReadRefused {
  constructor(readonly error: Partial<ServiceError>) {}
}

/** The records that a read of a stream gives; null if the stream does not exist. */
const readStreamRecords = (
  log: InMemoryLog,
  options: Options,
  stream: string,
): Iterable<LogRecord> | ReadRefused | null => {
  const readable = log.read(stream);
  const from = options.getStream() as ReadReq.Options.StreamOptions;
  const backwards = options.getReadDirection() === BACKWARDS;
  if (options.getCount() === '0' || (from.hasEnd() && !backwards))
    return new ReadRefused(failures.unknown('Unexpected ReadStreamResult: Error'));
  if (readable === 'missing') return null;
  if (readable === 'deleted') return new ReadRefused(failures.streamDeleted(stream));
  const { records } = readable;
  const revision = from.hasRevision() ? BigInt(from.getRevision()) : 0n;
  if (!backwards) return records.filter((record) => record.revision >= revision);
  return (from.hasEnd() ? [...records] : records.filter((record) => record.revision <= revision)).reverse();
};

const readAllRecords = (log: InMemoryLog, options: Options): Iterable<LogRecord> | ReadRefused => {
  const from = options.getAll() as ReadReq.Options.AllOptions;
  const commit = BigInt(from.getPosition()?.getCommitPosition() ?? 0);
  if (!log.isPosition(commit)) return new ReadRefused(failures.unknown('Unexpected ReadAllResult: InvalidPosition'));
  const end = log.records.length;
  const index = from.hasEnd() ? end : log.indexAt(commit);
  const filter = filterOf(options);
  return options.getReadDirection() === BACKWARDS
    ? walk(log.records, index - 1, -1, -1, filter)
    : walk(log.records, index, end, 1, filter);
};

function* walk(
  records: readonly LogRecord[],
  from: number,
  to: number,
  step: 1 | -1,
  filter: Filter | null,
): Generator<LogRecord> {
  for (let index = from; index !== to; index += step) {
    const record = records[index] as LogRecord;
    if (filter?.allows(record) ?? true) yield record;
  }
}
