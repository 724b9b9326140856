/** Whole commands over HTTP, from request to durable answer. 64 connections, each with its own cases. */
import autocannon from 'autocannon';
import { copyFileSync } from 'node:fs';
import { caseId, logFile, rawFile, readModelsFile, registerFolder } from '../data-sets.js';
import { type Item, type RunContext, type Variant } from '../item.js';
import { startService, type ServerName } from '../service.js';
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
  (server: ServerName): Variant =>
  async ({ data, work, sizes }: RunContext) => {
    const made = registerFolder(data, sizes.few, LONG_CASE);
    for (const fileIn of server === 'raw command' ? [rawFile] : [logFile, readModelsFile])
      copyFileSync(fileIn(made), fileIn(work));
    const service = await startService(work, server);
    // The register verifies its log first.
    await service.idle();
    const connections = Math.min(CONNECTIONS, sizes.few);
    let connection = 0;
    const cases = Math.min(MAX_CASES_PER_CONNECTION, Math.floor(sizes.few / connections));
    const load = (seconds: number) =>
      autocannon({
        url: service.url,
        connections,
        duration: seconds,
        timeout: 60,
        setupClient: (client) => client.setRequests(requestsOf(connection++ % connections, cases)),
      });
    await load(sizes.warmUpSeconds);
    const { '2xx': answered, duration, latency, non2xx, errors } = await load(sizes.seconds);
    await service.close();
    if (non2xx + errors > 0) throw new Error(`${non2xx} requests were refused, ${errors} failed`);
    return { value: answered / duration, seen: { 'ms, p50': latency.p50, 'ms, p99': latency.p99 } };
  };

export const commands: Item = {
  habeas: posted('habeas'),
  fastify: posted('fastify'),
  'raw command': posted('raw command'),
};
