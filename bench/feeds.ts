/**
 * Measures how much slower appending gets while 200 readers follow the feed: commands in the serving process, one by one and
 * 64 in flight, without and with feeds in turn. The readers are in another process, and each must get every event.
 *
 *     node dist-bench/bench/feeds.js [--rounds 9] [--feeds 200]
 */
import { CommandBus } from '@nestjs/cqrs';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newCaseId } from '../src/commands/ids.js';
import { RecordEvents } from '../src/commands/record-events.js';
import { EVENT_STORE, type EventStore } from '../src/event-store/port.js';
import { FEED_LIMITS } from '../src/http/log/feeds.js';
import { serve, type RunningService } from '../src/serve.js';
import { readSettings } from '../src/settings.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    feeds: { type: 'string', default: '200' },
    readers: { type: 'string' },
  },
});

/** The reader process: opens `feeds` connections; sends a message when all are open, and one when all have reached the target position. */
const follow = async (url: string, feeds: number): Promise<void> => {
  const last: number[] = [];
  const gaps: number[] = [];
  let target = Infinity;
  let reported = false;
  const reportIfComplete = (): void => {
    if (reported || last.filter((id) => id >= target).length < feeds) return;
    reported = true;
    process.send?.({ complete: gaps.length === 0 });
  };
  process.on('message', (position: number) => {
    target = position;
    reported = false;
    reportIfComplete();
  });
  const after = Number(new URL(url).searchParams.get('after'));
  for (let n = 0; n < feeds; n += 1) {
    last[n] = after;
    await new Promise<void>((opened) => {
      // The number of feeds of one address is limited, so the readers use several.
      const localAddress = `127.0.0.${String(2 + Math.floor(n / FEED_LIMITS.maxFeedsPerClient))}`;
      get(url, { agent: false, localAddress }, (response) => {
        opened();
        let rest = '';
        response.setEncoding('latin1').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            if (!line.startsWith('id: ')) continue;
            const id = Number(line.slice(4));
            if (id !== (last[n] ?? 0) + 1) gaps.push(id);
            last[n] = id;
          }
          reportIfComplete();
        });
      });
    });
  }
  process.send?.({ open: true });
};

const ACTOR = { kind: 'person', id: 'bench', asserted: true } as const;
const SOURCED = { sources: [{ kind: 'other', citation: 'synthetic' }], reliability: 'reported' } as const;
const NAMES = [{ text: 'Synthetic Person', script: 'Latn', language: 'en', kind: 'full' }] as const;

/** Opens `count` cases, `concurrency` at a time; returns the rate per second. */
const append = async (commands: CommandBus, count: number, concurrency: number): Promise<number> => {
  let left = count;
  const writer = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const subject = { kind: 'case', id: newCaseId(ACTOR) } as const;
      const events = [{ type: 'opened', names: NAMES, ...SOURCED }] as const;
      const request = { subject, isNewSubject: true, events, actor: ACTOR, acknowledge: [], correlationId: 'bench' };
      const answer = await commands.execute(new RecordEvents(request));
      if (answer.outcome !== 'recorded') throw new Error(answer.outcome);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: concurrency }, writer));
  return (count / (performance.now() - startedAt)) * 1_000;
};

const LOADS = [
  { name: 'one by one', count: 1_000, concurrency: 1 },
  { name: '64 in flight', count: 6_400, concurrency: 64 },
] as const;

/** `rate`: commands per second. `cpu`: microseconds of processor time of the serving process per command. */
interface Load {
  readonly rate: number;
  readonly cpu: number;
}

interface Measured {
  readonly loads: readonly Load[];
  /** Milliseconds from the last append until every reader had every event. */
  readonly behind: number;
}

const headOf = async (app: RunningService['app']): Promise<number> =>
  Number((await app.get<EventStore>(EVENT_STORE).head()) ?? 0);

const loads = async (commands: CommandBus): Promise<readonly Load[]> => {
  const done: Load[] = [];
  for (const { count, concurrency } of LOADS) {
    const before = process.cpuUsage();
    const rate = await append(commands, count, concurrency);
    const { user, system } = process.cpuUsage(before);
    done.push({ rate, cpu: (user + system) / count });
  }
  return done;
};

const withFeeds = async ({ app, url }: RunningService, feeds: number): Promise<Measured> => {
  const self = fileURLToPath(import.meta.url);
  const from = await headOf(app);
  const readers: ChildProcess = fork(self, ['--feeds', String(feeds), '--readers', `${url}/v1/feed?after=${from}`]);
  await once(readers, 'message');
  const done = await loads(app.get(CommandBus));
  const startedAt = performance.now();
  readers.send(await headOf(app));
  const [{ complete }] = (await once(readers, 'message')) as [{ complete: boolean }];
  if (!complete) throw new Error('a reader has missed an event');
  const behind = performance.now() - startedAt;
  readers.kill();
  await once(readers, 'exit');
  return { loads: done, behind };
};

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;

const measure = async (rounds: number, feeds: number): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'habeas-bench-'));
  const serving = await serve(readSettings({ HABEAS_DATA: folder, HABEAS_PORT: '0', HABEAS_LOG_LEVEL: 'error' }));
  const commands = serving.app.get(CommandBus);
  try {
    await loads(commands);
    const alone: (readonly Load[])[] = [];
    const followed: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const turns = [
        async () => void alone.push(await loads(commands)),
        async () => void followed.push(await withFeeds(serving, feeds)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    LOADS.forEach(({ name }, index) => {
      for (const what of ['rate', 'cpu'] as const) {
        const without = alone.map((each) => each[index]?.[what] ?? NaN);
        const withFeedsOpen = followed.map((each) => each.loads[index]?.[what] ?? NaN);
        const ratios = withFeedsOpen.map((figure, round) => figure / (without[round] ?? NaN));
        const unit = what === 'rate' ? 'a second' : 'µs of processor each';
        console.log(
          `${name}, ${unit}: ${median(without).toFixed(0)} without, ${median(withFeedsOpen).toFixed(0)} with ${feeds} feeds; ratio ` +
            `${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}, ${rounds} rounds)`,
        );
      }
    });
    console.log(
      `every reader had every event ${median(followed.map(({ behind }) => behind)).toFixed(0)} ms after the last`,
    );
  } finally {
    await serving.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

if (values.readers === undefined) await measure(Number(values.rounds), Number(values.feeds));
else await follow(values.readers, Number(values.feeds));
