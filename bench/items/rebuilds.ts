/** Rebuilds of the read models from the whole log. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { startProjectionWorker } from '../../src/projection.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { clock, logFile, readModelsFile, rawFile, registerFolder } from '../data-sets.js';
import { rate, type Item, type RunContext, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { definitions, LONG_CASE } from '../synthetic.js';

const folder = ({ data, sizes }: RunContext): string => registerFolder(data, sizes.few, LONG_CASE);
const eventsIn = ({ sizes }: RunContext): number => sizes.few * LONG_CASE + definitions.length;

const habeasRebuild: Variant = async (context) => {
  const events = logFile(folder(context));
  const readModels = readModelsFile(context.work);
  const store = createSqliteStore({ file: events });
  // In a worker, as a service does: the delays are those of the thread that answers.
  const writer = startProjectionWorker('worker', store, { events, readModels }, clock.timeZone);
  const models = ReadModels.open(readModels, store, clock, undefined, undefined, writer);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const value = await rate(eventsIn(context), () => models.start());
  delay.disable();
  const { position, problem } = await models.readiness();
  if (problem !== null || position !== eventsIn(context)) throw new Error(`stopped after ${position} events`);
  await models.stop();
  await store.close();
  return {
    value,
    seen: {
      'ms, event loop p99': delay.percentile(99) / 1e6,
      'ms, event loop at most': delay.max / 1e6,
      'MiB at most': process.resourceUsage().maxRSS / 1024,
    },
  };
};

/** One row per case and one per event, without row versions; written event by event, a thousand per transaction. */
const rowAtATime: Variant = async (context) => {
  const source = openRaw(rawFile(folder(context)));
  const db = openRaw(`${context.work}/models.sqlite`);
  db.exec('CREATE TABLE list (stream TEXT PRIMARY KEY, status TEXT, category TEXT, name TEXT, events INTEGER)');
  db.exec('CREATE INDEX by_category ON list (category, name)');
  db.exec('CREATE TABLE audit (position INTEGER PRIMARY KEY, stream TEXT, type TEXT, recorded_at TEXT, actor TEXT)');
  const list =
    db.prepare(`INSERT INTO list VALUES (@stream, @type, @category, @name, 1) ON CONFLICT (stream) DO UPDATE SET
    status = @type, category = coalesce(@category, category), name = coalesce(@name, name), events = events + 1`);
  const audit = db.prepare('INSERT INTO audit VALUES (?, ?, ?, ?, ?)');
  const select = source.prepare('SELECT position, stream, event FROM events ORDER BY position').raw();
  const write = db.transaction((rows: readonly [number, string, string][]) => {
    for (const [position, stream, text] of rows) {
      const { event, recordedAt, actor } = JSON.parse(text) as NewEvent;
      const category = event.type === 'recognised' ? event.category : null;
      const name = event.type === 'opened' ? (event.names[0]?.text ?? null) : null;
      list.run({ stream, type: event.type, category, name });
      audit.run(position, stream, event.type, recordedAt, actor.id);
    }
  });
  const value = await rate(eventsIn(context), () => {
    let rows: [number, string, string][] = [];
    for (const row of select.iterate() as IterableIterator<[number, string, string]>) {
      rows.push(row);
      if (rows.length === 1_000) {
        write(rows);
        rows = [];
      }
    }
    write(rows);
  });
  source.close();
  db.close();
  return { value };
};

export const rebuild: Item = { habeas: habeasRebuild, raw: rowAtATime };
