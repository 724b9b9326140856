/** Soft deletes, after which a stream can be written again, and tombstones, which are final. */
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import {
  DeleteResp,
  TombstoneResp,
  type DeleteReq,
  type TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb.js';
import { execute } from './execute.js';
import type { NodeExpectation, WriteResult } from './log.js';
import { faultOf, type DoubleNode } from './node.js';
import { canAccess, identify } from './users.js';
import { expectedOf, failures, streamName, refusalError } from './wire.js';

export const deleteStream = (
  node: DoubleNode,
  call: ServerUnaryCall<DeleteReq, DeleteResp>,
  callback: sendUnaryData<DeleteResp>,
): void => {
  const position = new DeleteResp.Position();
  respond(node, 'delete', call, callback, new DeleteResp().setPosition(position), position);
};

export const tombstone = (
  node: DoubleNode,
  call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
  callback: sendUnaryData<TombstoneResp>,
): void => {
  const position = new TombstoneResp.Position();
  respond(node, 'tombstone', call, callback, new TombstoneResp().setPosition(position), position);
};

const respond = <Response>(
  node: DoubleNode,
  method: 'delete' | 'tombstone',
  call: ServerUnaryCall<DeleteReq | TombstoneReq, Response>,
  callback: sendUnaryData<Response>,
  response: Response,
  position: DeleteResp.Position | TombstoneResp.Position,
): void => {
  const options = call.request.getOptions() as DeleteReq.Options | TombstoneReq.Options;
  const stream = streamName(options.getStreamIdentifier());
  const expected = expectedOf(options, options.getRevision());
  const who = identify(node.users, call.metadata);
  if (who === false) return callback(failures.unauthenticated());
  if (!canAccess(who, stream)) return callback(failures.accessDenied());
  const answer = (written: WriteResult): void => {
    if (written.result === 'deleted') return callback(failures.streamDeleted(stream));
    if (written.result === 'wrong-version')
      return callback(failures.wrongVersion('Delete', stream, revisionNumber(expected), written.current));
    position.setCommitPosition(String(written.commit)).setPreparePosition(String(written.commit));
    callback(null, response);
  };
  execute(faultOf(node, method, stream, call), () => node.log[method](stream, expected), {
    answer,
    refuse: (refusal) => callback(refusalError(refusal)),
    breakConnection: () => node.breakConnection(call),
    endCall: () => callback(failures.thrown()),
  });
};

/** How a node writes an expected revision in an error. */
const revisionNumber = (expected: NodeExpectation): bigint =>
  typeof expected === 'bigint' ? expected : { any: -2n, no_stream: -1n, stream_exists: -4n }[expected];
