/**
 * What the client's errors mean to us. Looked at by code as well as by type: with the server down the client throws plain
 * errors with a gRPC code, and of a cluster that is not found one with neither.
 */
import { ErrorType } from '@eventstore/db-client';
import { AppendTooLarge, StoreDamaged, StoreUnavailable } from '../port.js';

/** The server is there and will not have us: trying again would end the same way until somebody acts. */
export class ServerRefused extends StoreUnavailable {}

/** Codes of gRPC. */
const INVALID_ARGUMENT = 3;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

interface ClientError {
  readonly type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly actualVersion?: unknown;
}
const asClientError = (error: unknown): ClientError => (typeof error === 'object' && error !== null ? error : {});

export const isOfType = (error: unknown, type: ErrorType): boolean => asClientError(error).type === type;

/** The stream's last revision in a conflict of revisions, null where it does not exist; undefined for any other error. */
export const conflictRevision = (error: unknown): number | null | undefined => {
  const { type, actualVersion } = asClientError(error);
  if (type !== ErrorType.WRONG_EXPECTED_VERSION) return undefined;
  return typeof actualVersion === 'bigint' ? Number(actualVersion) : null;
};

/**
 * The error of the port that no repeat would change; null where the cause may pass by itself, and it is not known whether
 * the server did what it was asked.
 */
export const permanentError = (error: unknown): Error | null => {
  if (error instanceof StoreUnavailable || error instanceof StoreDamaged || error instanceof RangeError) return error;
  const { type, code, message } = asClientError(error);
  if (type === ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED)
    return new AppendTooLarge("more than the server's MaxAppendSize", { cause: error });
  if (type === ErrorType.STREAM_DELETED) return new StoreDamaged('a stream of the log was deleted', { cause: error });
  if (type === ErrorType.ACCESS_DENIED || code === PERMISSION_DENIED || code === UNAUTHENTICATED)
    return new ServerRefused('the server refuses the user or the password, or what the user may do', { cause: error });
  if (/certificate|self.signed/i.test(String(message)))
    return new ServerRefused('the certificate of the server is not trusted; tlsCAFile names the authority', {
      cause: error,
    });
  if (code === INVALID_ARGUMENT || /InvalidPosition/.test(String(message)))
    return new RangeError('a place that is not in this log', { cause: error });
  return null;
};
