/** A service in a process of its own, with what it costs: the delays of its event loop, and its memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatDay } from '../src/domain/time.js';
import { shippedFile } from '../src/shipped-file.js';
import type { LoopDelays } from './loop-watch.js';
import { isProfiled, profileArguments } from './profile.js';
import { TODAY } from './synthetic.js';

export interface Service {
  readonly url: string;
  /** The delays of the event loop of the thread that answers, since they were asked for before. */
  delays(): Promise<LoopDelays>;
  /** Resolves when everything can be written and asked for. Only the register tells so. */
  ready(): Promise<void>;
  /** Resolves when it does nothing by itself any more: the log is verified and its tree is kept. */
  idle(): Promise<void>;
  /** Resident memory in MiB. */
  memory(): number;
  close(): Promise<void>;
}

const SERVER = fileURLToPath(new URL('server.js', import.meta.url));
const LOOP_WATCH = new URL('loop-watch.js', import.meta.url).href;
/** The command line as it is shipped; where it is profiled, the modules of which that is made, which have names. */
const HABEAS = shippedFile(isProfiled ? 'dist/cli.js' : 'dist/bundle/cli.js');

/** Habeas, or one of `server.ts`. */
export type ServerName = 'habeas' | 'fastify' | 'raw command';

/** How often a service is asked whether it is ready. */
const ASK_MS = 20;
/** Idle is who uses less than a twentieth of a processor: a hundredth of a second is the unit of the system. The profiler alone uses more. */
const [IDLE_MS, IDLE_TICKS] = [500, isProfiled ? 25 : 3];

/** Serves the files of a folder; resolves once the server listens. The register is projected in a worker. */
export const startService = async (folder: string, server: ServerName = 'habeas'): Promise<Service> => {
  const command = server === 'habeas' ? [HABEAS, 'serve', '--data', folder, '--port', '0'] : [SERVER, server, folder];
  const child = spawn(process.execPath, [...profileArguments(), '--import', LOOP_WATCH, ...command], {
    env: { ...process.env, HABEAS_TODAY: formatDay(TODAY), HABEAS_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  if (child.stdout === null) throw new Error('no pipe');
  const { value: line } = (await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()) as {
    value?: string;
  };
  const url = /http:\/\/[\d.]+:\d+/.exec(line ?? '')?.[0];
  if (url === undefined) throw new Error('the service has ended');
  const processFile = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
  const usedTicks = (): number => {
    const fields = processFile('stat').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  return {
    url,
    delays: async () => {
      const answer = once(child, 'message');
      child.send({});
      return ((await answer) as [LoopDelays])[0];
    },
    ready: async () => {
      while (!(await fetch(`${url}/health/ready`)).ok) await sleep(ASK_MS);
    },
    idle: async () => {
      for (let before = NaN, now = usedTicks(); !(now - before < IDLE_TICKS);) {
        await sleep(IDLE_MS);
        [before, now] = [now, usedTicks()];
      }
    },
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(processFile('status'))?.[1]) / 1024,
    close: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
};
