/**
 * The node, or the leader of a cluster, killed in the middle of 64 writers on two instances of the service, `KILL_ROUNDS`
 * times: nothing acknowledged is lost or doubled, the service goes on by itself, and how long writes waited is printed.
 * `ESDB_KILL` and `ESDB_START` are shell commands that kill a node and start it again, and return when it has started; both
 * find the node as host:port in `ESDB_NODE`. Without them nothing is killed, and that is said.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { checkInstances, removeInstances, startInstance, writeCases, type Acknowledged } from '../support/instances.js';
import type { Service } from '../support/service.js';
import { esdbUrl } from './server.js';

const { ESDB_KILL: killing, ESDB_START: starting, KILL_ROUNDS = '20' } = process.env;
const ROUNDS = Number(KILL_ROUNDS);
const WRITERS = 64;
const whereItCanBeKilled = killing === undefined || starting === undefined ? test.skip : test;
if (killing === undefined || starting === undefined)
  process.stdout.write('SKIPPED: no node was killed, since ESDB_KILL and ESDB_START name no commands\n');

const run = async (command: string | undefined, node: string): Promise<void> => {
  // A node that the command starts may outlive it, so that it must not hold the pipes of this process.
  const child = spawn('sh', ['-c', String(command)], { env: { ...process.env, ESDB_NODE: node }, stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${String(command)} ended with ${code}`);
};

interface Gossip {
  readonly members: readonly {
    readonly state: string;
    readonly httpEndPointIp: string;
    readonly httpEndPointPort: number;
  }[];
}

/** The leader, as the first node that answers knows it. Nodes are asked without TLS. */
const leader = async (): Promise<string> => {
  const hosts = (/^esdb:\/\/(?:[^@]*@)?([^/?]+)/.exec(esdbUrl())?.[1] ?? '').split(',');
  for (;;)
    for (const host of hosts) {
      const reply = await fetch(`http://${host}/gossip`, { headers: { accept: 'application/json' } }).catch(() => null);
      const members = reply?.ok === true ? ((await reply.json()) as Gossip).members : [];
      const found = members.find(({ state }) => state === 'Leader');
      if (found !== undefined) return `${found.httpEndPointIp}:${found.httpEndPointPort}`;
    }
};

afterAll(removeInstances);

whereItCanBeKilled(
  `kill -9 under ${WRITERS} writers on two instances, ${ROUNDS} times`,
  async () => {
    const register = `test-${randomUUID()}`;
    const start = (): Promise<Service> => startInstance(esdbUrl(), register);
    const instances = [await start(), await start()] as const;
    const acknowledged: Acknowledged[] = [];
    const waits: number[] = [];
    let again = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const node = await leader();
      // At a different moment of every round: after 100 to 500 acknowledgements; ended when writing has gone on for a while.
      const before = acknowledged.length + 100 + ((round * 389) % 401);
      let [killed, killedAt, firstAfter, enough]: [Promise<void> | null, number, number, number] = [
        null,
        0,
        0,
        Infinity,
      ];
      const tell = (event: Acknowledged): void => {
        acknowledged.push(event);
        if (killed === null && acknowledged.length >= before) {
          killed = run(killing, node).then(() => void (killedAt = Date.now()));
          // Those on their way when it was killed are not counted as going on.
          void killed.then(() => (enough = acknowledged.length + 3 * WRITERS));
        } else if (killedAt > 0 && firstAfter === 0 && acknowledged.length > enough - 2 * WRITERS)
          firstAfter = Date.now();
      };
      const isSingle = !esdbUrl().includes(',');
      const writing = Promise.all(
        Array.from({ length: WRITERS }, (_, i) =>
          writeCases(
            instances[i % 2 === 0 ? 0 : 1],
            () => acknowledged.length >= enough,
            tell,
            () => (again += 1),
          ),
        ),
      );
      // A node alone is started at once; of a cluster the others go on without it first.
      while (killedAt === 0) await new Promise((resolve) => setImmediate(resolve));
      if (isSingle) await run(starting, node);
      await writing;
      waits.push(firstAfter - killedAt);
      if (!isSingle) await run(starting, node);
    }

    await checkInstances(instances, acknowledged, start);
    const sorted = [...waits].sort((a, b) => a - b);
    process.stdout.write(
      `${ROUNDS} kills: ${acknowledged.length} acknowledged, none missing, none doubled; ${again} answers that it may pass; ` +
        `writes waited ${sorted[0]} to ${sorted.at(-1)} ms, median ${sorted[Math.floor(sorted.length / 2)]} ms\n`,
    );
  },
  3_600_000,
);
