/** Begins a subscription, and ends its call when it ends. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { AllSubscription } from './all-subscription.js';
import type { Node } from './node.js';
import { Outlet, type ReadCall } from './outlet.js';
import { StreamSubscription } from './stream-subscription.js';
import { Dropped } from './subscription.js';

export const subscribe = async (
  node: Node,
  call: ReadCall,
  options: ReadReq.Options,
  stream: string,
): Promise<void> => {
  const outlet = new Outlet(call);
  const unfollow = node.log.follow(() => outlet.wakeUp());
  const subscription = options.hasStream()
    ? new StreamSubscription(node, call, outlet, options, stream)
    : new AllSubscription(node, call, outlet, options);
  try {
    await subscription.run();
  } catch (error) {
    if (!(error instanceof Dropped)) throw error;
    if (error.error === null) call.end();
    else call.emit('error', error.error);
  } finally {
    unfollow();
  }
};
