/** A list as its events make it, folded in order of recording. */
import type { NonAmendment } from '../amendments.js';
import { DEFAULT_POLICY, type Custody } from '../case/state.js';
import { parseDay, type Day } from '../time.js';
import type { ListEvent, ListFields, LocalName } from './events.js';

export interface Policy {
  readonly from: Day;
  readonly custody: readonly Custody[];
  /** Whether recognition needs the letters of PACE Resolution 1900 with a rationale each. */
  readonly paceRequired: boolean;
}

/** An edition, without what it says of each member. */
export type Edition = Omit<ListFields['edition-published'], 'lines' | 'salts'>;

export interface ListDefinition {
  readonly id: string;
  readonly name: LocalName;
  readonly categories: ReadonlyMap<string, LocalName>;
  /** Sorted by `from`; of two policies from one day only the one set later is kept. */
  readonly policies: readonly Policy[];
  /** In order of publication. */
  readonly editions: readonly Edition[];
}

/** Folds a list's events as they stand onto `initial` (null: from the start); null where it has not been defined. */
export const foldList = (
  id: string,
  events: readonly NonAmendment<ListEvent>[],
  initial: ListDefinition | null = null,
): ListDefinition | null => {
  let list = initial;
  for (const event of events) list = applyToList(id, list, event);
  return list;
};

const applyToList = (
  id: string,
  list: ListDefinition | null,
  event: NonAmendment<ListEvent>,
): ListDefinition | null => {
  switch (event.type) {
    case 'list-defined':
      return { id, categories: new Map(), policies: [], editions: [], ...list, name: event.name };
    case 'category-defined':
      return list && { ...list, categories: new Map(list.categories).set(event.category, event.name) };
    case 'policy-set': {
      const from = parseDay(event.from);
      if (list === null || from === null) return list;
      const policy: Policy = { from, custody: event.custody, paceRequired: event.paceRequired ?? false };
      const policies = [...list.policies.filter((p) => p.from !== from), policy].sort((a, b) => a.from - b.from);
      return { ...list, policies };
    }
    case 'edition-published':
      return list && { ...list, editions: [...list.editions, editionOf(event)] };
  }
};

const editionOf = ({
  type: _,
  lines: __,
  salts: ___,
  sources: ____,
  reliability: _____,
  note: ______,
  ...edition
}: Extract<ListEvent, { readonly type: 'edition-published' }>): Edition => edition;

/** The policy of a day: the last one set from then or before; before the first, the default. */
export const policyOn = (list: ListDefinition, day: Day): Policy =>
  list.policies.findLast((p) => p.from <= day) ?? { from: day, custody: DEFAULT_POLICY, paceRequired: false };
