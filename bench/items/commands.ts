/** Whole commands over HTTP, from request to durable answer. 64 connections, each with its own cases. */
import autocannon from 'autocannon';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { caseId, logFile, rawFile, readModelsFile, registerFolder } from '../data-sets.js';
import { profileArguments } from '../profile.js';
import { type Item, type RunContext, type Variant } from '../item.js';
import { LONG_CASE, extraEvent } from '../synthetic.js';

const CONNECTIONS = 64;
/** Cases that each connection cycles through. */
const MAX_CASES_PER_CONNECTION = 150;

const BODY = JSON.stringify(extraEvent);
const HEADERS = { 'content-type': 'application/json', 'x-actor': 'person:clerk-7' };

const requestsOf = (connection: number, cases: number) =>
  Array.from({ length: cases }, (_, index) => ({
    method: 'POST',
    path: `/v1/cases/${caseId(connection * cases + index)}/events`,
    headers: HEADERS,
    body: BODY,
  }));

const posted =
  (server: 'habeas' | 'fastify' | 'raw command'): Variant =>
  async ({ data, work, sizes }: RunContext) => {
    const made = registerFolder(data, sizes.few, LONG_CASE);
    for (const fileIn of server === 'raw command' ? [rawFile] : [logFile, readModelsFile])
      copyFileSync(fileIn(made), fileIn(work));
    const child = spawn(process.execPath, [...profileArguments(), SERVER, server, work], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { value: url } = (await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()) as {
      value: string;
    };
    const connections = Math.min(CONNECTIONS, sizes.few);
    let connection = 0;
    const cases = Math.min(MAX_CASES_PER_CONNECTION, Math.floor(sizes.few / connections));
    const load = (seconds: number) =>
      autocannon({
        url,
        connections,
        duration: seconds,
        timeout: 60,
        setupClient: (client) => client.setRequests(requestsOf(connection++ % connections, cases)),
      });
    await load(2);
    const { '2xx': answered, duration, latency, non2xx, errors } = await load(sizes.seconds);
    child.stdin.end();
    await once(child, 'exit');
    if (non2xx + errors > 0) throw new Error(`${non2xx} requests were refused, ${errors} failed`);
    return { value: answered / duration, seen: { 'ms, p50': latency.p50, 'ms, p99': latency.p99 } };
  };

const SERVER = fileURLToPath(new URL('../server.js', import.meta.url));

export const commands: Item = {
  habeas: posted('habeas'),
  fastify: posted('fastify'),
  'raw command': posted('raw command'),
};
