/** Tells when a response has ended, also if its connection closes while it waits behind another response (pipelining). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';

interface PendingResponse {
  readonly request: FastifyRequest;
  readonly onEnd: () => void;
}

/** Node tells only the first of pipelined responses that the connection has closed. */
const PENDING_RESPONSES = new WeakMap<Socket, Set<PendingResponse>>();

/** Calls `onEnd` once, when the response has been sent or the connection closes. */
export const onResponseEnd = (request: FastifyRequest, reply: FastifyReply, onEnd: () => void): void => {
  const { socket } = request.raw;
  const pending = PENDING_RESPONSES.get(socket) ?? watchSocket(socket);
  const response: PendingResponse = {
    request,
    onEnd: () => {
      if (pending.delete(response)) onEnd();
    },
  };
  pending.add(response);
  reply.raw.once('close', response.onEnd);
};

/** One listener a connection, however many requests are pipelined on it. */
const watchSocket = (socket: Socket): Set<PendingResponse> => {
  const pending = new Set<PendingResponse>();
  PENDING_RESPONSES.set(socket, pending);
  socket.once('close', () => {
    for (const { onEnd } of [...pending]) onEnd();
  });
  return pending;
};

/** Whether a request that was received completely is still being answered on a connection. */
export const isAnswering = (socket: Socket): boolean =>
  [...(PENDING_RESPONSES.get(socket) ?? [])].some(({ request }) => request.raw.complete);
