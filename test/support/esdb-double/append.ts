/** The `Append` call: one append per call. */
import type { sendUnaryData, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import { AppendResp, type AppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import { execute } from './execute.js';
import type { NodeExpectation, ProposedEvent, WriteResult } from './log.js';
import { faultOf, type DoubleNode } from './node.js';
import { findFlaw, readProposed, proposedSize } from './proposed.js';
import { canAccess, identify } from './users.js';
import { expectedOf, failures, streamName, refusalError } from './wire.js';

export const append = (
  node: DoubleNode,
  call: ServerReadableStream<AppendReq, AppendResp>,
  callback: sendUnaryData<AppendResp>,
): void => {
  let options: AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
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
      const who = identify(node.users, call.metadata);
      if (who === false) fail(failures.unauthenticated());
      else if (!canAccess(who, streamName(options?.getStreamIdentifier()))) fail(failures.accessDenied());
      return;
    }
    const event = readProposed(request.getProposedMessage() as AppendReq.ProposedMessage);
    events.push(event);
    size += proposedSize([event]);
    if (findFlaw(event) !== null) fail(failures.thrown());
    else if (size > node.maxAppendSize) fail(failures.tooLarge(node.maxAppendSize));
  });
  call.on('end', () => {
    if (failed || options === undefined) return;
    const stream = streamName(options.getStreamIdentifier());
    const expected = expectedOf(options, options.getRevision());
    execute(faultOf(node, 'append', stream, call), () => node.log.append(stream, expected, events), {
      answer: (written) =>
        written.result === 'deleted'
          ? fail(failures.streamDeleted(stream))
          : callback(null, appendResponse(expected, written)),
      refuse: (refusal) => fail(refusalError(refusal)),
      breakConnection: () => node.breakConnection(call),
      endCall: () => fail(failures.thrown()),
    });
  });
};

const appendResponse = (
  expected: NodeExpectation,
  written: Exclude<WriteResult, { result: 'deleted' }>,
): AppendResp => {
  if (written.result === 'wrong-version')
    return new AppendResp().setWrongExpectedVersion(wrongVersion(expected, written));
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

const wrongVersion = (expected: NodeExpectation, { current }: { current: bigint }): AppendResp.WrongExpectedVersion => {
  const details = new AppendResp.WrongExpectedVersion();
  if (current < 0n) details.setCurrentNoStream(new Empty());
  else details.setCurrentRevision(String(current));
  if (expected === 'any') return details.setExpectedAny(new Empty());
  if (expected === 'no_stream') return details.setExpectedNoStream(new Empty());
  if (expected === 'stream_exists') return details.setExpectedStreamExists(new Empty());
  return details.setExpectedRevision(String(expected));
};
