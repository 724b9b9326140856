/** A line of the history as it is answered, and what its fact changed. Pure. */
import type { CaseFact } from '../../domain/case/facts.js';
import { changesBetween } from '../../domain/case/changes.js';
import type { Known } from '../../domain/fact.js';
import { descriptionOf, namesOf, referencesOf } from '../about.js';
import type { Line } from '../dossiers.js';
import { dayText } from '../list/views.js';
import type { Change, HistoryEntry } from '../questions.js';
import type { Dossier } from '../table.js';

export const historyEntry = (line: Line, changes: readonly Change[]): HistoryEntry => ({
  position: line.position,
  subject: line.subject,
  revision: line.revision,
  id: line.known.id,
  recordedAt: line.recordedAt,
  actor: line.actor,
  acknowledged: line.acknowledged,
  correlationId: line.correlationId,
  fact: line.known.fact,
  changes,
});

/**
 * What lies between a case before a fact and after it: axis by axis on the days where they differ, then what is said of
 * the person, which holds on no day in particular.
 */
export const changesOf = (before: Dossier, after: Dossier): readonly Change[] => [
  ...changesBetween(before.periods, after.periods).map((change) => ({
    axis: change.axis,
    from: dayText(change.from),
    to: dayText(change.to),
    before: change.before,
    after: change.after,
  })),
  ...differences(about(before.facts), about(after.facts)),
];

type Said = Readonly<Record<string, readonly string[]>>;

const about = (facts: readonly Known<CaseFact>[]): Said => ({
  names: namesOf(facts).map(({ text }) => text),
  references: referencesOf(facts).map(({ list, reference }) => `${list}:${reference}`),
  ...Object.fromEntries(Object.entries(descriptionOf(facts)).map(([field, value]) => [field, [value]])),
});

const differences = (before: Said, after: Said): readonly Change[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((axis) => {
    const [was, is] = [before[axis] ?? [], after[axis] ?? []];
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ axis, from: null, to: null, before: was, after: is }];
  });
