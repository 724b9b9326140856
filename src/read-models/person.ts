/**
 * What the events of a case say about the person (names, references, description), and which lists they name or have judged the
 * case.
 */
import { isNamingEvent, namesIn, type CaseEvent, type Name, type Reference } from '../domain/case/events.js';
import type { EventWithId } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';
import { referenceId, referencesOf as referencesIn } from '../domain/reference/reference.js';
import { toNfc } from '../domain/text.js';
import { rememberForItems } from './remember.js';

type CaseEvents = readonly EventWithId<CaseEvent>[];

/** Every distinct name, in order of recording, but for those that were erased. */
export const personNames = rememberForItems(
  ({ event }: EventWithId<CaseEvent>) => isNamingEvent(event),
  (events): readonly Name[] =>
    uniqueBy(
      events.flatMap(({ event }) => namesIn(event)).filter(({ text }) => text !== ''),
      ({ text, script, language, kind }) => ({ text, script, language, kind }),
      ({ text, script, language, kind }) => JSON.stringify([toNfc(text), script, language, kind]),
    ),
);

/** Whether a name of the person was erased: an event then has a name without text, or no names (src/event-store/erased.ts). */
export const hasErasedName = (events: CaseEvents): boolean =>
  events.some(
    ({ event }) =>
      (event.type === 'opened' && event.names.length === 0) || (event.type === 'named' && event.name.text === ''),
  );

/** The name to display: a full name in Azerbaijani Latin, else any full name, else any name; null without names. */
export const displayName = (names: readonly Name[]): string | null => {
  const full = names.filter((name) => name.kind === 'full');
  return (full.find((n) => n.language === 'az' && n.script === 'Latn') ?? full[0] ?? names[0])?.text ?? null;
};

/** Every distinct reference, in order of recording, spelled as first recorded. */
export const personReferences = rememberForItems(
  ({ event }: EventWithId<CaseEvent>) => referencesIn(event).length > 0,
  (events): readonly Reference[] =>
    uniqueBy(
      events.flatMap(({ event }) => referencesIn(event)),
      ({ list, reference }) => ({ list, reference }),
      referenceId,
    ),
);

/** The first value of each id. */
const uniqueBy = <In, Out>(
  values: readonly In[],
  pick: (value: In) => Out,
  idOf: (value: Out) => string,
): readonly Out[] => {
  const first = new Map<string, Out>();
  for (const value of values.map(pick)) if (!first.has(idOf(value))) first.set(idOf(value), value);
  return [...first.values()];
};

const DESCRIPTION_FIELDS = ['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'] as const;

/** The latest value of each descriptive field; fields cleared with null are left out. */
export const personDescription = rememberForItems(
  ({ event }: EventWithId<CaseEvent>) => event.type === 'opened' || event.type === 'described',
  (events): Readonly<Record<string, string>> => {
    const values = new Map<string, string | null>();
    for (const { event } of events) {
      if (event.type !== 'opened' && event.type !== 'described') continue;
      for (const field of DESCRIPTION_FIELDS) {
        const value = event[field];
        if (value !== undefined) values.set(field, value);
      }
    }
    const description: Record<string, string> = {};
    for (const field of DESCRIPTION_FIELDS) {
      const value = values.get(field) ?? null;
      if (value !== null) description[field] = value;
    }
    return description;
  },
);

/** Whether an event judges its case on the list or gives it a reference there; of a correction, whether its fields do. */
export const mentionsList = (recorded: AnyEvent, list: string): boolean => {
  const event =
    recorded.type === 'corrected' ? ({ ...recorded.data, type: recorded.correctedType } as AnyEvent) : recorded;
  return ('list' in event && event.list === list) || referencesIn(event).some((reference) => reference.list === list);
};

/** Whether an event, as it stands, judges its case on a list. */
const judgesList = (event: CaseEvent): event is Extract<CaseEvent, { readonly list: string }> =>
  'list' in event && event.type !== 'referenced';

/** Ids of the lists that have judged the case, sorted. A case can only be on these. */
export const judgingLists = rememberForItems(
  ({ event }: EventWithId<CaseEvent>) => judgesList(event),
  (events): readonly string[] =>
    [...new Set(events.flatMap(({ event }) => (judgesList(event) ? [event.list] : [])))].sort(),
);
