/** A line of the history as it is answered, and what its fact changed. Pure. */
import type { CaseFact } from '../../domain/case/facts.js';
import { changesBetween } from '../../domain/case/changes.js';
import type { Known } from '../../domain/fact.js';
import { streamName } from '../../domain/facts.js';
import { descriptionOf, namesOf, referencesOf } from '../about.js';
import type { Line } from '../dossiers.js';
import { dayText } from '../list/views.js';
import type { Change, HistoryEntry, LoggedEvent } from '../questions.js';
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

/** An event with everything that is needed to write it again. */
export const logged = (line: Line): LoggedEvent => ({
  position: line.position,
  stream: streamName(line.subject.kind, line.subject.id),
  revision: line.revision,
  id: line.known.id,
  schemaVersion: line.schemaVersion,
  recordedAt: line.recordedAt,
  actor: line.actor,
  acknowledged: line.acknowledged,
  raised: line.raised,
  correlationId: line.correlationId,
  causationId: line.causationId,
  fact: line.known.fact,
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
