/**
 * Entry point of a server process: the register as it is served, or bare Fastify with the same validation, decisions and store.
 * Prints its URL, and ends when its standard input closes.
 */
import { fastify } from 'fastify';
import { RecordEvents, RecordEventsHandler } from '../src/commands/record-events.js';
import { newId } from '../src/commands/ids.js';
import { createSqliteStore } from '../src/event-store/sqlite/store.js';
import { readEvent } from '../src/schema/read-event.js';
import { serve } from '../src/serve.js';
import { readSettings } from '../src/settings.js';
import { clock, logFile } from './data-sets.js';
import { ENVIRONMENT } from './environment.js';

interface RunningServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const habeas = (folder: string): Promise<RunningServer> =>
  serve(
    readSettings({
      ...ENVIRONMENT,
      HABEAS_DATA: folder,
      HABEAS_PORT: '0',
      HABEAS_TODAY: '2026-01-05',
      HABEAS_LOG_LEVEL: 'warn',
    }),
    undefined,
    undefined,
    'worker',
  );

const bare = async (folder: string): Promise<RunningServer> => {
  const store = createSqliteStore({ file: logFile(folder) });
  const handler = new RecordEventsHandler(store, clock);
  const server = fastify({ logger: false });
  server.post<{ Params: { id: string } }>('/v1/cases/:id/events', async ({ params, body }, reply) => {
    const read = readEvent('case', body);
    if ('errors' in read) return reply.code(400).send(read);
    const request = {
      subject: { kind: 'case', id: params.id },
      begins: false,
      events: [read.event],
      actor: { kind: 'person', id: 'clerk-7', asserted: true },
      acknowledge: [],
      correlationId: newId(),
    } as const;
    const answer = await handler.execute(new RecordEvents(request));
    return reply.code(answer.outcome === 'recorded' ? 201 : 409).send(answer);
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    close: async () => {
      await server.close();
      await store.close();
    },
  };
};

const [variant, folder = ''] = process.argv.slice(2);
const running = await (variant === 'habeas' ? habeas(folder) : bare(folder));
console.log(running.url);
process.stdin.on('end', () => void running.close()).resume();
