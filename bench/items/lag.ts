/** How long what was recorded is not yet seen by a query, while 64 connections record commands as fast as they are answered. */
import autocannon from 'autocannon';
import { copyFileSync } from 'node:fs';
import { caseId, logFile, readModelsFile, registerFolder } from '../data-sets.js';
import { median, type Item, type Variant } from '../item.js';
import { startService } from '../service.js';
import { extraEvent, LONG_CASE } from '../synthetic.js';

const WRITERS = 64;
const HEADERS = { 'content-type': 'application/json', 'x-actor': 'person:clerk-7' };
const BODY = JSON.stringify(extraEvent);
/** Cases that are waited for, which the writers leave alone. */
const WAITED_FOR = 20;
const pathOf = (n: number): string => `/v1/cases/${caseId(n)}`;

const habeas: Variant = async ({ data, work, sizes }) => {
  const made = registerFolder(data, sizes.few, LONG_CASE);
  for (const fileIn of [logFile, readModelsFile]) copyFileSync(fileIn(made), fileIn(work));
  const service = await startService(work);
  await service.ready();
  await service.idle();
  const written = sizes.few - WAITED_FOR;
  const connections = Math.min(WRITERS, written);
  const cases = Math.floor(written / connections);
  let writer = 0;
  let isWriting = true as boolean;
  const writing = Promise.resolve(
    autocannon({
      url: service.url,
      connections,
      duration: sizes.warmUpSeconds + sizes.seconds,
      timeout: 60,
      setupClient: (client) => {
        const first = (writer++ % connections) * cases;
        client.setRequests(
          Array.from({ length: cases }, (_, index) => ({
            method: 'POST',
            path: `${pathOf(first + index)}/events`,
            headers: HEADERS,
            body: BODY,
          })),
        );
      },
    }),
  ).finally(() => (isWriting = false));
  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${service.url}${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const lags: number[] = [];
  const warmAt = performance.now() + sizes.warmUpSeconds * 1_000;
  let waits = 0;
  // A query that names the token is answered once it sees the event.
  while (isWriting || lags.length === 0) {
    const own = pathOf(written + (waits++ % WAITED_FOR));
    const { token } = (await ask(`${own}/events`, { method: 'POST', headers: HEADERS, body: BODY })) as {
      token: string;
    };
    const recordedAt = performance.now();
    await ask(`${own}/history?limit=1&atLeast=${encodeURIComponent(token)}`);
    if (recordedAt > warmAt) lags.push(performance.now() - recordedAt);
  }
  const { '2xx': answered, duration, non2xx, errors } = await writing;
  await service.close();
  if (non2xx + errors > 0) throw new Error(`${non2xx} requests were refused, ${errors} failed`);
  lags.sort((a, b) => a - b);
  return {
    value: lags[Math.floor(lags.length * 0.99)] as number,
    seen: { 'ms, p50': median(lags), 'commands a second': answered / duration, 'events waited for': lags.length },
  };
};

export const lag: Item = { habeas };
