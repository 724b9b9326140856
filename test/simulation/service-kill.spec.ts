/**
 * Kill -9 of the service under 200 concurrent HTTP writers: every acknowledged event is in the log once and in order, and the
 * read models equal a rebuild. All `KILL_ROUNDS` rounds use one register.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { askAgain, fetchText } from '../support/ask-again.js';
import { latinName, WITH_SOURCES, type Loose } from '../support/service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { effort } from '../support/effort.js';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? effort(1, 20));
const WRITERS = 200;
const MAIN = join(import.meta.dirname, '../../dist/main.js');

let folder: TemporaryFolder;
beforeAll(async () => (folder = await temporaryFolder()));
afterAll(() => folder.remove());

interface Running {
  readonly url: string;
  readonly child: ChildProcess;
}

const start = async (): Promise<Running> => {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HABEAS_DATA: folder.path, HABEAS_PORT: '0', HABEAS_TODAY: '2026-01-05' },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`did not start: ${complaints}`);
};

const end = async ({ child }: Running, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
};

const post = async (url: string, body: object, key: string): Promise<{ status: number; body: Loose }> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-actor': 'person:w', 'idempotency-key': key },
    body: JSON.stringify({ ...WITH_SOURCES, ...body }),
  });
  return { status: response.status, body: (await response.json()) as Loose };
};

/** Until the service is killed, opens cases, each followed by an arrest and a release. */
const write = async (url: string, isGone: () => boolean, onAcknowledged: (body: Loose) => void): Promise<void> => {
  // Sends nothing after the kill: another process may have taken the port.
  while (!isGone()) {
    const opened = await post(`${url}/v1/cases`, { names: [latinName('Nümunə')] }, randomUUID()).catch(() => null);
    if (opened === null) return;
    if (opened.status !== 201) throw new Error(JSON.stringify(opened));
    onAcknowledged(opened.body);
    const events = `${url}/v1/cases/${String((opened.body['subject'] as Loose)['id'])}/events`;
    for (const event of [
      { type: 'arrested', occurredOn: '2025-01-01' },
      { type: 'released', occurredOn: '2025-02', reason: 'bail' },
    ]) {
      if (isGone()) return;
      const response = await post(events, event, randomUUID()).catch(() => null);
      if (response === null) return;
      if (response.status !== 201) throw new Error(JSON.stringify(response));
      onAcknowledged(response.body);
    }
  }
};

const lines = async (url: string): Promise<Loose[]> => {
  const text = await fetchText(url);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Loose);
};

/** All pages of cases and the first page of the history, as text. */
const readModelAnswers = async (url: string, token: string): Promise<string> => {
  const texts: string[] = [];
  for (let after = ''; ;) {
    const query = `limit=200&asOf=2025-02-10&atLeast=${encodeURIComponent(token)}${after}`;
    const text = await fetchText(`${url}/v1/cases?${query}`);
    texts.push(text);
    const { next } = JSON.parse(text) as { next: string | null };
    if (next === null) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  texts.push(await fetchText(`${url}/v1/history?limit=100`));
  return texts.join('\n');
};

test(`kill -9 under ${String(WRITERS)} writers, ${String(ROUNDS)} times: nothing acknowledged is lost or duplicated, read models equal a rebuild`, async () => {
  const acknowledged = new Map<string, Loose>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const running = await start();
    const before = acknowledged.size;
    // Kills after 20 to 800 acknowledgements, a different number each round.
    const enough = before + 20 + ((round * 389) % 781);
    let killed: Promise<void> | null = null;
    await Promise.all(
      Array.from({ length: WRITERS }, () =>
        write(
          running.url,
          () => killed !== null,
          (body) => {
            for (const id of body['events'] as string[]) acknowledged.set(id, body);
            if (acknowledged.size >= enough) killed ??= end(running, 'SIGKILL');
          },
        ),
      ),
    );
    await (killed as Promise<void> | null);

    const restarted = await start();
    // The reads below wait for the token of a last write, so that the read models have the whole log.
    const key = randomUUID();
    const { body: last } = await askAgain(() =>
      post(`${restarted.url}/v1/cases`, { names: [latinName('Nümunə')] }, key),
    );
    for (const id of last['events'] as string[]) acknowledged.set(id, last);
    const token = String(last['token']);
    const log = await lines(`${restarted.url}/v1/events?atLeast=${encodeURIComponent(token)}`);
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
    const byId = new Map(log.map((event) => [event['id'] as string, event]));
    expect(byId.size).toBe(log.length);
    for (const [id, { subject, revision }] of acknowledged)
      expect(byId.get(id)).toMatchObject({ stream: `case-${String((subject as Loose)['id'])}`, revision });
    const revisions = new Map<unknown, number>();
    for (const { stream, revision } of log) {
      expect(revision).toBe((revisions.get(stream) ?? -1) + 1);
      revisions.set(stream, revision as number);
    }
    const live = await readModelAnswers(restarted.url, token);
    await end(restarted, 'SIGTERM');

    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(folder.path, `read-models.sqlite${suffix}`), { force: true });
    const rebuilt = await start();
    expect(await readModelAnswers(rebuilt.url, token)).toBe(live);
    await end(rebuilt, 'SIGTERM');
  }
}, 1_200_000);
