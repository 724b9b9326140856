/** Runs the built service (`dist`, which `npm test` builds first) in a child process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Loose } from './service.js';

export const CLI = join(import.meta.dirname, '../../dist/bundle/cli.js');

export interface BuiltServiceReply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly body: Loose;
}

interface Options {
  /** File descriptor that receives stderr instead of `log`. */
  readonly stderr?: number;
  /** Settings that are added to those of every test. */
  readonly environment?: Readonly<Record<string, string>>;
  /** User that runs the service; only root may set it. */
  readonly uid?: number;
}

export class BuiltService {
  log = '';

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Rejects with the exit code and stderr if the service ends before it listens. */
  static async start(data: string, { stderr, uid, environment = {} }: Options = {}): Promise<BuiltService> {
    const child = spawn(process.execPath, [CLI, 'serve'], {
      stdio: ['ignore', 'pipe', stderr ?? 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HABEAS_DATA: data,
        HABEAS_PORT: '0',
        HABEAS_TODAY: '2026-01-05',
        ...environment,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    const ended = once(child, 'exit');
    let log = '';
    let service: BuiltService | null = null;
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      if (service !== null) service.log = log;
    });
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (url === undefined) continue;
      service = new BuiltService(url, child);
      return service;
    }
    const [code] = (await ended) as [number | null];
    throw new Error(`ended with ${String(code)}: ${log}`);
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async get(path: string): Promise<BuiltServiceReply> {
    return toReply(await fetch(`${this.url}${path}`));
  }

  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<BuiltServiceReply> {
    const allHeaders = { 'content-type': 'application/json', 'x-actor': 'person:clerk-1', ...headers };
    return toReply(
      await fetch(`${this.url}${path}`, { method: 'POST', headers: allHeaders, body: JSON.stringify(body) }),
    );
  }

  /** Returns the exit code, or null after a kill by signal. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.running) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode;
  }
}

/** Body of a JSON reply; `{}` for every other media type. */
const parseBody = (text: string, type: string): Loose =>
  /[/+]json(;|$)/.test(type) && text !== '' ? (JSON.parse(text) as Loose) : {};

const toReply = async (response: Response): Promise<BuiltServiceReply> => {
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    text,
    body: parseBody(text, response.headers.get('content-type') ?? ''),
  };
};
