/** The read models made anew from the whole log. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { NewEvent } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { clock, logOf, modelsOf, rawOf, registerOf } from '../data-sets.js';
import { rate, type Item, type Place, type Variant } from '../item.js';
import { openRaw } from '../raw.js';
import { definitions, LONG } from '../synthetic.js';

const folder = ({ data, sizes }: Place): string => registerOf(data, sizes.cases, LONG);
const eventsIn = ({ sizes }: Place): number => sizes.cases * LONG + definitions.length;

const ours: Variant = async (place) => {
  const store = createSqliteStore({ file: logOf(folder(place)) });
  const models = ReadModels.open(modelsOf(place.work), store, clock);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const value = await rate(eventsIn(place), () => models.start());
  delay.disable();
  const { position, problem } = await models.readiness();
  if (problem !== null || position !== eventsIn(place)) throw new Error(`stopped after ${position} events`);
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

/** A row a case and a row an event, nothing of what was true when: written event by event, a thousand a transaction. */
const rowAtATime: Variant = async (place) => {
  const source = openRaw(rawOf(folder(place)));
  const db = openRaw(`${place.work}/models.sqlite`);
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
  const value = await rate(eventsIn(place), () => {
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

export const rebuild: Item = { habeas: ours, raw: rowAtATime };
