/** Builds protobuf messages: records, checkpoints, errors. 64-bit numbers are strings. */
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import type { Message } from 'google-protobuf';
import { Any } from 'google-protobuf/google/protobuf/any_pb.js';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { Code } from '@eventstore/db-client/generated/code_pb.js';
import {
  AccessDenied,
  BadRequest,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  StreamIdentifier,
  Timeout,
  UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb.js';
import { Status } from '@eventstore/db-client/generated/status_pb.js';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { NodeExpectation, InMemoryLog, LogRecord } from './log.js';

/** Why a node refuses a call. */
export type Refusal =
  | 'not-ready'
  | 'busy'
  /** "Forwarding timeout": the outcome is unknown. */
  | 'timeout'
  | 'unavailable'
  /** There is no known leader. */
  | 'no-leader'
  /** Another node is the leader. */
  | { readonly leader: { readonly host: string; readonly port: number } };

export type Position = readonly [commit: bigint, prepare: bigint];

export const streamName = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

export const streamIdentifier = (stream: string): StreamIdentifier =>
  new StreamIdentifier().setStreamName(Buffer.from(stream));

interface ExpectedOptions {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

/** The expected revision of a request; `revision` is used unless another option is set. */
export const expectedOf = (options: ExpectedOptions, revision: string): NodeExpectation => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : BigInt(revision);
};

/** A gRPC error whose trailers tell the client its kind (`exception`) and details. */
export const failure = (
  code: status,
  details: string,
  trailers: Record<string, string> = {},
): Partial<ServiceError> => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
};

export const failures = {
  accessDenied: () => failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  unauthenticated: () => failure(status.UNAUTHENTICATED, 'Unauthenticated'),
  streamDeleted: (stream: string) =>
    failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  tooLarge: (limit: number) =>
    failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(limit),
    }),
  wrongVersion: (operation: string, stream: string, expected: bigint, actual: bigint) =>
    failure(
      status.FAILED_PRECONDITION,
      `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
      {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': String(expected),
        'actual-version': String(actual),
      },
    ),
  invalidPosition: () => failure(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.'),
  unknown: (details: string) => failure(status.UNKNOWN, details),
  thrown: () => failure(status.UNKNOWN, 'Exception was thrown by handler.'),
};

/** The gRPC error of a refusal. */
export const refusalError = (refusal: Refusal): Partial<ServiceError> => {
  switch (refusal) {
    case 'not-ready':
      return failure(status.UNAVAILABLE, 'Server Is Not Ready');
    case 'busy':
      return failure(status.UNAVAILABLE, 'Server Is Too Busy');
    case 'timeout':
      return failure(status.ABORTED, 'Operation timed out: Forwarding timeout');
    case 'unavailable':
      return failure(status.UNAVAILABLE, 'Unavailable');
    case 'no-leader':
      return failure(status.UNKNOWN, 'No leader info available in response');
    default:
      return failure(status.NOT_FOUND, 'Leader info available', {
        exception: 'not-leader',
        'leader-endpoint-host': refusal.leader.host,
        'leader-endpoint-port': String(refusal.leader.port),
      });
  }
};

const statusOf = (code: Code, message: string, typeName: string, details: Message): Status => {
  const any = new Any();
  any.pack(details.serializeBinary(), typeName);
  return new Status().setCode(code).setMessage(message).setDetails(any);
};
const clientStatus = (code: Code, message: string, details: Message): Status =>
  statusOf(code, message, `event_store.client.${message}`, details);
const plainStatus = (code: Code, message: string): Status =>
  statusOf(code, message, 'google.protobuf.Empty', new GoogleEmpty());

/** Status of one append in a batch call. */
export const statuses = {
  accessDenied: () => clientStatus(Code.PERMISSION_DENIED, 'AccessDenied', new AccessDenied()),
  badRequest: (message: string) =>
    clientStatus(Code.INVALID_ARGUMENT, 'BadRequest', new BadRequest().setMessage(message)),
  streamDeleted: (stream: string) =>
    clientStatus(Code.NOT_FOUND, 'StreamDeleted', new StreamDeleted().setStreamIdentifier(streamIdentifier(stream))),
  timeout: () => clientStatus(Code.DEADLINE_EXCEEDED, 'Timeout', new Timeout()),
  tooLarge: (limit: number) =>
    clientStatus(
      Code.INVALID_ARGUMENT,
      'MaximumAppendSizeExceeded',
      new MaximumAppendSizeExceeded().setMaxappendsize(limit),
    ),
  wrongVersion: (expected: NodeExpectation, current: bigint) => {
    const details = new WrongExpectedVersion();
    if (current < 0n) details.setCurrentNoStream(new GoogleEmpty());
    else details.setCurrentStreamRevision(String(current));
    if (expected === 'any') details.setExpectedAny(new GoogleEmpty());
    else if (expected === 'no_stream') details.setExpectedNoStream(new GoogleEmpty());
    else if (expected === 'stream_exists') details.setExpectedStreamExists(new GoogleEmpty());
    else details.setExpectedStreamPosition(String(expected));
    return clientStatus(Code.ALREADY_EXISTS, 'WrongExpectedVersion', details);
  },
  /** Null if the whole call fails, rather than one append. */
  refused: (refusal: Refusal): Status | null => {
    if (refusal === 'not-ready') return plainStatus(Code.OK, 'Server Is Not Ready');
    if (refusal === 'busy') return plainStatus(Code.OK, 'Server Is Busy');
    if (refusal === 'no-leader') return plainStatus(Code.OK, 'No leader info available in response');
    return refusal === 'timeout' ? statuses.timeout() : null;
  },
};

const toRecordedEvent = (record: LogRecord): ReadResp.ReadEvent.RecordedEvent => {
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(record.id))
    .setStreamIdentifier(streamIdentifier(record.stream))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(String(record.commit))
    .setPreparePosition(String(record.commit))
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('created', `${record.created}0000`)
    .set('content-type', record.json ? 'application/json' : 'application/octet-stream');
  return event;
};

/** Responses of reads are serialized once, here. */
const serialized = (response: ReadResp): Buffer => Buffer.from(response.serializeBinary());

const eventResponse = (event: ReadResp.ReadEvent, { commit }: LogRecord): Buffer =>
  serialized(new ReadResp().setEvent(event.setCommitPosition(String(commit))));

/** Caches responses, since logs are read repeatedly. */
const serializedRecords = new WeakMap<LogRecord, Buffer>();

const cachedResponse = (record: LogRecord): Buffer => {
  const known = serializedRecords.get(record);
  if (known !== undefined) return known;
  const made = eventResponse(new ReadResp.ReadEvent().setEvent(toRecordedEvent(record)), record);
  serializedRecords.set(record, made);
  return made;
};

/** The response for a record; a link is resolved if requested and if its target still exists. */
export const readResponse = (log: InMemoryLog, record: LogRecord, resolves: boolean): Buffer => {
  if (!resolves || record.type !== '$>') return cachedResponse(record);
  const event = new ReadResp.ReadEvent().setLink(toRecordedEvent(record));
  const target = log.resolveLink(record);
  if (target !== null) event.setEvent(toRecordedEvent(target));
  return eventResponse(event, record);
};

export const streamNotFound = (stream: string): Buffer =>
  serialized(
    new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream))),
  );

export const confirmation = (id: string): Buffer =>
  serialized(new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id)));

export const caughtUp = (): Buffer => serialized(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));

export const checkpoint = ([commit, prepare]: Position): Buffer =>
  serialized(
    new ReadResp().setCheckpoint(
      new ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
    ),
  );
