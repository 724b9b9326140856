/** A random register, recorded and projected. */
import { emptyFile, FixedReader, handlersOf, Log, type Handlers } from '../read-models/support.js';
import type { RegisterScript } from './brute-force-model.js';
import { caseEvent } from './events.js';
import type { Random } from './random-register.js';

/** The day of a script: the first is 1 February 2024. */
export const text = (day: number): string => new Date(Date.UTC(2024, 1, 1 + day)).toISOString().slice(0, 10);

/** Records all events in a random order and projects them. */
export const projectRegister = async (
  register: RegisterScript,
  random: Random,
): Promise<{ ask: Handlers; reader: FixedReader; close: () => Promise<void> }> => {
  const log = new Log();
  for (const { id, policies } of register.lists) {
    await log.list(id);
    for (const { from, custody } of policies.slice(1))
      await log.append('list', id, { type: 'policy-set', from: text(from), custody });
  }
  const scripted = Object.entries(register.cases).flatMap(([id, script]) =>
    script.map((happening) => ({ id, happening })),
  );
  for (const { id, happening } of random.shuffled(scripted)) {
    const { type, first, last, after, fields } = happening;
    const occurredOn = first === last ? text(first) : `${text(first)}/${text(last)}`;
    const data = { type, occurredOn, ...fields, ...(after !== undefined && { after }) } as Parameters<
      typeof caseEvent
    >[0];
    await log.appendCaseEvent(id, { id: happening.id, event: caseEvent(data) });
  }
  const file = emptyFile();
  file.applyBatch(await log.events());
  const close = async (): Promise<void> => {
    file.close();
    await log.store.close();
  };
  const reader = new FixedReader(file, log.store);
  return { ask: handlersOf(reader), reader, close };
};
