/** Records a random log and projects it in batches of random length. */
import { emptyFile, FixedReader, handlersOf, Log, type Handlers } from '../read-models/support.js';
import type { RandomLog } from './random-log.js';
import type { Random } from './random-register.js';
import { dayText, toEvent } from './two-times-events.js';

export interface ProjectedLog {
  readonly ask: Handlers;
  /** The position before the first entry of the log: lists and instruments are recorded first. */
  readonly start: number;
  readonly close: () => Promise<void>;
}

export const projectLog = async ({ lists, log: entries }: RandomLog, random: Random): Promise<ProjectedLog> => {
  const log = new Log();
  for (const { id, policies } of lists) {
    await log.list(id);
    for (const { from, custody } of policies.slice(1))
      await log.append('list', id, { type: 'policy-set', from: dayText(from), custody });
  }
  await log.append('instrument', 'decree', { type: 'instrument-registered', kind: 'pardon-decree' });
  await log.append('instrument', 'act', { type: 'instrument-registered', kind: 'amnesty-act' });
  const start = (await log.events()).length;
  for (const entry of entries) await log.append('case', entry.stream, toEvent(entry, entries));
  const file = emptyFile();
  const events = await log.events();
  for (let from = 0; from < events.length;) {
    const to = from + 1 + random.below(4);
    file.applyBatch(events.slice(from, to));
    from = to;
  }
  const close = async (): Promise<void> => {
    file.close();
    await log.store.close();
  };
  return { ask: handlersOf(new FixedReader(file, log.store)), start, close };
};
