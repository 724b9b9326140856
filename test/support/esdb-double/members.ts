/** Supported methods and gossip of a node. */
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { randomUUID } from 'node:crypto';
import type { Member } from './node.js';

const FEATURES: Readonly<Record<string, string[]>> = {
  read: ['position', 'events'],
  batchappend: ['deadline_duration'],
};

export const supportedMethods = (): SupportedMethods =>
  new SupportedMethods().setEventStoreServerVersion('24.6.0').setMethodsList(
    Object.values(StreamsService).map(({ path }) => {
      const [, service, method] = path.toLowerCase().split('/') as [string, string, string];
      return new SupportedMethod()
        .setServiceName(service)
        .setMethodName(method)
        .setFeaturesList(FEATURES[method] ?? []);
    }),
  );

const STATES = {
  leader: MemberInfo.VNodeState.LEADER,
  follower: MemberInfo.VNodeState.FOLLOWER,
  'read-only-leaderless': MemberInfo.VNodeState.READONLYLEADERLESS,
  unknown: MemberInfo.VNodeState.UNKNOWN,
};

export const clusterOf = (members: readonly Member[]): ClusterInfo =>
  new ClusterInfo().setMembersList(
    members.map(({ host, port, state, alive }) =>
      new MemberInfo()
        .setInstanceId(new UUID().setString(randomUUID()))
        .setTimeStamp(`${Date.now()}0000`)
        .setState(STATES[state])
        .setIsAlive(alive)
        .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port)),
    ),
  );
