/** The `BatchAppend` call: many appends over one stream. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import { AllStreamPosition, type UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import { BatchAppendResp, type BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { execute } from './execute.js';
import type { NodeExpectation, ProposedEvent, WriteResult } from './log.js';
import { faultOf, type DoubleNode } from './node.js';
import { findFlaw, readProposed, proposedSize } from './proposed.js';
import { canAccess, identify } from './users.js';
import { expectedOf, failures, streamIdentifier, streamName, refusalError, statuses } from './wire.js';

/** How long a node waits for the rest of an append. */
const WRITE_TIMEOUT = 2_000;

/** An append that was received in part. */
interface Pending {
  readonly stream: string;
  readonly expected: NodeExpectation;
  readonly events: ProposedEvent[];
}

export const batchAppend = (node: DoubleNode, call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
  const pending = new Map<string, Pending>();
  const who = identify(node.users, call.metadata);
  if (who === false) {
    call.emit('error', failures.unauthenticated());
    return;
  }
  const answer = (id: UUID | undefined, stream: string, result: Status | BatchAppendResp.Success): void => {
    if (call.cancelled || call.writableEnded) return;
    const response = new BatchAppendResp().setStreamIdentifier(streamIdentifier(stream));
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
      const stream = streamName(options.getStreamIdentifier());
      if (!canAccess(who, stream)) return answer(id, stream, statuses.accessDenied());
      const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
      if (deadline <= Date.now()) return answer(id, stream, statuses.timeout());
      pending.set(key, { stream, expected: expectedOf(options, options.getStreamPosition()), events: [] });
    }
    const write = pending.get(key);
    if (write === undefined) return;
    const { stream, expected, events } = write;
    events.push(...request.getProposedMessagesList().map(readProposed));
    const flaw = events.map(findFlaw).find((found) => found !== null);
    if (flaw !== undefined || !request.getIsFinal()) {
      // Answered twice where an event is flawed: at once, and when the node has waited long enough.
      const giveUp = (): void => {
        if (pending.delete(key)) answer(id, stream, statuses.timeout());
      };
      if (options !== undefined) setTimeout(giveUp, WRITE_TIMEOUT).unref();
      if (flaw !== undefined) return answer(id, stream, statuses.badRequest(flaw));
    }
    if (proposedSize(events) > node.maxAppendSize) {
      pending.delete(key);
      return answer(id, stream, statuses.tooLarge(node.maxAppendSize));
    }
    if (!request.getIsFinal()) return;
    pending.delete(key);
    execute(faultOf(node, 'append', stream, call), () => node.log.append(stream, expected, events), {
      answer: (written) => answer(id, stream, resultOf(stream, expected, written)),
      refuse: (refusal) => {
        const status = statuses.refused(refusal);
        if (status === null) call.emit('error', refusalError(refusal));
        else answer(id, stream, status);
      },
      breakConnection: () => node.breakConnection(call),
      endCall: () => call.end(),
    });
  });
  call.on('end', () => call.end());
};

const resultOf = (
  stream: string,
  expected: NodeExpectation,
  written: WriteResult,
): Status | BatchAppendResp.Success => {
  if (written.result === 'deleted') return statuses.streamDeleted(stream);
  if (written.result === 'wrong-version') return statuses.wrongVersion(expected, written.current);
  const success = new BatchAppendResp.Success();
  if (written.revision < 0n) success.setNoStream(new Empty());
  else success.setCurrentRevision(String(written.revision));
  if (written.commit === null) success.setNoPosition(new Empty());
  else {
    const position = String(written.commit);
    success.setPosition(new AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
  }
  return success;
};
