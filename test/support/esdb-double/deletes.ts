/** Deletes, which a stream outlives, and tombstones, which it does not. */
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import {
  DeleteResp,
  TombstoneResp,
  type DeleteReq,
  type TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb.js';
import { carryOut } from './carry-out.js';
import type { Expected, Written } from './log.js';
import { faultOf, type Node } from './node.js';
import { mayUse, whoAsks } from './users.js';
import { expectedOf, failures, nameOf, refused } from './wire.js';

export const deleteStream = (
  node: Node,
  call: ServerUnaryCall<DeleteReq, DeleteResp>,
  callback: sendUnaryData<DeleteResp>,
): void => {
  const position = new DeleteResp.Position();
  end(node, 'delete', call, callback, new DeleteResp().setPosition(position), position);
};

export const tombstone = (
  node: Node,
  call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
  callback: sendUnaryData<TombstoneResp>,
): void => {
  const position = new TombstoneResp.Position();
  end(node, 'tombstone', call, callback, new TombstoneResp().setPosition(position), position);
};

const end = <Response>(
  node: Node,
  method: 'delete' | 'tombstone',
  call: ServerUnaryCall<DeleteReq | TombstoneReq, Response>,
  callback: sendUnaryData<Response>,
  response: Response,
  position: DeleteResp.Position | TombstoneResp.Position,
): void => {
  const options = call.request.getOptions() as DeleteReq.Options | TombstoneReq.Options;
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options, options.getRevision());
  const who = whoAsks(node.users, call.metadata);
  if (who === false) return callback(failures.unauthenticated());
  if (!mayUse(who, stream)) return callback(failures.accessDenied());
  const answer = (written: Written): void => {
    if (written.result === 'deleted') return callback(failures.streamDeleted(stream));
    if (written.result === 'wrong-version')
      return callback(failures.wrongVersion('Delete', stream, numberOf(expected), written.current));
    position.setCommitPosition(String(written.commit)).setPreparePosition(String(written.commit));
    callback(null, response);
  };
  carryOut(faultOf(node, method, stream, call), () => node.log[method](stream, expected), {
    answer,
    refuse: (refusal) => callback(refused(refusal)),
    cut: () => node.cut(call),
    end: () => callback(failures.thrown()),
  });
};

/** How a node writes an expected revision in an error. */
const numberOf = (expected: Expected): bigint =>
  typeof expected === 'bigint' ? expected : { any: -2n, no_stream: -1n, stream_exists: -4n }[expected];
