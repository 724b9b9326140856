/** A reader of a feed over real HTTP: what a program that follows the register does, and no more. */
import { request, type IncomingMessage } from 'node:http';
import type { LooseJson } from './contract.js';

export class FeedReader {
  /** Ids and data of every event that came whole, over all connections. */
  readonly ids: number[] = [];
  readonly data: LooseJson[] = [];
  readonly comments: string[] = [];
  retry: number | null = null;
  /** Whether the connection has ended, from whichever side. */
  ended = false;
  private response: IncomingMessage | null = null;
  private rest = '';
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly path: string,
    private readonly from = '127.0.0.1',
  ) {}

  /** Connects, after the last event that came if there is one; gives the answer's head. */
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
    this.rest = '';
    this.ended = false;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined);
    response.on('close', () => {
      this.ended = true;
      this.tell();
    });
    return response;
  }

  /** Ends the connection in the middle of whatever comes. */
  cut(): void {
    this.response?.destroy();
  }

  /** Takes nothing more until `resume`. */
  pause(): void {
    this.response?.pause();
  }

  resume(): void {
    this.response?.resume();
  }

  async until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) this.read(block);
    this.tell();
  }

  private read(block: string): void {
    for (const line of block.split('\n')) {
      const [, field, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (field === '') this.comments.push(value ?? '');
      else if (field === 'retry') this.retry = Number(value);
      else if (field === 'id') this.ids.push(Number(value));
      else if (field === 'data') this.data.push(JSON.parse(String(value)) as LooseJson);
      else throw new Error(`not of a feed: ${line}`);
    }
  }

  private tell(): void {
    for (const wake of [...this.waiting]) wake();
    this.waiting.clear();
  }
}
