/** Minimal client of a server-sent-events feed over real HTTP. */
import { request, type IncomingMessage } from 'node:http';
import type { LooseJson } from './contract.js';

export class FeedReader {
  /** Ids and data of every complete event, over all connections. */
  readonly ids: number[] = [];
  readonly data: LooseJson[] = [];
  readonly comments: string[] = [];
  retry: number | null = null;
  /** True once either side has closed the connection. */
  ended = false;
  private response: IncomingMessage | null = null;
  private incomplete = '';
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly path: string,
    private readonly from = '127.0.0.1',
  ) {}

  /** Resumes after the last event received, if any. Resolves with the response once its headers have arrived. */
  async connect(headers: Readonly<Record<string, string>> = {}): Promise<IncomingMessage> {
    const last = this.ids.at(-1);
    const resumed = last === undefined ? {} : { 'last-event-id': String(last) };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(
        `${this.url}${this.path}`,
        { agent: false, localAddress: this.from, headers: { ...resumed, ...headers } },
        resolve,
      )
        .on('error', reject)
        .end();
    });
    this.response = response;
    this.incomplete = '';
    this.ended = false;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.receive(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.ended = true;
      this.wakeWaiting();
    });
    return response;
  }

  /** Closes the connection, even in the middle of an event. */
  cut(): void {
    this.response?.destroy();
  }

  /** Stops reading, so that the sockets' buffers fill up. */
  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private receive(text: string): void {
    const blocks = (this.incomplete + text).split('\n\n');
    this.incomplete = blocks.pop() ?? '';
    for (const block of blocks) this.parseBlock(block);
    this.wakeWaiting();
  }

  private parseBlock(block: string): void {
    for (const line of block.split('\n')) {
      const [, field, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments.push(value ?? '');
      else if (field === 'retry') this.retry = Number(value);
      else if (field === 'id') this.ids.push(Number(value));
      else if (field === 'data') this.data.push(JSON.parse(String(value)) as LooseJson);
      else throw new Error(`unknown field: ${line}`);
    }
  }

  private wakeWaiting(): void {
    for (const wake of [...this.waiting]) wake();
    this.waiting.clear();
  }
}
