/**
 * Maps errors of the client to errors of the port. Uses codes as well as types: if the server is down, the client throws
 * plain errors with a gRPC code, and if no node of a cluster is found, an error with neither.
 */
import { ErrorType } from '@eventstore/db-client';
import { AppendTooLarge, StoreDamaged, StoreUnavailable } from '../port.js';

/** The server refuses this client (credentials, rights, certificate): retrying is useless until an operator acts. */
export class ServerRefused extends StoreUnavailable {}

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

interface ClientError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly actualVersion?: unknown;
}
const asEsdbClientError = (error: unknown): ClientError => (typeof error === 'object' && error !== null ? error : {});

export const isClientError = (error: unknown, type: ErrorType): boolean => asEsdbClientError(error).type === type;

/** The stream's last revision from a WrongExpectedVersion error, null if the stream does not exist; undefined for other errors. */
export const conflictRevision = (error: unknown): number | null | undefined => {
  const { type, actualVersion } = asEsdbClientError(error);
  if (type !== ErrorType.WRONG_EXPECTED_VERSION) return undefined;
  return typeof actualVersion === 'bigint' ? Number(actualVersion) : null;
};

/**
 * The port's error if retrying is useless; null if the failure may be temporary. In that case it is unknown whether the
 * server executed the call.
 */
export const permanentError = (error: unknown): Error | null => {
  if (error instanceof StoreUnavailable || error instanceof StoreDamaged || error instanceof RangeError) return error;
  const { type, code, message } = asEsdbClientError(error);
  if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED)
    return new AppendTooLarge("more than the server's MaxAppendSize", { cause: error });
  if (type === ErrorType.STREAM_DELETED) return new StoreDamaged('a stream of the log was deleted', { cause: error });
  if (type === ErrorType.ACCESS_DENIED || code === PERMISSION_DENIED || code === UNAUTHENTICATED)
    return new ServerRefused('the server refuses the user or the password, or what the user may do', { cause: error });
  if (/certificate|self.signed/i.test(String(message)))
    return new ServerRefused('the certificate of the server is not trusted; tlsCAFile names the authority', {
      cause: error,
    });
  if (code === INVALID_ARGUMENT || /Invalid ?Position/i.test(String(message)))
    return new RangeError('a place that is not in this log', { cause: error });
  return null;
};
