/** What a case's events say about the person beside the four axes: names, references, description. */
import type { CaseEvent, Name, Reference } from '../domain/case/events.js';
import type { EventWithId } from '../domain/event.js';
import type { AnyEvent } from '../domain/events.js';
import { referenceId, referencesOf as referencesIn } from '../domain/reference/reference.js';
import { toNfc } from '../domain/text.js';

type Events = readonly EventWithId<CaseEvent>[];

/** Every spelling, in order of recording, each once. */
export const namesOf = (events: Events): readonly Name[] =>
  once(
    events.flatMap(({ event }) => (event.type === 'opened' ? event.names : event.type === 'named' ? [event.name] : [])),
    ({ text, script, language, kind }) => ({ text, script, language, kind }),
    ({ text, script, language, kind }) => JSON.stringify([toNfc(text), script, language, kind]),
  );

/** The name shown first: a full one in Azerbaijani Latin before any full one before any at all; null where there is none. */
export const shownName = (names: readonly Name[]): string | null => {
  const full = names.filter((name) => name.kind === 'full');
  return (full.find((n) => n.language === 'az' && n.script === 'Latn') ?? full[0] ?? names[0])?.text ?? null;
};

/** Every reference, in order of recording, each once and as it was first given. */
export const referencesOf = (events: Events): readonly Reference[] =>
  once(
    events.flatMap(({ event }) => referencesIn(event)),
    ({ list, reference }) => ({ list, reference }),
    referenceId,
  );

/** The values of each identity once, as first given. */
const once = <In, Out>(
  values: readonly In[],
  pick: (value: In) => Out,
  idOf: (value: Out) => string,
): readonly Out[] => {
  const first = new Map<string, Out>();
  for (const value of values.map(pick)) if (!first.has(idOf(value))) first.set(idOf(value), value);
  return [...first.values()];
};

const DESCRIPTION = ['born', 'sex', 'occupation', 'affiliation', 'region', 'summary'] as const;

/** The descriptive fields as last said; cleared ones are left out. */
export const descriptionOf = (events: Events): Readonly<Record<string, string>> => {
  const said = new Map<string, string | null>();
  for (const { event } of events) {
    if (event.type !== 'opened' && event.type !== 'described') continue;
    for (const field of DESCRIPTION) {
      const value = event[field];
      if (value !== undefined) said.set(field, value);
    }
  }
  const kept: Record<string, string> = {};
  for (const field of DESCRIPTION) {
    const value = said.get(field) ?? null;
    if (value !== null) kept[field] = value;
  }
  return kept;
};

/** Whether an event names a list: judges its case there, or gives it a reference. */
export const namesList = (event: AnyEvent, list: string): boolean =>
  ('list' in event && event.list === list) || referencesIn(event).some((reference) => reference.list === list);

/** Lists that have judged the case, sorted: those on which it can stand. */
export const judgingLists = (events: Events): readonly string[] =>
  [
    ...new Set(events.flatMap(({ event }) => ('list' in event && event.type !== 'referenced' ? [event.list] : []))),
  ].sort();
