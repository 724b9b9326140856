/** The text about an amnesty act in `habeas demo`: how many it released, who is next, how many it does not reach. */
import { Movements } from '../read-models/counts/movements.query.js';
import type { Movement } from '../read-models/counts/movement.view.js';
import { Instruments } from '../read-models/definitions/instruments.query.js';
import { PeopleByEligibility } from '../read-models/eligibility/eligibility.query.js';
import type { EligiblePersonView } from '../read-models/eligibility/eligibility.view.js';
import type { Scope } from '../read-models/scope.js';
import type { RegisterAccess } from '../register-files/recorder.js';
import { LIMITS } from '../schema/limits.js';
import { table } from './terminal.js';

export interface ActTextRequest {
  readonly act: string;
  /** The clause by which the act was applied, with its version: `clause@version`. */
  readonly clause: string;
  readonly list: string;
  /** The day before the act was in force. */
  readonly dayBefore: string;
  /** The day that is shown. */
  readonly today: string;
}

/** The text to print. Empty if the act, the clause or the act's last day is unknown: the folder may be of an older demonstration. */
export const amnestyActText = async (
  queries: RegisterAccess['queries'],
  scope: Scope,
  { act, clause, list, dayBefore: eve, today }: ActTextRequest,
): Promise<string> => {
  const [instrument] = (await queries.execute(new Instruments(scope, act))).items;
  const to = instrument?.windowEnd ?? null;
  const isReported = instrument?.clauseVersions.some((one) => `${one.clause}@${one.version}` === clause);
  if (instrument === undefined || to === null || isReported !== true) return '';
  const span = { from: eve, to: today, limit: LIMITS.movements };
  const movements = await queries.execute(new Movements(scope, list, span));
  const forward = { list, clause: [clause], listDay: today, from: today, to, verdict: 'eligible' as const };
  const next = await queries.execute(new PeopleByEligibility(scope, act, { ...forward, limit: LIMITS.page }));
  if (movements === null || next === null) return '';
  const reached = movements.left.filter(({ reason }) => reason === 'amnesty');
  return [
    `\n${instrument.title ?? act}: ${reached.length} released by ${today}, ${instrument.daysLeft ?? '?'} days left\n`,
    table(['on', 'category', 'people'], countsByDayAndCategory(reached)),
    `\nWho is next, if there is ${next.assumptions[0] ?? 'no change'}\n`,
    table(['from', 'reference', 'name'], next.items.map(rowOfNextPerson).sort(byFirstCell)),
    `\nOn the list on ${today}, and not reached by ${to}: ${next.total.not}\n`,
  ].join('');
};

const countsByDayAndCategory = (left: readonly Movement[]): readonly (readonly [string, string, number])[] => {
  const keys = left.map(({ day, category }) => JSON.stringify([day, category ?? '']));
  return [...new Set(keys)].sort().map((key) => {
    const [day, category] = JSON.parse(key) as [string, string];
    return [day, category, keys.filter((other) => other === key).length];
  });
};

const rowOfNextPerson = ({ firstDay, references, name }: EligiblePersonView): readonly string[] => [
  firstDay ?? '',
  references[0]?.reference ?? '',
  name ?? '',
];

const byFirstCell = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : 1);
