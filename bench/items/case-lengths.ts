/** What one more event costs in a case that has some: loading and deciding, appending, projecting. */
import { decide } from '../../src/domain/case/decide.js';
import type { CaseEvent } from '../../src/domain/case/events.js';
import type { ReferenceData } from '../../src/domain/case/reference-data.js';
import type { NonAmendment } from '../../src/domain/amendments.js';
import type { EventWithId } from '../../src/domain/event.js';
import { streamName, type AnyEvent } from '../../src/domain/events.js';
import type { ListEvent } from '../../src/domain/list/events.js';
import { foldList } from '../../src/domain/list/list.js';
import { formatDay, parseDay } from '../../src/domain/time.js';
import { MAX_EVENTS_PER_APPEND, type EventStore } from '../../src/event-store/port.js';
import { createSqliteStore } from '../../src/event-store/sqlite/store.js';
import { ReadModels } from '../../src/read-models/read-models.js';
import { clock, logFile, readModelsFile, streamOf } from '../data-sets.js';
import { median, type Item, type Variant } from '../item.js';
import { definitions, eventsOf, extraEvent, LIST, LONG_CASE, toEvent, TODAY } from '../synthetic.js';

/** Events that a case has. A case of the register has 2,000 at most. */
export const CASE_LENGTHS = [10, 100, 1_990] as const;

export const PARTS = { load: 'ms to load', decide: 'ms to decide', append: 'ms to append', project: 'ms to project' };

/** Events of one case that are timed, and cases; the first is a warm-up, and short. */
const [EVENTS, CASES] = [10, 3];

const list = foldList(LIST, definitions as readonly NonAmendment<ListEvent>[]);
const references: ReferenceData = { today: TODAY, lists: new Map(list && [[LIST, list]]), instruments: new Map() };

/** The first day of the events that lengthen a case: after the events of every case of the data set. */
const FIRST_DAY = parseDay('2025-01-05') ?? 0;
/** Six events a day, so that a case of 2,000 ends before today. */
const event = (n: number, index: number): AnyEvent =>
  eventsOf(n, LONG_CASE)[index] ?? { ...extraEvent, occurredOn: formatDay(FIRST_DAY + Math.floor(index / 6)) };

const append = async (
  store: EventStore,
  stream: string,
  revision: number,
  events: readonly AnyEvent[],
): Promise<string> => {
  const appended = await store.append(stream, revision < 0 ? 'no-stream' : revision, events.map(toEvent));
  if (appended.outcome !== 'appended') throw new Error('a conflict');
  return appended.cursor;
};

const oneMore =
  (lengthOfCases: number): Variant =>
  async ({ work }) => {
    const store = createSqliteStore({ file: logFile(work) });
    const models = ReadModels.open(readModelsFile(work), store, clock);
    await append(store, streamName('list', LIST), -1, definitions);
    await models.start();
    const times: Record<string, number[]> = { load: [], decide: [], append: [], project: [], all: [] };
    for (let n = 0; n < CASES; n += 1) {
      const stream = streamOf(n);
      const length = n === 0 ? CASE_LENGTHS[0] : lengthOfCases;
      for (let from = 0; from < length; from += MAX_EVENTS_PER_APPEND) {
        const count = Math.min(MAX_EVENTS_PER_APPEND, length - from);
        const some = Array.from({ length: count }, (_, index) => event(n, from + index));
        await models.waitFor(await append(store, stream, from - 1, some), 600_000);
      }
      for (let index = length; index < length + EVENTS; index += 1) {
        const next = event(n, index) as CaseEvent;
        const at = [performance.now()];
        const done = (): unknown => at.push(performance.now());
        const history = (await store.readStream(stream, -1, length + EVENTS)) as readonly EventWithId<CaseEvent>[];
        done();
        const decision = decide(history, [{ id: toEvent(next).id, event: next }], references, []);
        done();
        if (decision.outcome !== 'accepted') throw new Error('refused');
        const cursor = await append(store, stream, index - 1, [next]);
        done();
        await models.waitFor(cursor);
        done();
        if (n === 0) continue;
        Object.keys(PARTS).forEach((part, step) => times[part]?.push((at[step + 1] ?? NaN) - (at[step] ?? NaN)));
        times['all']?.push((at.at(-1) ?? NaN) - (at[0] ?? NaN));
      }
    }
    await models.stop();
    await store.close();
    const seen = Object.entries(PARTS).map(([part, name]) => [name, median(times[part] ?? [])] as const);
    return { value: median(times['all'] ?? []), seen: Object.fromEntries(seen) };
  };

export const oneMoreEvent: Item = Object.fromEntries(CASE_LENGTHS.map((length) => [String(length), oneMore(length)]));
