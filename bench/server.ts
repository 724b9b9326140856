/**
 * Entry point of what a service is compared with: bare Fastify with the same validation, decisions and store, or bare Fastify with
 * nothing of the register. Prints its URL, and ends when it is asked to.
 */
import { fastify, type FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { RecordEvents, RecordEventsHandler } from '../src/commands/record-events.js';
import { newId } from '../src/commands/ids.js';
import { MISTREATMENT_KINDS } from '../src/domain/case/events.js';
import { RELIABILITIES, SOURCE_KINDS } from '../src/domain/event.js';
import type { NewEvent } from '../src/event-store/port.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import { readEvent } from '../src/schema/read-event.js';
import { clock, logFile, rawFile } from './data-sets.js';
import { EMPTY, step } from './fold.js';
import { openRaw, RawLog } from './raw.js';

interface RunningServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const bare = async (folder: string): Promise<RunningServer> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const handler = new RecordEventsHandler(store, clock);
  const server = fastify({ logger: false });
  server.post<{ Params: { id: string } }>('/v1/cases/:id/events', async ({ params, body }, reply) => {
    const read = readEvent('case', body);
    if ('errors' in read) return reply.code(400).send(read);
    const request = {
      subject: { kind: 'case', id: params.id },
      isNewSubject: false,
      events: [read.event],
      actor: { kind: 'person', id: 'clerk-7', asserted: true },
      acknowledge: [],
      correlationId: newId(),
    } as const;
    const answer = await handler.execute(new RecordEvents(request));
    return reply.code(answer.outcome === 'recorded' ? 201 : 409).send(answer);
  });
  return listening(server, () => store.close());
};

/** What Fastify's validator checks: the schema of the one event that is posted. */
const BODY = {
  type: 'object',
  required: ['type', 'occurredOn', 'kind', 'sources'],
  additionalProperties: false,
  properties: {
    type: { const: 'mistreated' },
    occurredOn: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    kind: { enum: MISTREATMENT_KINDS },
    reliability: { enum: RELIABILITIES },
    sources: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['kind', 'citation'],
        additionalProperties: false,
        properties: {
          kind: { enum: SOURCE_KINDS },
          citation: { type: 'string', minLength: 1, maxLength: 2_000 },
        },
      },
    },
  },
} as const;

interface PendingAppend {
  readonly stream: string;
  readonly version: number;
  readonly event: NewEvent;
  readonly resolve: (isAppended: boolean) => void;
}

/** The least that a command does: load a case, fold it, append durably. The appends of a turn of the event loop share a commit. */
const rawCommand = async (folder: string): Promise<RunningServer> => {
  const db = openRaw(rawFile(folder));
  const log = new RawLog(db);
  const select = db.prepare('SELECT event FROM events WHERE stream = ? ORDER BY version').pluck();
  const insert = ({ stream, version, event }: PendingAppend): boolean => {
    try {
      log.append(stream, version, event);
      return true;
    } catch (error) {
      if ((error as { readonly code?: string }).code === 'SQLITE_CONSTRAINT_UNIQUE') return false;
      throw error;
    }
  };
  const commit = db.transaction((appends: readonly PendingAppend[]) => appends.map(insert));
  let pending: PendingAppend[] = [];
  const flush = (): void => {
    const appends = pending;
    pending = [];
    for (const [index, isAppended] of commit(appends).entries()) appends[index]?.resolve(isAppended);
  };
  const append = (stream: string, version: number, event: NewEvent): Promise<boolean> =>
    new Promise((resolve) => {
      if (pending.push({ stream, version, event, resolve }) === 1) setImmediate(flush);
    });
  const server = fastify({ logger: false });
  server.post<{ Params: { id: string }; Body: NewEvent['event'] }>(
    '/v1/cases/:id/events',
    { schema: { body: BODY } },
    async ({ params, body }, reply) => {
      const stream = `case-${params.id}`;
      const { events } = (select.all(stream) as string[])
        .map((text) => JSON.parse(text) as NewEvent)
        .reduce((folded, { event }) => step(folded, event), EMPTY);
      if (events === 0) return reply.code(404).send();
      const event: NewEvent = {
        id: randomUUID(),
        event: body,
        schemaVersion: 1,
        recordedAt: new Date().toISOString(),
        actor: { kind: 'person', id: 'clerk-7', asserted: true },
        acknowledged: [],
        raised: [],
        correlationId: randomUUID(),
        causationId: null,
      };
      const isAppended = await append(stream, events, event);
      return reply.code(isAppended ? 201 : 409).send({ id: event.id, revision: events });
    },
  );
  return listening(server, () => db.close());
};

const listening = async (server: FastifyInstance, closeStore: () => unknown): Promise<RunningServer> => ({
  url: await server.listen({ port: 0, host: '127.0.0.1' }),
  close: async () => {
    await server.close();
    await closeStore();
  },
});

const SERVERS: Readonly<Record<string, (folder: string) => Promise<RunningServer>>> = {
  fastify: bare,
  'raw command': rawCommand,
};

const [variant = '', folder = ''] = process.argv.slice(2);
const running = await SERVERS[variant]?.(folder);
if (running === undefined) throw new Error(`no server ${variant}`);
console.log(running.url);
process.once('SIGTERM', () => void running.close());
