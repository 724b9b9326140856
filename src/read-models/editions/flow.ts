/** How the numbers of an edition follow from those of the edition before it. */
import { latestEditionUpTo } from '../../domain/list/editions.js';
import { UNKNOWN_KEY, type EditionFlow, type EditionGroup, type FlowNumbers } from '../../domain/list/events.js';
import type { ListDefinition } from '../../domain/list/list.js';
import { formatDay, type Day } from '../../domain/time.js';
import { causeOfExit, onlyCategory, type MovementScope } from '../counts/movement.js';
import { visitMovements, type CaseMovements } from '../counts/visit-movements.js';
import type { QueryContext, ReadModelReader } from '../reader.js';
import { requireDay } from '../scope.js';
import { certainMembers, type CertainMember } from './lines.js';

export interface EditionNumbers {
  readonly groups: readonly EditionGroup[];
  readonly flow?: EditionFlow;
}

/**
 * Counts the members by category, and the changes since the edition before. The members on the day of that edition,
 * as known now, and the movements since then are both counted anew; the domain checks that the numbers add up. To be
 * called within `retryIfFileReplaced`.
 */
export const editionNumbers = async (
  reader: ReadModelReader,
  context: QueryContext,
  list: ListDefinition,
  day: Day,
  position: number,
  members: readonly CertainMember[],
): Promise<EditionNumbers> => {
  const closing = countMembersByGroup(members);
  const before = latestEditionUpTo(list, formatDay(day));
  if (before === null)
    return { groups: groupsOf(list, closing).map((category) => ({ category, total: closing.get(category) ?? 0 })) };
  const from = requireDay(before.asOf);
  const reopening = countMembersByGroup(certainMembers(context, list, from, position));
  const opening = new Map(before.groups.map(({ category, total }) => [category, total]));
  const movements = new Map<string, GroupMovements>();
  const scope = { list, set: 'certain', categories: undefined, from, to: day } as const;
  await visitMovements(reader, context, position, scope, (moved) => countMovements(scope, moved, movements));
  const groups = groupsOf(list, closing, opening, reopening, movements).map((category) => {
    const [published, reopened, total] = [opening, reopening, closing].map((numbers) => numbers.get(category) ?? 0) as [
      number,
      number,
      number,
    ];
    const { entered, leftByReason, netMoved } = movements.get(category) ?? noMovements();
    const flow: FlowNumbers = {
      opening: published,
      revised: reopened - published,
      entered,
      left: Object.fromEntries([...leftByReason].sort(([a], [b]) => (a < b ? -1 : 1))),
      moved: netMoved,
      closing: total,
    };
    return { category, total, flow };
  });
  return { groups, flow: { since: before.edition, ...sumOfFlows(groups.map(({ flow }) => flow)) } };
};

const groupKeyOf = (category: string | null): string => category ?? UNKNOWN_KEY;

const countMembersByGroup = (members: readonly CertainMember[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { category } of members) counts.set(groupKeyOf(category), (counts.get(groupKeyOf(category)) ?? 0) + 1);
  return counts;
};

/** The categories of the list and all other counted keys, sorted. */
const groupsOf = (list: ListDefinition, ...counted: readonly ReadonlyMap<string, unknown>[]): readonly string[] =>
  [...new Set([...list.categories.keys(), ...counted.flatMap((counts) => [...counts.keys()])])].sort();

interface GroupMovements {
  entered: number;
  netMoved: number;
  readonly leftByReason: Map<string, number>;
}
const noMovements = (): GroupMovements => ({ entered: 0, netMoved: 0, leftByReason: new Map() });

const countMovements = (
  { list }: MovementScope,
  { changes, rows }: CaseMovements,
  movements: Map<string, GroupMovements>,
): void => {
  const of = (categories: ReadonlySet<string | null>): GroupMovements => {
    const group = groupKeyOf(onlyCategory(categories));
    const counted = movements.get(group) ?? noMovements();
    movements.set(group, counted);
    return counted;
  };
  for (const { kind, day, categoriesBefore, categoriesAfter } of changes)
    switch (kind) {
      case 'entered':
        of(categoriesAfter).entered += 1;
        break;
      case 'left': {
        const { leftByReason } = of(categoriesBefore);
        const { reason } = causeOfExit(list, rows, day);
        leftByReason.set(reason, (leftByReason.get(reason) ?? 0) + 1);
        break;
      }
      case 'moved':
        of(categoriesBefore).netMoved -= 1;
        of(categoriesAfter).netMoved += 1;
    }
};

const sumOfFlows = (flows: readonly FlowNumbers[]): FlowNumbers => {
  const sum = (name: Exclude<keyof FlowNumbers, 'left'>): number =>
    flows.reduce((total, flow) => total + flow[name], 0);
  const left = new Map<string, number>();
  for (const flow of flows)
    for (const [reason, count] of Object.entries(flow.left)) left.set(reason, (left.get(reason) ?? 0) + count);
  return {
    opening: sum('opening'),
    revised: sum('revised'),
    entered: sum('entered'),
    left: Object.fromEntries([...left].sort(([a], [b]) => (a < b ? -1 : 1))),
    moved: sum('moved'),
    closing: sum('closing'),
  };
};
