/**
 * The parts of lists and instruments that the findings of a case depend on, as keys: those of its events. When a list or instrument
 * changes, only cases that have a key of a changed part may get other findings (see referents.ts).
 */
import type { DefinitionKind, DefinitionByKind } from '../definitions.js';
import type { Instrument } from '../instrument/instrument.js';
import type { ListDefinition } from '../list/list.js';
import type { CaseEvent } from './events.js';
import { instrumentIdsIn, listIdsIn } from './reference-data.js';

const listKey = (list: string): string => `list ${list}`;
const categoryKey = (list: string, category: string): string => `category ${list} ${category}`;
/** The key of whether the list requires criteria for a recognition. */
const criteriaRequirementKey = (list: string): string => `criteria ${list}`;
const instrumentKey = (instrument: string): string => `instrument ${instrument}`;

export interface DefinitionDependency {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly key: string;
}

/** The dependencies of one event, as it stands. */
export const dependenciesOf = (event: CaseEvent): readonly DefinitionDependency[] => [
  ...listIdsIn(event).map((id) => ({ kind: 'list' as const, id, key: listKey(id) })),
  ...('category' in event
    ? [{ kind: 'list' as const, id: event.list, key: categoryKey(event.list, event.category) }]
    : []),
  ...(event.type === 'recognised' && (event.criteria ?? []).length === 0
    ? [{ kind: 'list' as const, id: event.list, key: criteriaRequirementKey(event.list) }]
    : []),
  ...instrumentIdsIn(event).map((id) => ({ kind: 'instrument' as const, id, key: instrumentKey(id) })),
];

/** The keys of the parts that differ between two versions of a list or instrument; null: not defined. */
export const changedKeysOfDefinition = <K extends DefinitionKind>(
  kind: K,
  before: DefinitionByKind[K] | null,
  after: DefinitionByKind[K] | null,
): readonly string[] =>
  kind === 'list'
    ? changedKeysOfList(before as ListDefinition | null, after as ListDefinition | null)
    : changedKeysOfInstrument(before as Instrument | null, after as Instrument | null);

const changedKeysOfList = (before: ListDefinition | null, after: ListDefinition | null): readonly string[] => {
  const id = (before ?? after)?.id;
  if (id === undefined) return [];
  if (before === null || after === null) return [listKey(id)];
  const categories = new Set([...before.categories.keys(), ...after.categories.keys()]);
  const changed = [...categories].filter(
    (category) => before.categories.has(category) !== after.categories.has(category),
  );
  const keys = changed.map((category) => categoryKey(id, category));
  return criteriaRequirementText(before) === criteriaRequirementText(after)
    ? keys
    : [...keys, criteriaRequirementKey(id)];
};

/** The days from which a list requires criteria, or no longer does, as a text to compare. */
const criteriaRequirementText = ({ policies }: ListDefinition): string => {
  const changes = policies.filter(
    ({ paceRequired }, index) => paceRequired !== (policies[index - 1]?.paceRequired ?? false),
  );
  return JSON.stringify(changes.map(({ from, paceRequired }) => [from, paceRequired]));
};

const changedKeysOfInstrument = (before: Instrument | null, after: Instrument | null): readonly string[] => {
  const id = (before ?? after)?.id;
  return id === undefined || findingRelevantFieldsText(before) === findingRelevantFieldsText(after)
    ? []
    : [instrumentKey(id)];
};

/** The fields of an instrument that findings depend on, as a text to compare. */
const findingRelevantFieldsText = (instrument: Instrument | null): string =>
  JSON.stringify(
    instrument && [instrument.kind, instrument.inForce ?? instrument.issued, instrument.windowEnd, instrument.clauses],
  );
