/** A list as its facts make it, folded in order of recording. */
import { DEFAULT_POLICY, type Custody } from '../case/state.js';
import { parseDay, type Day } from '../time.js';
import type { ListFact, LocalName } from './facts.js';

export interface Policy {
  readonly from: Day;
  readonly custody: readonly Custody[];
  /** Whether recognition needs the letters of PACE Resolution 1900 with a rationale each. */
  readonly paceRequired: boolean;
}

export interface ListDefinition {
  readonly id: string;
  readonly name: LocalName;
  readonly categories: ReadonlyMap<string, LocalName>;
  /** Sorted by `from`; a later word about the same day replaces the earlier. */
  readonly policies: readonly Policy[];
}

/** Folds a list's facts; null where it has not been defined. */
export const foldList = (id: string, facts: readonly ListFact[]): ListDefinition | null => {
  let list: ListDefinition | null = null;
  for (const fact of facts) list = step(id, list, fact);
  return list;
};

const step = (id: string, list: ListDefinition | null, fact: ListFact): ListDefinition | null => {
  switch (fact.type) {
    case 'list-defined':
      return { id, categories: new Map(), policies: [], ...list, name: fact.name };
    case 'category-defined':
      return list && { ...list, categories: new Map(list.categories).set(fact.category, fact.name) };
    case 'policy-set': {
      const from = parseDay(fact.from);
      if (list === null || from === null) return list;
      const policy: Policy = { from, custody: fact.custody, paceRequired: fact.paceRequired ?? false };
      const policies = [...list.policies.filter((p) => p.from !== from), policy].sort((a, b) => a.from - b.from);
      return { ...list, policies };
    }
  }
};

/** The policy of a day: the last one set from then or before; before the first, the default. */
export const policyOn = (list: ListDefinition, day: Day): Policy =>
  list.policies.findLast((p) => p.from <= day) ?? { from: day, custody: DEFAULT_POLICY, paceRequired: false };
