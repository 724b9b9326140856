/**
 * SIGTERM under 64 concurrent HTTP writers: each request gets a complete answer or none, acknowledged events are in the log, and
 * unanswered requests recorded nothing. `STOP_ROUNDS` sets the number of rounds.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { fetchText } from '../support/ask-again.js';
import { BuiltService } from '../support/built-service.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';
import { effort } from '../support/effort.js';

const ROUNDS = Number(process.env['STOP_ROUNDS'] ?? effort(2, 20));
const WRITERS = 64;

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

/** Null if no byte of an answer arrived; rejects if the answer was truncated. */
const post = (
  url: string,
  id: string,
  agent: Agent,
): Promise<{ readonly status: number; readonly body: Loose } | null> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-actor': 'person:w', 'x-request-id': id };
    const outgoing = request(`${url}/v1/cases`, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Loose }));
    });
    outgoing.on('error', () => resolve(null));
    outgoing.end(JSON.stringify({ names: [latinName('Nümunə')], ...WITH_SOURCES }));
  });

const logOf = async (url: string): Promise<Loose[]> =>
  (await fetchText(`${url}/v1/events`))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Loose);

test(`SIGTERM under ${String(WRITERS)} writers, ${String(ROUNDS)} times: a whole answer or none, nothing lost`, async () => {
  const acknowledged = new Map<string, string>();
  const unanswered: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const service = await BuiltService.start(folder.path);
    const agent = new Agent({ keepAlive: true, maxSockets: WRITERS });
    const enough = acknowledged.size + 100 + round * 150;
    let stopping: Promise<number | null> | null = null;
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (;;) {
          const id = randomUUID();
          const answer = await post(service.url, id, agent);
          if (answer === null) {
            unanswered.push(id);
            return;
          }
          expect(answer.status).toBe(201);
          acknowledged.set(id, (answer.body['events'] as string[])[0] as string);
          if (acknowledged.size >= enough) stopping ??= service.stop();
        }
      }),
    );
    expect(await (stopping as Promise<number | null> | null)).toBe(0);
    agent.destroy();
    expect(service.log).not.toContain('"level":50');
  }
  const restarted = await BuiltService.start(folder.path);
  // Ready read models may still be behind the log.
  await until(async () => {
    const { status, body } = await restarted.get('/health/ready');
    return status === 200 && body['lag'] === 0;
  });
  const log = await logOf(restarted.url);
  await restarted.stop();
  const stored = new Map(log.map((event) => [event['correlationId'] as string, event['id'] as string]));
  expect(stored).toEqual(acknowledged);
  expect(unanswered).toHaveLength(ROUNDS * WRITERS);
  expect(unanswered.filter((id) => stored.has(id))).toEqual([]);
}, 300_000);
