import { ServerInterceptingCall, ServerListenerBuilder, ResponderBuilder, type ServerInterceptor } from '@grpc/grpc-js';
import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Lets so many calls of each connection run at once; the next waits for its turn, as with a real node, which tells its clients this
 * limit. Telling it by `grpc.max_concurrent_streams` does not do: the HTTP/2 server of Node 22.23 and later refuses a call that
 * follows a cancelled one at once.
 */
export const limitCalls = (atOnce: number): ServerInterceptor => {
  // By the peer's address. A double lives as long as a spec, so entries of closed connections may stay.
  const limits = new Map<string, LimitFunction>();
  return (_, call) => {
    const connection = call.getPeer();
    const limit = limits.get(connection) ?? pLimit(atOnce);
    limits.set(connection, limit);
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const listener = new ServerListenerBuilder()
      .withOnCancel(() => {
        end();
      })
      .build();
    const responder = new ResponderBuilder()
      .withStart((next) => {
        void limit(() => {
          next(listener);
          return ended;
        });
      })
      .withSendStatus((status, next) => {
        next(status);
        end();
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
};
