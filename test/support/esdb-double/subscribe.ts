/** Runs a subscription and ends the call with it. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { AllSubscription } from './all-subscription.js';
import type { DoubleNode } from './node.js';
import { EventWriter, type ReadCall } from './event-writer.js';
import { StreamSubscription } from './stream-subscription.js';
import { SubscriptionEnded } from './subscription.js';

export const subscribe = async (
  node: DoubleNode,
  call: ReadCall,
  options: ReadReq.Options,
  stream: string,
): Promise<void> => {
  const outlet = new EventWriter(call);
  const unfollow = node.log.onWrite(() => outlet.notify());
  const subscription = options.hasStream()
    ? new StreamSubscription(node, call, outlet, options, stream)
    : new AllSubscription(node, call, outlet, options);
  try {
    await subscription.run();
  } catch (error) {
    if (!(error instanceof SubscriptionEnded)) throw error;
    if (error.error === null) call.end();
    else call.emit('error', error.error);
  } finally {
    unfollow();
  }
};
