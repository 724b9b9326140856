/** Appends, by both ways: one call each, or all on one long stream of calls. */
import {
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { Empty as GoogleEmpty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { AllStreamPosition, Empty, type UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import { AppendReq, AppendResp, BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { carryOut } from './carry-out.js';
import type { Expected, Proposed, Written } from './log.js';
import { faultOf, type Node } from './node.js';
import { mayUse, whoAsks } from './users.js';
import { failures, identify, nameOf, refused, statuses } from './wire.js';

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NIL = '00000000-0000-0000-0000-000000000000';
/** How long a node waits for the rest of an append. */
const WRITE_TIMEOUT = 2_000;

const proposed = (message: Message): Proposed => {
  const metadata = message.getMetadataMap();
  return {
    id: (message.getId()?.getString() ?? '').toLowerCase(),
    type: metadata.get('type') ?? '',
    json: metadata.get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
};
const flawOf = ({ id, type }: Proposed): string | null => {
  if (!UUID_TEXT.test(id) || id === NIL) return `Invalid UUID: ${id}`;
  return type === '' ? 'Should be non-empty' : null;
};
const sizeOf = (events: readonly Proposed[]): number =>
  events.reduce((sum, { type, data, metadata }) => sum + data.length + metadata.length + 2 * type.length, 0);

export const append = (
  node: Node,
  call: ServerReadableStream<AppendReq, AppendResp>,
  callback: sendUnaryData<AppendResp>,
): void => {
  let options: AppendReq.Options | undefined;
  const events: Proposed[] = [];
  let size = 0;
  let failed = false;
  const fail = (error: Partial<ServiceError>): void => {
    if (!failed) callback(error);
    failed = true;
  };
  call.on('data', (request: AppendReq) => {
    if (failed) return;
    if (options === undefined) {
      options = request.getOptions();
      const who = whoAsks(node.users, call.metadata);
      if (who === false) fail(failures.unauthenticated());
      else if (!mayUse(who, nameOf(options?.getStreamIdentifier()))) fail(failures.accessDenied());
      return;
    }
    const event = proposed(request.getProposedMessage() as AppendReq.ProposedMessage);
    events.push(event);
    size += sizeOf([event]);
    if (flawOf(event) !== null) fail(failures.thrown());
    else if (size > node.maxAppendSize) fail(failures.tooLarge(node.maxAppendSize));
  });
  call.on('end', () => {
    if (failed || options === undefined) return;
    const stream = nameOf(options.getStreamIdentifier());
    const expected = expectedOf(options);
    carryOut(faultOf(node, 'append', stream, call), () => node.log.append(stream, expected, events), {
      answer: (written) =>
        written.result === 'deleted'
          ? fail(failures.streamDeleted(stream))
          : callback(null, answered(expected, written)),
      refuse: (refusal) => fail(refused(refusal)),
      cut: () => node.cut(call),
      end: () => fail(failures.thrown()),
    });
  });
};

const expectedOf = (options: AppendReq.Options): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : BigInt(options.getRevision());
};

const answered = (expected: Expected, written: Exclude<Written, { result: 'deleted' }>): AppendResp => {
  if (written.result === 'wrong-version') return new AppendResp().setWrongExpectedVersion(wrong(expected, written));
  const success = new AppendResp.Success();
  if (written.revision < 0n) success.setNoStream(new Empty());
  else success.setCurrentRevision(String(written.revision));
  if (written.commit === null) success.setNoPosition(new Empty());
  else {
    const position = String(written.commit);
    success.setPosition(new AppendResp.Position().setCommitPosition(position).setPreparePosition(position));
  }
  return new AppendResp().setSuccess(success);
};

const wrong = (expected: Expected, { current }: { current: bigint }): AppendResp.WrongExpectedVersion => {
  const details = new AppendResp.WrongExpectedVersion();
  if (current < 0n) details.setCurrentNoStream(new Empty());
  else details.setCurrentRevision(String(current));
  if (expected === 'any') return details.setExpectedAny(new Empty());
  if (expected === 'no_stream') return details.setExpectedNoStream(new Empty());
  if (expected === 'stream_exists') return details.setExpectedStreamExists(new Empty());
  return details.setExpectedRevision(String(expected));
};

/** An append of which not all parts have come. */
interface Pending {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: Proposed[];
}

export const batchAppend = (node: Node, call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
  const pending = new Map<string, Pending>();
  const who = whoAsks(node.users, call.metadata);
  if (who === false) {
    call.emit('error', failures.unauthenticated());
    return;
  }
  const answer = (id: UUID | undefined, stream: string, result: Status | BatchAppendResp.Success): void => {
    if (call.cancelled || call.writableEnded) return;
    const response = new BatchAppendResp().setStreamIdentifier(identify(stream));
    response.setCorrelationId(id);
    if (result instanceof BatchAppendResp.Success) response.setSuccess(result);
    else response.setError(result);
    call.write(response);
  };
  call.on('data', (request: BatchAppendReq) => {
    const id = request.getCorrelationId();
    const key = id?.getString() ?? '';
    const options = request.getOptions();
    if (options !== undefined) {
      const stream = nameOf(options.getStreamIdentifier());
      if (!mayUse(who, stream)) return answer(id, stream, statuses.accessDenied());
      const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
      if (deadline <= Date.now()) return answer(id, stream, statuses.timeout());
      pending.set(key, { stream, expected: batchExpectedOf(options), events: [] });
    }
    const write = pending.get(key);
    if (write === undefined) return;
    const { stream, expected, events } = write;
    events.push(...request.getProposedMessagesList().map(proposed));
    const flaw = events.map(flawOf).find((found) => found !== null);
    if (flaw !== undefined || !request.getIsFinal()) {
      // Answered twice where an event is flawed: at once, and when the node has waited long enough.
      const giveUp = (): void => {
        if (pending.delete(key)) answer(id, stream, statuses.timeout());
      };
      if (options !== undefined) setTimeout(giveUp, WRITE_TIMEOUT).unref();
      if (flaw !== undefined) return answer(id, stream, statuses.badRequest(String(flaw)));
    }
    if (sizeOf(events) > node.maxAppendSize) {
      pending.delete(key);
      return answer(id, stream, statuses.tooLarge(node.maxAppendSize));
    }
    if (!request.getIsFinal()) return;
    pending.delete(key);
    carryOut(faultOf(node, 'append', stream, call), () => node.log.append(stream, expected, events), {
      answer: (written) => answer(id, stream, resultOf(stream, expected, written)),
      refuse: (refusal) => {
        const status = statuses.refused(refusal);
        if (status === null) call.emit('error', refused(refusal));
        else answer(id, stream, status);
      },
      cut: () => node.cut(call),
      end: () => call.end(),
    });
  });
  call.on('end', () => call.end());
};

const batchExpectedOf = (options: BatchAppendReq.Options): Expected => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : BigInt(options.getStreamPosition());
};

const resultOf = (stream: string, expected: Expected, written: Written): Status | BatchAppendResp.Success => {
  if (written.result === 'deleted') return statuses.streamDeleted(stream);
  if (written.result === 'wrong-version') return statuses.wrongVersion(expected, written.current);
  const success = new BatchAppendResp.Success();
  if (written.revision < 0n) success.setNoStream(new GoogleEmpty());
  else success.setCurrentRevision(String(written.revision));
  if (written.commit === null) success.setNoPosition(new GoogleEmpty());
  else {
    const position = String(written.commit);
    success.setPosition(new AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
  }
  return success;
};
