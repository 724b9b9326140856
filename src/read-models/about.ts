/** What a dossier's facts say about the person beside the four axes: names, references, description. */
import type { CaseFact, Name, Reference } from '../domain/case/facts.js';
import type { Known } from '../domain/fact.js';
import type { AnyFact } from '../domain/facts.js';
import { referenceId, referencesOf as referencesIn } from '../domain/reference/reference.js';
import { composed } from '../domain/text.js';

type Facts = readonly Known<CaseFact>[];

/** Every spelling, in order of recording, each once. */
export const namesOf = (facts: Facts): readonly Name[] =>
  once(
    facts.flatMap(({ fact }) => (fact.type === 'opened' ? fact.names : fact.type === 'named' ? [fact.name] : [])),
    ({ text, script, language, kind }) => ({ text, script, language, kind }),
    ({ text, script, language, kind }) => JSON.stringify([composed(text), script, language, kind]),
  );

/** The name shown first: a full one in Azerbaijani Latin before any full one before any at all; null where there is none. */
export const shownName = (names: readonly Name[]): string | null => {
  const full = names.filter((name) => name.kind === 'full');
  return (full.find((n) => n.language === 'az' && n.script === 'Latn') ?? full[0] ?? names[0])?.text ?? null;
};

/** Every reference, in order of recording, each once and as it was first given. */
export const referencesOf = (facts: Facts): readonly Reference[] =>
  once(
    facts.flatMap(({ fact }) => referencesIn(fact)),
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
export const descriptionOf = (facts: Facts): Readonly<Record<string, string>> => {
  const said = new Map<string, string | null>();
  for (const { fact } of facts) {
    if (fact.type !== 'opened' && fact.type !== 'described') continue;
    for (const field of DESCRIPTION) {
      const value = fact[field];
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

/** Whether a fact names a list: judges its case there, or gives it a reference. */
export const namesList = (fact: AnyFact, list: string): boolean =>
  ('list' in fact && fact.list === list) || referencesIn(fact).some((reference) => reference.list === list);

/** Lists that have judged the case, sorted: those on which it can stand. */
export const judgingLists = (facts: Facts): readonly string[] =>
  [...new Set(facts.flatMap(({ fact }) => ('list' in fact && fact.type !== 'referenced' ? [fact.list] : [])))].sort();
