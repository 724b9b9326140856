/**
 * `findings` has the findings of each case, given lists and instruments as known at the position.
 * `finding_dependencies` has the parts of lists and instruments that the findings depend on, so that a change of one
 * re-projects only the cases that it affects.
 *
 * While such a change is projected, rows of its position are written before the position is reached: queries of
 * `findings` must compare `known_from` and `known_to`, also for the current state.
 */
import { dependenciesOf } from '../../domain/case/dependencies.js';
import type { Grade } from '../../domain/event.js';
import { STILL_KNOWN, type ProjectedTable } from '../table.js';

export interface FindingRow {
  readonly code: string;
  readonly grade: Grade;
  /** JSON: the ids of the events that the finding is about, sorted. */
  readonly events: string;
}

export const findings: ProjectedTable<FindingRow> = {
  name: 'findings',
  isPersonal: false,
  dependsOn: 'definitions',
  columns: { code: 'TEXT', grade: 'TEXT', events: 'TEXT' },
  indexes: ['(case_no, known_from)'],
  rows: (history, references) =>
    history.findings(references).map(({ code, grade, events }) => ({ code, grade, events: JSON.stringify(events) })),
  readsEvent: () => true,
};

export interface DependencyRow {
  /** The key of a part of a list or an instrument (domain/case/dependencies.ts). */
  readonly dependency: string;
}

export const findingDependencies: ProjectedTable<DependencyRow> = {
  name: 'finding_dependencies',
  isPersonal: false,
  dependsOn: 'events',
  columns: { dependency: 'TEXT' },
  indexes: [`(dependency, case_no) WHERE known_to = ${STILL_KNOWN}`],
  rows: ({ events }) => {
    const keys = new Set(events.flatMap(({ event }) => dependenciesOf(event).map(({ key }) => key)));
    return [...keys].map((dependency) => ({ dependency }));
  },
  readsEvent: (event) => dependenciesOf(event).length > 0,
};
