/** The rules of publishing an edition of a list: its numbers follow from those of the edition before it. */
import { finding } from '../case/findings.js';
import type { Finding } from '../event.js';
import type { EditionGroup, FlowNumbers, ListEvent, ListFields } from './events.js';
import type { Edition, ListDefinition } from './list.js';

export type EditionPublished = Extract<ListEvent, { readonly type: 'edition-published' }>;

/** The fields of an edition to be published that the register computes. */
export type EditionDraft = Omit<ListFields['edition-published'], 'edition' | 'asOf'>;

/** The edition that a new one of the day `asOf` follows: of those up to that day the latest; of several of one day the last published. */
export const latestEditionUpTo = (list: ListDefinition, asOf: string): Edition | null =>
  list.editions.reduce<Edition | null>(
    (last, edition) => (edition.asOf <= asOf && (last === null || edition.asOf >= last.asOf) ? edition : last),
    null,
  );

/** The findings of an edition; `list` is the list before the edition is published. */
export const editionFindings = (id: string, edition: EditionPublished, list: ListDefinition): readonly Finding[] => {
  const before = latestEditionUpTo(list, edition.asOf);
  const numbers = contradictionsIn(edition, before);
  return [
    ...(list.editions.some((other) => other.edition === edition.edition) ? [finding('EDITION.ID_TAKEN', id)] : []),
    ...(before?.edition === edition.flow?.since ? [] : [finding('EDITION.NOT_SINCE_LAST', id)]),
    ...(numbers.length === 0
      ? []
      : [{ ...finding('EDITION.DOES_NOT_RECONCILE', id), expected: numbers.slice(0, MAX_CONTRADICTIONS).join('; ') }]),
  ];
};

/** The most contradictions that a refusal names. */
const MAX_CONTRADICTIONS = 10;

/** The numbers of an edition that contradict each other or those of the edition before it, each contradiction as a text. */
const contradictionsIn = (edition: EditionPublished, before: Edition | null): readonly string[] => {
  const { total, groups, flow, lines, salts } = edition;
  const groupFlows = groups.flatMap((group) => (group.flow === undefined ? [] : [group.flow]));
  return [
    ...mismatchOf('members', total, 'lines', lines.length),
    ...mismatchOf('lines', lines.length, 'salts', salts.length),
    ...mismatchOf('members', total, 'members of the groups', sumOf(groups.map((group) => group.total))),
    ...(flow === undefined ? [] : flowContradictions('all', flow, before?.total ?? 0, total)),
    ...groups.flatMap((group) => groupContradictions(group, before)),
    ...(flow === undefined
      ? mismatchOf('flows', 0, 'flows of groups', groupFlows.length)
      : [
          ...mismatchOf('groups', groups.length, 'flows of groups', groupFlows.length),
          ...FLOW_NUMBER_NAMES.flatMap((name) =>
            mismatchOf(
              `${name} in all`,
              totalOf(flow, name),
              'in the groups',
              sumOf(groupFlows.map((one) => totalOf(one, name))),
            ),
          ),
          ...(before?.groups ?? [])
            .filter(({ category }) => !groups.some((group) => group.category === category))
            .map(({ category }) => `the edition before it had a group ${category}`),
        ]),
  ];
};

const groupContradictions = ({ category, total, flow }: EditionGroup, before: Edition | null): readonly string[] =>
  flow === undefined
    ? []
    : flowContradictions(
        category,
        flow,
        before?.groups.find((group) => group.category === category)?.total ?? 0,
        total,
      );

/** `published`: the number that the edition before it published; `total`: that of this edition. */
const flowContradictions = (name: string, flow: FlowNumbers, published: number, total: number): readonly string[] => {
  const { opening, revised, entered, moved, closing } = flow;
  const left = totalOf(flow, 'left');
  const sum = opening + revised + entered - left + moved;
  return [
    ...mismatchOf(`${name}: opening`, opening, 'published before', published),
    ...(sum === closing
      ? []
      : [`${name}: ${opening} + (${revised}) + ${entered} - ${left} + (${moved}) = ${sum}, and closing is ${closing}`]),
    ...mismatchOf(`${name}: closing`, closing, 'published', total),
  ];
};

const FLOW_NUMBER_NAMES = ['opening', 'revised', 'entered', 'left', 'moved', 'closing'] as const;

const totalOf = (flow: FlowNumbers, name: (typeof FLOW_NUMBER_NAMES)[number]): number =>
  name === 'left' ? sumOf(Object.values(flow.left)) : flow[name];

const mismatchOf = (one: string, number: number, other: string, otherNumber: number): readonly string[] =>
  number === otherNumber ? [] : [`${one} ${number}, ${other} ${otherNumber}`];

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
