/** Parses and validates proposed events. */
import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ProposedEvent } from './log.js';

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const NIL = '00000000-0000-0000-0000-000000000000';

export const readProposed = (message: Message): ProposedEvent => {
  const metadata = message.getMetadataMap();
  return {
    id: (message.getId()?.getString() ?? '').toLowerCase(),
    type: metadata.get('type') ?? '',
    json: metadata.get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
};
export const findFlaw = ({ id, type }: ProposedEvent): string | null => {
  if (!UUID_TEXT.test(id) || id === NIL) return `Invalid UUID: ${id}`;
  return type === '' ? 'Should be non-empty' : null;
};

/** Bytes counted against `maxAppendSize`. */
export const proposedSize = (events: readonly ProposedEvent[]): number =>
  events.reduce((sum, { type, data, metadata }) => sum + data.length + metadata.length + 2 * type.length, 0);
