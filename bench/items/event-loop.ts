/** How long the thread of a service that answers is kept from it by something large, while somebody reads a page now and then. */
import autocannon from 'autocannon';
import { copyFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { caseId, logFile, readModelsFile, registerFolder } from '../data-sets.js';
import { LONGEST_TURN, type Item, type RunContext, type Variant } from '../item.js';
import { startService, type Service } from '../service.js';
import { eventsOf, extraEvent, LIST, LONG_CASE, SHORT_CASE } from '../synthetic.js';

const ACTOR = { 'x-actor': 'person:clerk-7' };
const PAGE_EVERY_MS = 50;

/** Sends a request, and reads the whole answer without keeping it. */
const ask = async (service: Service, path: string, init: RequestInit = {}): Promise<Response> => {
  const response = await fetch(`${service.url}${path}`, init);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
};
const discard = async ({ body }: Response): Promise<void> => {
  if (body !== null) for await (const _ of Readable.fromWeb(body)) continue;
};

/** Reads a page every now and then until `run` has ended. */
const whilePagesAreRead = async (service: Service, run: () => Promise<void>): Promise<void> => {
  let isRunning = true;
  const read = async (): Promise<void> => {
    while (isRunning) {
      await discard(await ask(service, `/v1/lists/${LIST}/members?limit=50`));
      await sleep(PAGE_EVERY_MS);
    }
  };
  const reading = read();
  try {
    await run();
  } finally {
    isRunning = false;
    await reading;
  }
};

type Made = (context: RunContext) => string;
const shortLog: Made = ({ data, sizes }) => registerFolder(data, sizes.few, LONG_CASE);
const list: Made = ({ data, sizes }) => registerFolder(data, sizes.listed, SHORT_CASE);

const measured = async (service: Service, run: () => Promise<void>) => {
  await service.delays();
  await run();
  const { p99, longest } = await service.delays();
  await service.close();
  return { value: p99, seen: { [LONGEST_TURN]: longest } };
};

/** Measures from the first request until everything is projected; until then no page can be read. */
const rebuilding: Variant = async (context) => {
  copyFileSync(logFile(shortLog(context)), logFile(context.work));
  const service = await startService(context.work);
  return measured(service, () => service.ready());
};

/** Measures while `run` runs, on a copy of a register, once its service has nothing left to do by itself. */
const during =
  (made: Made, run: (service: Service, context: RunContext) => Promise<void>): Variant =>
  async (context) => {
    copyFileSync(logFile(made(context)), logFile(context.work));
    copyFileSync(readModelsFile(made(context)), readModelsFile(context.work));
    const service = await startService(context.work);
    await service.ready();
    await discard(await ask(service, `/v1/lists/${LIST}/members?limit=50`));
    await service.idle();
    return measured(service, () => whilePagesAreRead(service, () => run(service, context)));
  };

/** Rows of one request: as many as are allowed. */
const ROWS = 1_000;
const FIRST_NEW_CASE = 2 ** 40;

const importing = during(shortLog, async (service, { sizes }) => {
  for (let from = 0; from < sizes.imported; from += ROWS) {
    const rows = Array.from({ length: Math.min(ROWS, sizes.imported - from) }, (_, index) =>
      JSON.stringify(eventsOf(FIRST_NEW_CASE + from + index, 1)[0]),
    );
    const headers = { ...ACTOR, 'content-type': 'application/x-ndjson', 'idempotency-key': `rows-${from}` };
    const answer = await ask(service, '/v1/events', { method: 'POST', headers, body: rows.join('\n') });
    const recorded = (await answer.text()).match(/"status":201/g)?.length ?? 0;
    if (recorded !== rows.length) throw new Error(`of ${rows.length} rows ${recorded} were recorded`);
  }
  await service.ready();
});

const exporting = (path: string): Variant =>
  during(list, async (service) => {
    await discard(await ask(service, path));
  });

const WRITERS = 64;

const projecting = during(shortLog, async ({ url }, { sizes }) => {
  let writer = 0;
  const connections = Math.min(WRITERS, sizes.few);
  const cases = Math.floor(sizes.few / connections);
  const { non2xx, errors } = await autocannon({
    url,
    connections,
    duration: sizes.seconds,
    timeout: 60,
    setupClient: (client) => {
      const first = (writer++ % connections) * cases;
      client.setRequests(
        Array.from({ length: cases }, (_, index) => ({
          method: 'POST',
          path: `/v1/cases/${caseId(first + index)}/events`,
          headers: { ...ACTOR, 'content-type': 'application/json' },
          body: JSON.stringify(extraEvent),
        })),
      );
    },
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} requests were refused, ${errors} failed`);
});

export const eventLoop: Item = {
  rebuilding,
  importing,
  'exporting the log': exporting('/v1/events'),
  'exporting CSV': exporting(`/v1/lists/${LIST}/members.csv`),
  'exporting a workbook': exporting(`/v1/lists/${LIST}/members.xlsx`),
  projecting,
};
