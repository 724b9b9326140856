/**
 * From facts to order, periods and findings: one function behind deciding and showing, so that what was accepted and
 * what is shown cannot disagree. It applies every fact and lists what is odd; it refuses nothing.
 */
import { findingKey } from '../decide.js';
import type { Finding, Known } from '../fact.js';
import type { CaseFact } from './facts.js';
import { finding, type FindingCode } from './findings.js';
import type { Given } from './given.js';
import { orderOf, type Order } from './order.js';
import type { Period } from './period.js';
import { periodsIn } from './periods.js';
import { findingsAbout } from './referents.js';

export interface Timeline {
  /** Ids of the dated facts, in the order in which they are applied. */
  readonly order: readonly string[];
  readonly periods: readonly Period[];
  /** Sorted by code and facts. */
  readonly findings: readonly Finding[];
}

export const timeline = (facts: readonly Known<CaseFact>[], given: Given): Timeline => {
  const order = orderOf(facts);
  return {
    order: order.facts.map(({ id }) => id),
    periods: periodsIn(order.facts),
    findings: findingsIn(order, facts, given),
  };
};

/** The periods alone: they depend on the set of facts, and on nothing that the facts refer to. */
export const periodsOf = (facts: readonly Known<CaseFact>[]): readonly Period[] => periodsIn(orderOf(facts).facts);

/** The periods, and the ids of the releases that no event of the episode founds: their reason counts for nothing. */
export const courseOf = (
  facts: readonly Known<CaseFact>[],
): { readonly periods: readonly Period[]; readonly unfounded: ReadonlySet<string> } => {
  const order = orderOf(facts);
  const unfounded = order.findings.filter(({ code }) => code === ('CASE.RELEASE_UNFOUNDED' satisfies FindingCode));
  return { periods: periodsIn(order.facts), unfounded: new Set(unfounded.flatMap((found) => found.facts)) };
};

/** The findings alone, for deciding. */
export const findingsOf = (facts: readonly Known<CaseFact>[], given: Given): readonly Finding[] =>
  findingsIn(orderOf(facts), facts, given);

const findingsIn = (order: Order, facts: readonly Known<CaseFact>[], given: Given): readonly Finding[] =>
  sorted([...order.findings, ...findingsAbout(facts, given), ...openedAgain(facts)]);

/** A dossier begins once; whichever came first, the facts that say so collide. */
const openedAgain = (facts: readonly Known<CaseFact>[]): readonly Finding[] => {
  const opened = facts.filter(({ fact }) => fact.type === 'opened').map(({ id }) => id);
  return opened.length > 1 ? [finding('CASE.ALREADY_OPENED', ...opened)] : [];
};

const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => (findingKey(a) < findingKey(b) ? -1 : 1));
