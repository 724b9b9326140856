/** Serves a register from a temporary folder over real HTTP, inside the test process, and sends requests to it. */
import { EVENT_STORE, MAX_READ, type EventStore, type LogEvent } from '../../src/event-store/port.js';
import { HTTP_LIMITS, type HttpLimits } from '../../src/http/limits.js';
import { serve, type RunningService } from '../../src/serve.js';
import { readSettings } from '../../src/settings.js';
import { askAgain, record } from './ask-again.js';
import { OpenApiContract, type LooseJson } from './contract.js';
import { temporaryFolder, type TemporaryFolder } from './temporary-folder.js';

export type { LooseJson as Loose };

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed JSON body; `{}` if there is none. */
  readonly body: LooseJson;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Only the code decides what the document says, so one serves all services of a test file; compiling its schemas is slow. */
let contract: OpenApiContract | null = null;

export class Service {
  readonly logs: string[] = [];
  private serving: RunningService | null = null;

  private constructor(
    private readonly folder: TemporaryFolder,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly limits: HttpLimits,
  ) {}

  /** Today is 2026-01-05 unless the environment sets HABEAS_TODAY. `fill` may write into the empty data folder. */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    limits: Partial<HttpLimits> = {},
    fill: (data: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<Service> {
    const service = new Service(await temporaryFolder(), environment, { ...HTTP_LIMITS, ...limits });
    await fill(service.data);
    await service.restart();
    return service;
  }

  /** Serves the same data folder again, after `stop`. */
  async restart(environment = this.environment): Promise<void> {
    const settings = readSettings({
      HABEAS_DATA: this.folder.path,
      HABEAS_PORT: '0',
      HABEAS_TODAY: '2026-01-05',
      ...environment,
    });
    this.serving = await serve(settings, { write: (line) => void this.logs.push(line) }, this.limits);
  }

  get url(): string {
    if (this.serving === null) throw new Error('not running');
    return this.serving.url;
  }

  get app(): RunningService['app'] {
    if (this.serving === null) throw new Error('not running');
    return this.serving.app;
  }

  get data(): string {
    return this.folder.path;
  }

  async stop(): Promise<void> {
    await this.serving?.close();
    this.serving = null;
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.folder.remove();
  }

  /** Throws if the response does not match the service's OpenAPI document. */
  async request(path: string, options: HttpRequest = {}): Promise<HttpReply> {
    const reply = await this.fetch(path, options);
    const type = reply.headers.get('content-type') ?? '';
    const document = await this.document();
    if (options.method !== 'HEAD') document.check(options.method ?? 'GET', path, reply.status, type, reply.text);
    return reply;
  }

  async document(): Promise<OpenApiContract> {
    contract ??= new OpenApiContract((await this.fetch('/v1/openapi.json', {})).body);
    return contract;
  }

  private async fetch(path: string, { method = 'GET', headers = {}, body }: HttpRequest): Promise<HttpReply> {
    const token = this.environment['HABEAS_TOKEN'];
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...bearer, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = /[/+]json(;|$)/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? (JSON.parse(text) as LooseJson) : {},
    };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpReply> {
    return this.request(path, { headers });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<HttpReply> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-actor': 'person:clerk-1', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** All events (at most MAX_READ), read from the store: the read models may lag behind. */
  async storedEvents(): Promise<readonly LogEvent[]> {
    return this.app.get<EventStore>(EVENT_STORE).read(null, MAX_READ);
  }

  /** Reads at least as far as the event that was just written. */
  async getAfter(written: HttpReply, path: string): Promise<HttpReply> {
    const atLeast = `atLeast=${encodeURIComponent(String(written.body['token']))}`;
    return askAgain(() => this.get(`${path}${path.includes('?') ? '&' : '?'}${atLeast}`));
  }
}

export const WITH_SOURCES = { sources: [{ kind: 'press', citation: 'synthetic' }] };

export const latinName = (text: string) => ({ text, script: 'Latn', language: 'az', kind: 'full' });

/** Status and codes of readiness, once a check was done: on a busy machine one may take longer than readiness waits for it. */
export const readinessOf = async (service: Service): Promise<readonly [number, LooseJson]> => {
  for (;;) {
    const { status, body } = await service.get('/health/ready');
    const codes = (body['codes'] ?? {}) as LooseJson;
    if (codes['log'] !== 'STORE_UNAVAILABLE') return [status, codes];
  }
};

/** Creates the list `union` with two categories, and an amnesty act. */
export const createListAndAct = async (service: Service): Promise<void> => {
  await record(service, '/v1/lists', { id: 'union', name: { en: 'Union' }, ...WITH_SOURCES });
  for (const category of ['believers', 'journalists']) {
    const body = { type: 'category-defined', category, name: { en: category }, ...WITH_SOURCES };
    await record(service, '/v1/lists/union/events', body);
  }
  const act = {
    id: 'amnesty-2025',
    kind: 'amnesty-act',
    inForce: '2025-12-22',
    windowEnd: '2026-04-22',
    ...WITH_SOURCES,
  };
  await record(service, '/v1/instruments', act);
};

/** Makes names distinct. */
let openedCases = 0;

/** Returns the path of the new case. */
export const openCase = async (service: Service, fields: LooseJson = {}): Promise<string> => {
  openedCases += 1;
  const { headers } = await record(service, '/v1/cases', {
    names: [latinName(`Nümunə ${openedCases}`)],
    ...WITH_SOURCES,
    ...fields,
  });
  return headers.get('location') as string;
};
