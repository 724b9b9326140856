/**
 * Compares the EventStoreDB adapter with its bare client on the server at ESDB_URL: `npm run bench:esdb`. Each round runs every item
 * with every variant; prints medians over the rounds, and medians of the ratios within each round.
 */
import {
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  streamNameFilter,
  type AppendToStreamOptions,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { encode } from '../src/event-store/encode.js';
import { Connection } from '../src/event-store/eventstoredb/connection.js';
import { openEsdbStore } from '../src/event-store/eventstoredb/store.js';
import type { NewEvent } from '../src/event-store/port.js';
import { median, rate } from './item.js';
import { eventsOf, LONG_CASE, toEvent } from './synthetic.js';

const url = process.env['ESDB_URL'];
if (url === undefined) throw new Error('ESDB_URL must name a server: esdb://127.0.0.1:2113?tls=false');
const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const SINGLE_APPENDS = 400;
const CONCURRENT_APPENDS = 4_000;
const BULK_APPENDS = 20;
const EVENTS_PER_BULK_APPEND = 1_000;

/** Appends the events to a new stream. */
type Append = (events: readonly NewEvent[]) => Promise<void>;

interface Variant {
  readonly append: Append;
  /** Reads `count` events that this variant appended from the log. */
  readonly replay: (count: number) => Promise<number>;
  readonly close: () => Promise<void>;
}

const adapter = async (): Promise<Variant> => {
  const store = await openEsdbStore({ url, register: `bench-${randomUUID()}` });
  return {
    append: async (events) => {
      const appended = await store.append(`case-${randomUUID()}`, 'no-stream', events);
      if (appended.outcome !== 'appended') throw new Error('a conflict');
    },
    replay: async (count) => {
      let received = 0;
      const { signal } = new AbortController();
      for await (const batch of store.follow(null, signal, 500)) if ((received += batch.length) >= count) break;
      return received;
    },
    close: () => store.close(),
  };
};

/** The client appending the same records: by default through its shared batch stream, or with the options of the adapter's calls. */
const bare = async (options: AppendToStreamOptions): Promise<Variant> => {
  const client = EventStoreDBClient.connectionString(url);
  const prefix = `bare-${randomUUID()}.`;
  return {
    append: async (events) => {
      const stream = prefix + randomUUID();
      const data = events.map((event, revision) => {
        const { id, type, recordedAt, text, leaf } = encode({ stream, revision }, event);
        return jsonEvent({
          id,
          type,
          data: JSON.parse(text) as Record<string, unknown>,
          metadata: { leaf, recordedAt },
        });
      });
      await client.appendToStream(stream, data, { ...options, expectedRevision: NO_STREAM });
    },
    replay: async (count) => {
      let received = 0;
      const filter = streamNameFilter({ prefixes: [prefix] });
      const subscription = client.subscribeToAll({ filter });
      for await (const { event } of subscription) if (event !== undefined && (received += 1) >= count) break;
      await subscription.unsubscribe();
      return received;
    },
    close: () => client.dispose(),
  };
};

/** The options of the adapter's calls. */
const { options } = new Connection(url);
const VARIANTS = {
  adapter,
  'client, same call': () => bare(options),
  'client, shared stream': () => bare({}),
} as const;
type Name = keyof typeof VARIANTS;

const newEvents = (count: number): readonly NewEvent[] =>
  Array.from({ length: count }, (_, index) => {
    const event = eventsOf(Math.floor(index / LONG_CASE), LONG_CASE)[index % LONG_CASE];
    if (event === undefined) throw new Error('a case of fewer events');
    return toEvent(event);
  });

const inFlight = async (variant: Variant, writers: number): Promise<number> => {
  const pending = [...newEvents(CONCURRENT_APPENDS)];
  const write = async (): Promise<void> => {
    for (let event; (event = pending.pop()) !== undefined;) await variant.append([event]);
  };
  return rate(CONCURRENT_APPENDS, async () => {
    await Promise.all(Array.from({ length: writers }, write));
  });
};

const ITEMS: Readonly<Record<string, (variant: Variant) => Promise<number>>> = {
  'append alone': async (variant) => {
    const pending = newEvents(SINGLE_APPENDS);
    return rate(SINGLE_APPENDS, async () => {
      for (const event of pending) await variant.append([event]);
    });
  },
  'append, 64 in flight': (variant) => inFlight(variant, 64),
  'append, 200 in flight': (variant) => inFlight(variant, 200),
  'append, 1,000 events a call': async (variant) => {
    const pending = Array.from({ length: BULK_APPENDS }, () => newEvents(EVENTS_PER_BULK_APPEND));
    return rate(BULK_APPENDS * EVENTS_PER_BULK_APPEND, async () => {
      for (const events of pending) await variant.append(events);
    });
  },
  'replay of all that': (variant) => {
    const count = SINGLE_APPENDS + 2 * CONCURRENT_APPENDS + BULK_APPENDS * EVENTS_PER_BULK_APPEND;
    return rate(count, async () => {
      await variant.replay(count);
    });
  },
};

const names = Object.keys(VARIANTS) as Name[];
const figures = new Map<string, number[]>();
const keyOf = (item: string, name: Name): string => `${item} ${name}`;
for (let round = 0; round < ROUNDS; round += 1) {
  const variants = new Map<Name, Variant>();
  for (const name of names) variants.set(name, await VARIANTS[name]());
  for (const [item, run] of Object.entries(ITEMS))
    // Rotates which variant goes first.
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const figure = await run(variants.get(name) as Variant);
      figures.set(keyOf(item, name), [...(figures.get(keyOf(item, name)) ?? []), figure]);
    }
  for (const variant of variants.values()) await variant.close();
  process.stderr.write(`round ${round + 1} of ${ROUNDS}\n`);
}

const figuresOf = (item: string, name: Name): readonly number[] => figures.get(keyOf(item, name)) ?? [];
const ratio = (item: string, name: Name): string =>
  median(figuresOf(item, 'adapter').map((figure, index) => figure / (figuresOf(item, name)[index] ?? NaN))).toFixed(2);
const rows = Object.keys(ITEMS).map((item) => {
  const medians = names.map((name) => Math.round(median(figuresOf(item, name))).toLocaleString('en'));
  return `| ${[item, ...medians, ...names.slice(1).map((name) => ratio(item, name))].join(' | ')} |`;
});
process.stdout.write(
  [
    `| events a second | ${names.join(' | ')} | ${names
      .slice(1)
      .map((name) => `adapter ÷ ${name}`)
      .join(' | ')} |`,
    `| --- | ${'--: | '.repeat(2 * names.length - 1)}`.trimEnd(),
    ...rows,
    '',
  ].join('\n'),
);
