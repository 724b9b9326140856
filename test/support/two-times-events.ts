/** Entries of a random log as events of the register. */
import { correctedType } from './random-log.js';
import type { LogEntry } from './two-times-model.js';

/** A day of the model as text; day 0 is 1 February 2024. */
export const dayText = (day: number): string => new Date(Date.UTC(2024, 1, 1 + day)).toISOString().slice(0, 10);

const fieldsOf = ({
  first,
  last,
  countedFrom,
  ...fields
}: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...fields,
  ...(typeof countedFrom === 'number' && { countedFrom: dayText(countedFrom) }),
  ...(first !== undefined && {
    occurredOn: first === last ? dayText(Number(first)) : `${dayText(Number(first))}/${dayText(Number(last))}`,
  }),
});

/** The event of an entry. `log` has the entry, and the entries that it amends. */
export const toEvent = (
  entry: LogEntry,
  log: readonly LogEntry[],
): Record<string, unknown> & { readonly type: string } => {
  const { id, kind } = entry;
  switch (kind) {
    case 'opened':
      return { id, type: kind, ...fieldsOf(entry.data) };
    case 'event':
      return { id, type: entry.type, ...fieldsOf(entry.data) };
    case 'corrected':
      return {
        id,
        type: kind,
        event: entry.target,
        correctedType: correctedType(log, entry),
        data: fieldsOf(entry.data),
      };
    case 'retracted':
      return { id, type: kind, event: entry.target, reason: 'a mistake' };
    case 'merged':
      return { id, type: kind, into: entry.into, reason: 'one person' };
    case 'unmerged':
      return { id, type: kind, reason: 'two people' };
  }
};
